import subprocess
import sys

from gan_core.workers.identity import identity

HOLD = """
import sys
from pathlib import Path
from gan_core.workers.identity import identity
print(*identity(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def start(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().split()


def test_who_comes_after_a_killed_one_takes_its_place_and_nobody_that_of_a_living_one(tmp_path):
    first, (name, replaces) = start(tmp_path)
    assert replaces == "False"
    other, (another, others) = start(tmp_path)
    assert (another != name, others) == (True, "False")
    first.kill()
    first.wait()
    assert identity(tmp_path) == (name, True)
    assert identity(tmp_path)[1] is False  # it is taken
    other.communicate("")
