"""The same parts as one script and as a notebook."""

import json
from typing import Any

from gan_core.config import ExperimentConfig
from gan_core.export.course import from_its_first_step
from gan_core.export.data import data_part
from gan_core.export.draws import random_part
from gan_core.export.loop import result_part, training_part
from gan_core.export.part import Part, commented, one_line
from gan_core.export.players import losses_part, networks_part
from gan_core.export.settings import settings_part
from gan_core.problem import Problem, resolve


def script(config: ExperimentConfig) -> str:
    """A PyTorch script that trains like a run of this config, without GAN Forge.

    It needs torch, numpy, pandas and, for its tables, scikit-learn; it uses the same random
    numbers and so has the same losses, up to rounding.
    """
    problem = resolve(from_its_first_step(config))
    parts = _parts(problem)
    head = f'"""{_title(problem)}\n\n{_about(parts)}\n"""'
    body = [f"# %% {part.title}\n{commented(part.text)}\n{part.code}" for part in parts]
    return "\n\n".join((head, _imports(parts), "\n\n\n".join(body))) + "\n"


def notebook(config: ExperimentConfig) -> str:
    """The script as a Jupyter notebook (nbformat 4.5), its parts explained in Markdown."""
    problem = resolve(from_its_first_step(config))
    parts = _parts(problem)
    cells = [
        _markdown("title", f"# {_title(problem)}\n\n{_about(parts)}"),
        _code("imports", _imports(parts)),
    ]
    for part in parts:
        name = part.title.lower().replace(" ", "-")
        cells += [
            _markdown(f"about-{name}", f"## {part.title}\n\n{part.text}"),
            _code(name, part.code),
        ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _parts(problem: Problem) -> list[Part]:
    config = problem.config
    return [
        settings_part(config),
        data_part(problem),
        random_part(problem),
        networks_part(problem),
        losses_part(config),
        training_part(config),
        result_part(problem),
    ]


def _title(problem: Problem) -> str:
    return f"A generative adversarial network for {one_line(problem.table.title)}."


def _about(parts: list[Part]) -> str:
    loads = any("sklearn" in line for part in parts for line in part.imports)
    needs = "torch, numpy, pandas" + (" and scikit-learn" if loads else "")
    return (
        "Made by GAN Forge, and independent of it. It uses the same random numbers and computes\n"
        "in the same order, so the losses are those of the run (except for rounding, if the run\n"
        f"used another engine or device). It needs {needs}."
    )


def _imports(parts: list[Part]) -> str:
    """All imports, in the usual order: the standard library first, and import before from."""
    found = {line for part in parts for line in part.imports}
    own = {line for line in found if line.startswith(("from copy", "from itertools"))}
    key = lambda line: (line.startswith("from"), line.split()[1])  # noqa: E731
    return "\n\n".join("\n".join(sorted(group, key=key)) for group in (own, found - own))


def _markdown(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": _lines(text)}


def _code(name: str, text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": _lines(text),
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
