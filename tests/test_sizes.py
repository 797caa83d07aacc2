"""Small enough to be read at once. Biome holds the same for functions in JavaScript."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_LINES_OF_A_FILE = 350
MOST_LINES_OF_A_FUNCTION = 60
MOST_LINES_OF_A_PAGE = 150
MOST_LINES_OF_AN_ENTRY = 60  # app.py and the router

PYTHON = [ROOT / "app.py", *ROOT.glob("gan_core/**/*.py"), *ROOT.glob("pages/**/*.py")]
SCRIPTS = [*ROOT.glob("pages/assets/**/*.js")]


def n_lines(file):
    return len(file.read_text(encoding="utf-8").splitlines())


def longer(files, most):
    return {str(file.relative_to(ROOT)): n for file in files if (n := n_lines(file)) > most}


def test_no_file_is_too_long():
    assert len(PYTHON) > 100
    assert len(SCRIPTS) > 20
    assert not longer([*PYTHON, *SCRIPTS], MOST_LINES_OF_A_FILE)


def test_no_page_is_too_long():
    assert not longer(ROOT.glob("pages/*.py"), MOST_LINES_OF_A_PAGE)
    entries = [ROOT / "app.py", ROOT / "pages" / "router.py"]
    assert not longer(entries, MOST_LINES_OF_AN_ENTRY)


def test_no_function_is_too_long():
    long = {}
    for file in PYTHON:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                n = node.end_lineno - node.lineno + 1
                if n > MOST_LINES_OF_A_FUNCTION:
                    long[f"{file.relative_to(ROOT)}: {node.name}"] = n
    assert not long
