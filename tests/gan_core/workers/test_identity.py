import subprocess
import sys

from gan_core.workers.identity import identity

HOLD = """
import sys
from pathlib import Path
from gan_core.workers.identity import identity
print(identity(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def start(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().strip()


def test_who_comes_after_a_killed_one_takes_its_place_and_nobody_that_of_a_living_one(tmp_path):
    first, name = start(tmp_path)
    other, another = start(tmp_path)
    assert another != name
    first.kill()
    first.wait()
    assert identity(tmp_path) == name
    assert identity(tmp_path) not in (name, another)  # it is taken
    other.communicate("")
