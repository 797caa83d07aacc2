"""One place: what a new file brings, everything knows. No other file of the product is touched."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import UserProvidedCacheLocator

from gan_core.training.fast import warm
from gan_core.training.fast.loop import run_steps

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests" / "fixtures" / "one_place"
# Each example by its name in the registry, which is its file's, and where that goes.
PLACES = {
    "margin": "gan_core/objectives",
    "gp0": "gan_core/objectives/penalties",
    "centred": "gan_core/networks",
    "median": "gan_core/data/encoders",
    "count": "gan_core/jobs",
}
# The contracts over the registries; they take in what is there when they are collected.
CONTRACTS = {
    "margin": ["objectives/test_objectives.py", "export/test_export.py"],
    "gp0": ["objectives/test_penalties.py", "export/test_export.py"],
    "centred": ["networks/test_blocks.py"],
    "median": ["data/test_encoders.py", "test_problem.py"],
    "count": ["jobs/test_kinds.py"],
}
INSIDE = ("tests/gan_core/in_one_place.py", "tests/pages/in_one_place.py")


def copied(files, to):
    for file in files:
        (to / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, to / file)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The repository as it is, and five files more."""
    folder = tmp_path_factory.mktemp("one_place")
    wanted = ("gan_core", "pages", "app.py", ".streamlit", "pyproject.toml", "tests/gan_core",
              "tests/pages", "tests/fixtures", "tests/conftest.py", "tests/stored.py")  # fmt: skip
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *wanted]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    copied(filter(lambda file: (ROOT / file).exists(), files.splitlines()), folder)
    # What is compiled of the fast engine as well: it takes a minute.
    warm()
    compiled, fast = Path(run_steps._cache.cache_path), folder / "gan_core" / "training" / "fast"
    place = UserProvidedCacheLocator.get_suitable_cache_subpath(str(fast / "loop.py"))
    shutil.copytree(compiled, fast / "__pycache__" / compiled.parent.name / place)
    for name, place in PLACES.items():
        assert not (folder / place / f"{name}.py").exists()
        shutil.copy(FILES / f"{name}.py", folder / place)
    return folder


@pytest.mark.timeout(300)  # a process that imports PyTorch and trains
def test_all_contracts_hold_for_what_is_new_and_all_the_product_knows_it(house):
    contracts = dict.fromkeys(file for each in CONTRACTS.values() for file in each)
    # Those of jobs last, which register an example of their own, and remove it.
    files = (*INSIDE, *(f"tests/gan_core/{file}" for file in contracts))
    # By the name of an example, or of a file in which all is about them.
    names = " or ".join((*PLACES, "every_kind", "in_one_place"))
    command = ("-m", "pytest", "-q", "-rp", "--show-capture=no", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, *command, *files, "-k", names],
        cwd=house,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    found = re.findall(r"^PASSED (.+)$", done.stdout, re.MULTILINE)
    for name, expected in CONTRACTS.items():
        of_it = [test for test in found if re.search(rf"\[(.*-|registered )?{name}[\]-]", test)]
        of_it = {test.split("::")[0] for test in of_it} - {*INSIDE}
        assert of_it == {f"tests/gan_core/{file}" for file in expected}
    assert {*INSIDE} < {test.split("::")[0] for test in found}


def test_the_examples_are_as_the_house_wants_its_files(house):
    files = [f"{place}/{name}.py" for name, place in PLACES.items()]
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", *files]
        done = subprocess.run(ruff, cwd=house, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", PLACES)
def test_contributing_shows_each_example_as_it_is(name):
    """Line by line; imports, docstrings and the like are left out there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (shown,) = (
        code
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if code.startswith(f"# {PLACES[name]}/{name}.py")
    )
    left = iter((FILES / f"{name}.py").read_text(encoding="utf-8").splitlines())
    for line in filter(None, shown.splitlines()[1:]):
        assert line in left, f"{line!r} does not follow there"
