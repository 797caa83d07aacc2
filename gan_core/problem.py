"""The resolved form of a config: its encoded rows, both players, and the sizes.

Parsing a config touches no data; here class and feature names meet the data set. What was resolved
last is cached by content, so that calling `resolve` again costs microseconds.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from weakref import WeakValueDictionary

import numpy as np

from gan_core.config import ExperimentConfig
from gan_core.config.sections import DataConfig
from gan_core.data import DATA_SOURCES, ENCODERS, Encoder, Table, load_table
from gan_core.data.blocks import Block
from gan_core.data.table import rounded
from gan_core.errors import ConfigError, DataError, short
from gan_core.networks import Sequential, discriminator_layers, generator_layers
from gan_core.networks.heads import head

MOST_BYTES = 64 * 2**20  # of cached rows, whoever requested them
_PROBLEM_BYTES = 8 * 2**10  # of a problem without its rows, roughly


@dataclass(frozen=True, eq=False)
class Rows:
    """The resolved form of a config's section data.

    Attributes:
        table: the real rows in original units, with labels and modes; read-only.
        encoder: fitted to them.
        x_real: the rows as the networks see them, float32, (n_rows, n_columns); read-only.
    """

    table: Table
    encoder: Encoder
    x_real: np.ndarray

    @classmethod
    def of(cls, table: Table, encoder: str) -> "Rows":
        """A table, seen through a fresh encoder of this name."""
        learned = ENCODERS[encoder].fit(table)
        x_real = np.ascontiguousarray(learned.transform(table.values))
        for shared in (table.values, table.labels, x_real):
            shared.setflags(write=False)
        return cls(table, learned, x_real)

    @property
    def n_bytes(self) -> int:
        """The memory they use."""
        return sum(a.nbytes for a in (self.table.values, self.table.labels, self.x_real))


@dataclass(frozen=True, eq=False)
class Problem:
    """An experiment with everything needed to train, view and score it.

    Attributes:
        config: the experiment.
        rows: what it learns from.
        generator: G's layers.
        discriminator: D's layers.
    """

    config: ExperimentConfig
    rows: Rows = field(repr=False)
    generator: Sequential
    discriminator: Sequential

    @classmethod
    def of(cls, config: ExperimentConfig, rows: Rows) -> "Problem":
        """An experiment on these rows, whatever its section data says."""
        return cls(config, rows, *networks_of(config, rows.encoder.blocks))

    @property
    def table(self) -> Table:
        """The real rows in original units."""
        return self.rows.table

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the table's columns."""
        return self.rows.table.features

    @property
    def encoder(self) -> Encoder:
        """Between original units and what the networks see."""
        return self.rows.encoder

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The kinds of the encoded columns."""
        return self.rows.encoder.blocks

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the encoded columns: the feature's, with a number if it has several."""
        return tuple(
            name if block.width == 1 else f"{name} {i + 1}"
            for name, block in zip(self.features, self.blocks, strict=True)
            for i in range(block.width)
        )

    @property
    def x_real(self) -> np.ndarray:
        """The real rows as the networks see them, float32, (n_rows, n_columns)."""
        return self.rows.x_real

    @property
    def n_rows(self) -> int:
        """Number of real rows."""
        return self.rows.table.n_rows

    def decoded(self, x: np.ndarray) -> np.ndarray:
        """Network outputs (n, n_columns) as rows of the table: rounded as its values are."""
        return rounded(self.encoder.inverse(x), self.table.decimals)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the rows; the last, incomplete batch counts."""
        return -(-self.n_rows // self.config.training.batch_size)

    @property
    def total_steps(self) -> int:
        """Steps when all epochs are done."""
        return self.config.training.epochs * self.steps_per_epoch

    def at(self, step: int) -> "Problem":
        """The problem with the settings that apply after this many steps."""
        return replace(self, config=self.config.at(step))


def networks_of(config: ExperimentConfig, blocks: Sequence[Block]) -> tuple[Sequential, Sequential]:
    """The layers of the generator and of the discriminator, for columns of these kinds."""
    g, d = config.generator, config.discriminator
    n = sum(block.width for block in blocks)
    probability = config.loss.probability
    return (
        generator_layers(
            g.latent_dim,
            g.hidden_dims,
            n,
            g.activation,
            g.slope,
            g.normalization,
            g.dropout,
            head(blocks),
        ),
        discriminator_layers(
            n,
            d.hidden_dims,
            d.activation,
            d.slope,
            d.normalization,
            d.dropout,
            probability=probability,
        ),
    )


def check_players(problem: Problem) -> None:
    """Refuse networks that do not fit each other, the rows or the smallest batch.

    Raises:
        ConfigError: says which one, and why.
    """
    config, n_rows, n_columns = problem.config, problem.n_rows, problem.x_real.shape[1]
    size = min(config.training.batch_size, n_rows)
    smallest = n_rows % size or size
    for name, network, n_in, n_out in (
        ("generator", problem.generator, config.generator.latent_dim, n_columns),
        ("discriminator", problem.discriminator, n_columns, 1),
    ):
        try:
            _, found = network.shape(smallest, n_in)
        except ValueError as error:
            raise ConfigError(name, f"{name}: {error}") from error
        if found != n_out:
            raise ConfigError(name, f"{name} must output rows of {n_out} numbers. Got {found}.")


def resolve(config: ExperimentConfig) -> Problem:
    """The problem of a config; the same object for equal configs while it is cached.

    Raises:
        ConfigError: there is no such data set, or it has no such class or feature, or too few rows;
            or a network does not fit them or the smallest batch.
    """
    return _kept.problem(config)


def rows_of(data: DataConfig) -> Rows:
    """The rows of a config's section data; like `resolve`, for callers that need no players."""
    return _kept.rows(data)


class _Kept:
    """The most recently used problems, as many as fit with their rows; thread-safe.

    Rows live as long as a problem or anything else holds them, and are counted once.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._problems: OrderedDict[tuple[ExperimentConfig, Rows], Problem] = OrderedDict()
        self._rows: WeakValueDictionary[Hashable, Rows] = WeakValueDictionary()
        self._lock = Lock()

    def problem(self, config: ExperimentConfig) -> Problem:
        """A cached problem, else a new one."""
        rows = self.rows(config.data)
        key = (config, rows)
        with self._lock:
            if key in self._problems:
                self._problems.move_to_end(key)
                return self._problems[key]
            found = Problem.of(config, rows)
            check_players(found)
            self._problems[key] = found
            while len(self._problems) > 1 and self.n_bytes() > self._most_bytes:
                self._problems.popitem(last=False)
        return found

    def rows(self, data: DataConfig) -> Rows:
        """Rows that are still held, else read again; a replaced data set counts as a new one."""
        key = (data, DATA_SOURCES.get(data.source))
        found = self._rows.get(key)
        if found is None:
            made = _read(data)  # outside the lock: two threads may read the same, none waits
            with self._lock:
                found = self._rows.setdefault(key, made)
        return found

    def n_bytes(self) -> int:
        """The approximate size of all live rows and of the problems."""
        rows = sum(rows.n_bytes for rows in self._rows.values())
        return rows + _PROBLEM_BYTES * len(self._problems)


def _read(data: DataConfig) -> Rows:
    if data.source not in DATA_SOURCES:
        raise ConfigError(
            "data.source",
            f"data.source must be one of {', '.join(DATA_SOURCES)}. "
            f"Got {short(data.source)} instead.",
        )
    try:
        table = load_table(data.source, data.classes, data.features, data.drawing)
    except DataError as error:
        raise ConfigError("data", str(error)) from error
    return Rows.of(table, data.encoder)


_kept = _Kept(MOST_BYTES)
