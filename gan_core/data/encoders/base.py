"""What an encoder is: learned from a table, it turns rows into what the networks see, and back."""

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
        text: what it does, one sentence.
        encode: statements that make ``scaled`` (n_rows, n_columns) from ``values``
            (n_rows, n_features), both NumPy arrays.
        decode: an expression of ``x_fake`` (n, n_columns) that gives original units.
    """

    text: str
    encode: str
    decode: str


@dataclasses.dataclass(frozen=True, eq=False)
class Encoder(ABC):
    """Base of the encoders; the fields of each are arrays of what it has learned, by feature.

    Attributes:
        name: in configs, links and files.
        label: for people.
        help: what it does and what to expect of it, for people.
        marks: titles of the fields worth showing, by the fields' names.
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
        """Original units (n, n_features) to what networks see: float32, (n, n_columns)."""

    @abstractmethod
    def inverse(self, x: np.ndarray) -> np.ndarray:
        """What networks make (n, n_columns) to original units: float64, (n, n_features)."""

    @property
    @abstractmethod
    def blocks(self) -> tuple[Block, ...]:
        """What the columns are, one block a feature, in their order."""

    @abstractmethod
    def as_code(self) -> EncoderCode:
        """The same arithmetic for an exported script, learned from the rows there."""

    def to_dict(self) -> dict[str, Any]:
        """As plain values, exactly; `encoder_of` reads them."""
        learned = {f.name: getattr(self, f.name).tolist() for f in dataclasses.fields(self)}
        return {"name": self.name, **learned}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote, but for the name.

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
