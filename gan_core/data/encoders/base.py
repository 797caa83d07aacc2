"""The base of encoders: fitted to a table, they turn rows into what networks see, and back."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from gan_core.data.blocks import Block
from gan_core.data.table import Table
from gan_core.registry import Registry


@dataclasses.dataclass(frozen=True)
class EncoderCode:
    """An encoder in an exported script.

    Attributes:
        text: what it does, in one sentence.
        encode: statements that make ``scaled`` (n_rows, n_columns) from ``values``
            (n_rows, n_features), both NumPy arrays.
        decode: an expression of ``x_fake`` (n, n_columns) that gives original units.
    """

    text: str
    encode: str
    decode: str


@dataclasses.dataclass(frozen=True, eq=False)
class Encoder(ABC):
    """Base of the encoders; their fields are arrays of what was learned about each feature.

    Attributes:
        name: in configs, links and files.
        label: its name on the pages.
        help: what it does and what to expect of it.
        marks: titles of the fields worth showing, by field name.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    marks: ClassVar[Mapping[str, str]]

    @classmethod
    @abstractmethod
    def fit(cls, table: Table) -> Self:
        """Learn from the rows of a table."""

    @abstractmethod
    def transform(self, values: np.ndarray) -> np.ndarray:
        """Original units (n, n_features) to what the networks see: float32, (n, n_columns)."""

    @abstractmethod
    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Network outputs (n, n_columns) to original units: float64, (n, n_features)."""

    @property
    @abstractmethod
    def blocks(self) -> tuple[Block, ...]:
        """The kinds of the columns, one block per feature, in order."""

    @abstractmethod
    def as_code(self) -> EncoderCode:
        """The same arithmetic for an exported script, fitted to the rows there."""

    def to_dict(self) -> dict[str, Any]:
        """As plain values, exactly; `encoder_of` reads them."""
        learned = {f.name: getattr(self, f.name).tolist() for f in dataclasses.fields(self)}
        return {"name": self.name, **learned}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote, except the name.

        Raises:
            KeyError: something is missing.
        """
        return cls(*(np.array(values[f.name], np.float64) for f in dataclasses.fields(cls)))


ENCODERS: Registry[type[Encoder]] = Registry("encoder")


def encoder_of(values: Mapping[str, Any]) -> Encoder:
    """The encoder that `Encoder.to_dict` wrote.

    Raises:
        KeyError: there is no encoder of this name, or something is missing.
    """
    return ENCODERS[values["name"]].from_dict(values)
