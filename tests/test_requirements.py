"""What is installed is what was tested."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pinned(file):
    """The versions in a file, by a package's normalised name."""
    found = re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", (ROOT / file).read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


CONSTRAINTS = pinned("constraints.txt")


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt"])
def test_every_requirement_is_among_the_constraints_with_its_version(file):
    required = pinned(file)
    assert len(required) > 8
    assert required.items() <= CONSTRAINTS.items()


def test_constraints_fit_every_machine():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines if line[:1] != "#")
    assert not [
        name for name in CONSTRAINTS if re.match("nvidia|cuda|triton|pip$|setuptools", name)
    ]


@pytest.mark.parametrize("file", ["Makefile", "README.md"])
def test_what_installs_is_held_to_the_constraints(file):
    text = (ROOT / file).read_text()
    installs = re.findall(r"(?:pip install|^\t\$\(PIP_INSTALL\)) -r .*requirements.*", text, re.M)
    free = [line for line in installs if "-c constraints.txt" not in line]
    assert len(installs) >= 1
    assert len(free) == (1 if file == "Makefile" else 0)  # `make constraints` finds the versions
