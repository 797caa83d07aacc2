"""The rows: from scikit-learn if it has them, else written into the script."""

import textwrap
from dataclasses import replace

import numpy as np

from gan_core.config.sections import DataConfig
from gan_core.data import Encoder, Table
from gan_core.export.part import WIDTH, Part, listed, quoted
from gan_core.problem import Problem

SKLEARN = {"iris": "load_iris", "wine": "load_wine", "breast_cancer": "load_breast_cancer"}

_ROWS = """\
values = rows.to_numpy()
{encode}
x_real = torch.from_numpy(scaled.astype(np.float32)).to(device)  # (rows, columns)"""

_REPORT = 'print(f"{len(rows)} real rows, {rows.shape[1]} features, device: {device}")'


def data_part(problem: Problem) -> Part:
    """Load the rows and scale them."""
    loader = SKLEARN.get(problem.config.data.source)
    load = _from_sklearn(problem.config.data, loader) if loader else _written_out(problem)
    code = problem.encoder.as_code()
    return Part(
        "The real rows",
        code.text,
        "\n\n".join((load, _ROWS.format(encode=code.encode), _REPORT)),
        (f"from sklearn.datasets import {loader}",) if loader else (),
    )


def _from_sklearn(data: DataConfig, loader: str) -> str:
    name, classes, features = data.source, data.classes, data.features
    lines = [f"{name} = {loader}(as_frame=True)", f"rows = {name}.data"]
    if classes:
        lines.append(f"labels = {name}.target_names[{name}.target]  # the class of each row")
    if len(classes) == 1:
        lines.append(f"rows = rows[labels == {quoted(classes[0])}]")
    elif classes:
        lines.append(listed("rows = rows[np.isin(labels, [", map(quoted, classes), "])]"))
    if features:
        lines.append(listed("rows = rows[[", map(quoted, features), "]]"))
    return "\n".join(lines)


def _written_out(problem: Problem) -> str:
    """The rows as text."""
    texts = _shortest(problem.table, problem.encoder)
    text = textwrap.fill(" ".join(texts), WIDTH, break_on_hyphens=False)
    columns = listed("columns = [", map(quoted, problem.features))
    return (
        f'NUMBERS = """\n{text}\n"""  # row after row\n'
        f"{columns}\n"
        "numbers = np.array(NUMBERS.split(), dtype=float).reshape(-1, len(columns))\n"
        "rows = pd.DataFrame(numbers, columns=columns)"
    )


def _shortest(table: Table, encoder: Encoder) -> list[str]:
    """Numbers, row by row, with no more digits than the networks see after scaling."""
    values, exact = table.values, encoder.transform(table.values)
    low, high = values.min(axis=0), values.max(axis=0)
    extreme = (values == low) | (values == high)  # where scaling begins and ends
    found = np.full(values.shape, None, dtype=object)
    for digits in range(1, 18):
        texts = [[f"{v:.{digits}g}" for v in row] for row in values]
        rounded = np.array(texts, dtype=float)
        inside = (rounded >= low) & (rounded <= high)
        good = inside & (encoder.transform(rounded) == exact) & (~extreme | (rounded == values))
        found = np.where(good & (found == None), np.array(texts, dtype=object), found)  # noqa: E711
    again = replace(table, values=found.astype(float))
    if (type(encoder).fit(again).transform(again.values) == exact).all():
        return found.ravel().tolist()
    return [repr(float(value)) for value in values.ravel()]  # all digits, if each one matters
