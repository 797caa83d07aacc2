"""The rows: from scikit-learn where it has them, else written into the script."""

import textwrap

import numpy as np

from gan_core.config import ExperimentConfig
from gan_core.data import MinMaxScaler
from gan_core.export.part import WIDTH, Part, listed, quoted

SKLEARN = {"iris": "load_iris", "wine": "load_wine", "breast_cancer": "load_breast_cancer"}

_SCALING = """\
values = rows.to_numpy()
low, high = values.min(axis=0), values.max(axis=0)
scaled = 2.0 * (values - low) / (high - low) - 1.0
x_real = torch.from_numpy(scaled.astype(np.float32)).to(device)  # (rows, features)"""
# Where a column never changes, there is nothing to divide by.
_SCALING_OF_CONSTANTS = """\
values = rows.to_numpy()
low, high = values.min(axis=0), values.max(axis=0)
span = np.where(high > low, high - low, 1.0)
scaled = np.where(high > low, 2.0 * (values - low) / span - 1.0, 0.0)  # 0 where nothing changes
x_real = torch.from_numpy(scaled.astype(np.float32)).to(device)  # (rows, features)"""

_REPORT = 'print(f"{len(rows)} real rows, {rows.shape[1]} features, device: {device}")'


def data_part(config: ExperimentConfig) -> Part:
    """Load the rows and scale them."""
    values = config.table().values
    varies = bool((values.max(axis=0) > values.min(axis=0)).all())
    loader = SKLEARN.get(config.data.source)
    load = _from_sklearn(config, loader) if loader else _written_out(config)
    return Part(
        "The real rows",
        "Every feature is scaled so that its smallest value becomes -1 and its largest 1, the "
        "range of Tanh, in which G ends.",
        "\n\n".join((load, _SCALING if varies else _SCALING_OF_CONSTANTS, _REPORT)),
        (f"from sklearn.datasets import {loader}",) if loader else (),
    )


def _from_sklearn(config: ExperimentConfig, loader: str) -> str:
    name, classes, features = config.data.source, config.data.classes, config.data.features
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


def _written_out(config: ExperimentConfig) -> str:
    """The rows as text."""
    table = config.table()
    text = textwrap.fill(" ".join(_shortest(table.values)), WIDTH, break_on_hyphens=False)
    columns = listed("columns = [", map(quoted, table.features))
    return (
        f'NUMBERS = """\n{text}\n"""  # row after row\n'
        f"{columns}\n"
        "numbers = np.array(NUMBERS.split(), dtype=float).reshape(-1, len(columns))\n"
        "rows = pd.DataFrame(numbers, columns=columns)"
    )


def _shortest(values: np.ndarray) -> list[str]:
    """Numbers, row after row, with no more digits than the networks see once they are scaled."""
    scaler = MinMaxScaler.fit(values)
    exact = scaler.transform(values)
    extreme = (values == scaler.low) | (values == scaler.high)  # they decide how all are scaled
    found = np.full(values.shape, None, dtype=object)
    for digits in range(1, 18):
        texts = [[f"{v:.{digits}g}" for v in row] for row in values]
        rounded = np.array(texts, dtype=float)
        inside = (rounded >= scaler.low) & (rounded <= scaler.high)
        good = inside & (scaler.transform(rounded) == exact) & (~extreme | (rounded == values))
        found = np.where(good & (found == None), np.array(texts, dtype=object), found)  # noqa: E711
    return found.ravel().tolist()
