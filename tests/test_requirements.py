"""What is installed is what was tested."""

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "tests/requirements.txt")
UNPINNED = "nvidia|cuda|triton|pip$|setuptools"  # differ between machines


def pinned(file):
    """The versions in a file, by a package's normalised name."""
    found = re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", (ROOT / file).read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


CONSTRAINTS = pinned("constraints.txt")


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_among_the_constraints_with_its_version(file):
    required = pinned(file)
    assert len(required) > 8
    assert required.items() <= CONSTRAINTS.items()


def test_what_requirements_bring_along_is_pinned_too():
    """Fault 11: forty transitive dependencies floated."""
    waiting = [line for f in FILES for line in (ROOT / f).read_text().splitlines() if "==" in line]
    needed = set()
    while waiting:
        required = Requirement(waiting.pop().partition("#")[0])
        name = canonicalize_name(required.name)
        extras = required.extras or {""}
        if name in needed or not any(
            required.marker is None or required.marker.evaluate({"extra": e}) for e in extras
        ):
            continue
        needed.add(name)
        for line in requires(name) or ():
            below = Requirement(line)
            if below.marker is None or any(below.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(f"{below.name}[{','.join(below.extras)}]")
    assert len(needed) > 60
    assert not {name for name in needed - CONSTRAINTS.keys() if not re.match(UNPINNED, name)}


def test_constraints_fit_every_machine():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines if line[:1] != "#")
    assert not [name for name in CONSTRAINTS if re.match(UNPINNED, name)]


@pytest.mark.parametrize("file", ["Makefile", "README.md"])
def test_what_installs_is_held_to_the_constraints(file):
    text = (ROOT / file).read_text()
    installs = re.findall(r"(?:pip install|^\t\$\(PIP_INSTALL\)) -r .*requirements.*", text, re.M)
    free = [line for line in installs if "-c constraints.txt" not in line]
    assert len(installs) >= 1
    assert len(free) == (1 if file == "Makefile" else 0)  # `make constraints` finds the versions
