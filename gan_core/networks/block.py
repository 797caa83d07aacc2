"""The description of a part of a network, before any library builds it.

The same description is printed on a page (without torch), built by PyTorch, written to a script
and, if possible, laid out for the compiled engine.
"""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

import numpy as np

from gan_core.registry import Registry

if TYPE_CHECKING:
    from torch import nn

Weights = Mapping[str, np.ndarray]  # parameters and buffers, named as in PyTorch's state_dict


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True)
class Block:
    """One part of a network; a subclass is a layer, its fields the arguments of PyTorch's module.

    A subclass is a frozen dataclass. The defaults suit a PyTorch layer of the same name that works
    elementwise: it keeps the width and has no parameters. One that PyTorch lacks has a static
    method ``forward``, which is its module's (``layer`` is the module); its class is made from
    that, here and in a script, where `torch`, ``nn`` and ``np`` are at hand.

    Attributes:
        extends: the class of `torch.nn` that a module with a ``forward`` of its own extends.
        buffers: arrays that training changes without a gradient: a 0 for each unit of ``width``.
        compiled: its name in the compiled engine; empty if it has none.
        piecewise_linear: whether its slope is constant except at kinks.
        mixes_rows: whether the output of a row depends on the other rows of its batch.
        draws: whether training it needs random numbers; each step sets its module's ``rng``.
        takes_labels: whether the label of each row is a second input.
        printed: how PyTorch prints it, with placeholders for the fields; empty: all by name.
        first_code: how a script draws the initial values of ``layer`` from ``rng``; empty if
            PyTorch itself starts with `first_values`.
    """

    extends: ClassVar[str] = "Module"
    buffers: ClassVar[tuple[str, ...]] = ()
    compiled: ClassVar[str] = ""
    piecewise_linear: ClassVar[bool] = False
    mixes_rows: ClassVar[bool] = False
    draws: ClassVar[bool] = False
    takes_labels: ClassVar[bool] = False
    printed: ClassVar[str] = ""
    first_code: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """The shape of the output for an input of shape (n_rows, n_in).

        Raises:
            ValueError: it cannot take such an input.
        """
        return n_rows, n_in

    def parts(self) -> tuple[tuple[str, "Block"], ...]:
        """The blocks inside, by name."""
        return ()

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """The shapes of its own trained arrays, excluding those of the blocks inside."""
        return {}

    def first_values(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Its own parameters (float32) and buffers before training, in PyTorch's order."""
        return {name: np.zeros(vars(self)["width"], np.float32) for name in self.buffers}

    @classmethod
    def source(cls) -> str:
        """The class of its module as a script defines it; empty if PyTorch has it."""
        forward = getattr(cls, "forward", None)
        if not forward:
            return ""
        names = [field.name for field in fields(cls)] if cls.extends == "Module" else []
        own = f"    def __init__(self, {', '.join(names)}):\n        super().__init__()\n"
        own += "".join(f"        self.{name} = {name}\n" for name in names)
        own += "".join(
            f'        self.register_buffer("{name}", torch.zeros(width))\n' for name in cls.buffers
        )
        shown = ", ".join(f"{name}={{self.{name}}}" for name in names)
        own += f'\n    def extra_repr(self):\n        return f"{shown}"\n\n'
        parameters = ", ".join(inspect.signature(forward).parameters)
        lines = textwrap.dedent(inspect.getsource(forward)).splitlines()[2:]  # after its def
        body = "\n".join((f"def forward({parameters}):", *lines))
        body = re.sub(r"\blayer\b", "self", body)
        return (
            f"class {cls.__name__}(nn.{cls.extends}):\n"
            f'    """{(cls.__doc__ or "").splitlines()[0]}"""\n\n'
            f"{own if names else ''}{textwrap.indent(body, '    ')}"
        )

    def arguments(self) -> tuple[Any, ...]:
        """The arguments of its module."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def module(self) -> "nn.Module":
        """Its PyTorch module, with PyTorch's own initial values."""
        return _class_of(type(self))(*self.arguments())

    def called(self) -> str:
        """The callable that makes its module in a script."""
        return type(self).__name__ if self.source() else f"nn.{type(self).__name__}"

    def code(self) -> str:
        """The expression that makes its module in a script."""
        return f"{self.called()}({', '.join(map(repr, self.arguments()))})"

    def __str__(self) -> str:
        """The text that PyTorch prints for it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        known = self.printed.format(**values) or ", ".join(f"{k}={v}" for k, v in values.items())
        return f"{type(self).__name__}({known})"


@cache
def _class_of(block: type[Block]) -> type["nn.Module"]:
    import torch
    from torch import nn

    known: dict[str, Any] = {"torch": torch, "nn": nn, "np": np}
    exec(block.source(), known)  # what a script defines is what runs here
    return known.get(block.__name__) or getattr(nn, block.__name__)


@dataclass(frozen=True)
class Activation:
    """What stands after a hidden linear layer.

    Attributes:
        label: name for people.
        help: what it is, for people.
        blocks: makes it from LeakyReLU's slope.
    """

    label: str
    help: str
    blocks: Callable[[float], tuple[Block, ...]]


ACTIVATIONS: Registry[Activation] = Registry("activation")


@dataclass(frozen=True)
class Normalization:
    """What may stand between a hidden linear layer and its activation.

    Attributes:
        label: name for people.
        help: what it is, for people.
        block: makes it from the width of the layer; None if nothing stands there.
    """

    label: str
    help: str
    block: Callable[[int], Block] | None = None


NORMALIZATIONS: Registry[Normalization] = Registry("normalization")


def walk(network: Block, path: str = "") -> Iterator[tuple[str, Block]]:
    """Every block with its path in PyTorch's names ("2.0"), each before the blocks inside it."""
    yield path, network
    for name, block in network.parts():
        yield from walk(block, f"{path}.{name}" if path else name)


def n_weights(network: Block) -> int:
    """Number of trained parameters of a network."""
    return sum(prod(shape) for _, block in walk(network) for shape in block.parameters().values())


def initial_weights(network: Block, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """All parameters and buffers before training, drawn block after block.

    Returns:
        ``"0.weight"`` of shape (n_out, n_in), ``"0.bias"`` of shape (n_out,), ...
    """
    return {
        f"{path}.{name}" if path else name: array
        for path, block in walk(network)
        for name, array in block.first_values(rng).items()
    }


def expect(width: int, n_in: int, block: Block) -> None:
    """Refuse rows whose width a block does not accept.

    Raises:
        ValueError: n_in is not that width.
    """
    if n_in != width:
        raise ValueError(f"{block} takes rows of {width} numbers. Got rows of {n_in} instead.")
