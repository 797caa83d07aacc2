"""What a script and a notebook are made of, without executing them."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import torch

from gan_core import ExperimentConfig
from gan_core.data import DATA_SOURCES, Source
from gan_core.export import data as data_block
from gan_core.export import notebook, script
from gan_core.problem import resolve


def enter(monkeypatch, name, features, values):
    """A data set of this name, and a config on it."""
    source = Source(name, "", "", (), features, lambda: (values, np.zeros(len(values), dtype=int)))
    monkeypatch.setitem(DATA_SOURCES._members, "new", source)
    return ExperimentConfig().with_values({"data.source": "new", "data.classes": ()})


def test_names_from_outside_cannot_end_a_string(monkeypatch):
    evil = 'x"""\nimport os  # \\'
    code = script(enter(monkeypatch, evil, (evil, "b"), np.eye(4)[:, :2]))
    compile(code, "script", "exec")
    assert not re.search(r"^import os", code, re.MULTILINE)


def test_a_constant_feature_divides_nothing(monkeypatch):
    values = np.array([[1.0, 5.0], [2.0, 5.0], [3.5, 5.0], [1.0, 5.0]])
    part = data_block.data_part(resolve(enter(monkeypatch, "Constant", ("a", "b"), values)))
    known = {"np": np, "pd": pd, "torch": torch, "device": "cpu", "print": lambda text: None}
    exec(part.code, known)
    assert known["x_real"].tolist() == [[-1, 0], pytest.approx([-0.2, 0]), [1, 0], [-1, 0]]


def test_a_notebook_has_the_form_of_nbformat_4_5():
    found = json.loads(notebook(ExperimentConfig()))
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    assert found["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in found["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in ids)
    kinds = [cell["cell_type"] for cell in found["cells"]]
    assert kinds == ["markdown", "code"] * (len(kinds) // 2)
    for cell in found["cells"]:
        more = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert cell.keys() == {"cell_type", "id", "metadata", "source"} | more
        assert all(isinstance(line, str) for line in cell["source"])
        assert all(line.endswith("\n") for line in cell["source"][:-1])
