"""The base of encoders: fitted to a table, they turn rows into what networks see, and back."""

import dataclasses
import inspect
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self, dataclass_transform

import numpy as np

from gan_core.data.blocks import Block, Number
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


@dataclass_transform(frozen_default=True, eq_default=False)
@dataclasses.dataclass(frozen=True, eq=False)
class Encoder(ABC):
    """Base of the encoders, dataclasses: fields are arrays of what each feature has taught.

    Attributes:
        name: in configs, links and files.
        label: its name on the pages.
        help: what it does and what to expect of it.
        marks: titles of the fields worth showing, by field name.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    marks: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(frozen=True, eq=False)(cls)

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


class Affine(Encoder):
    """Encoders that subtract one number from a feature and divide it by another, their two fields.

    A divisor of 0 is that of a constant feature, which becomes 0.

    Attributes:
        bounded: whether the real rows become numbers in [-1, 1].
        in_script: what it does, in a script; else its help.
    """

    bounded: ClassVar[bool] = False
    in_script: ClassVar[str] = ""

    @staticmethod
    @abstractmethod
    def learn(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both fields, float64, (n_features,), from rows in original units.

        A script has the source: the signature is one line, what is returned is the last.
        """

    @classmethod
    def fit(cls, table: Table) -> Self:
        return cls(*cls.learn(table.values))  # type: ignore[call-arg]  # both of its fields

    def transform(self, values: np.ndarray) -> np.ndarray:
        shift, scale = self._learned()
        return ((values - shift) / np.where(scale > 0.0, scale, 1.0)).astype(np.float32)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        shift, scale = self._learned()
        return shift + x.astype(np.float64) * scale

    @property
    def blocks(self) -> tuple[Number, ...]:
        return (Number(self.bounded),) * len(self._learned()[0])

    def as_code(self) -> EncoderCode:
        shift, scale = (field.name for field in dataclasses.fields(self))
        lines = textwrap.dedent(inspect.getsource(self.learn)).splitlines()[2:]
        *before, last = textwrap.dedent("\n".join(lines)).splitlines()
        found = last.removeprefix("return ")
        made = [] if found == f"{shift}, {scale}" else [f"{shift}, {scale} = {found}"]
        scaled = f"scaled = (values - {shift}) / np.where({scale} > 0.0, {scale}, 1.0)"
        return EncoderCode(
            self.in_script or self.help,
            "\n".join((*before, *made, scaled)),
            f"{shift} + x_fake * {scale}",
        )

    def _learned(self) -> tuple[np.ndarray, np.ndarray]:
        shift, scale = (getattr(self, field.name) for field in dataclasses.fields(self))
        return shift, scale


ENCODERS: Registry[type[Encoder]] = Registry("encoder")


def encoder_of(values: Mapping[str, Any]) -> Encoder:
    """The encoder that `Encoder.to_dict` wrote.

    Raises:
        KeyError: there is no encoder of this name, or something is missing.
    """
    return ENCODERS[values["name"]].from_dict(values)
