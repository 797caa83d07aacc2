"""Networks as plain descriptions: what a layer is, before any library builds it.

The same tuple of layers is printed on a page (without torch), built by the PyTorch engine, and
run by NumPy when only samples are wanted.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Linear:
    """A fully connected layer, (batch, n_in) -> (batch, n_out)."""

    n_in: int
    n_out: int

    @property
    def n_weights(self) -> int:
        """Number of trained numbers: a matrix and a bias."""
        return (self.n_in + 1) * self.n_out

    def __str__(self) -> str:
        """As PyTorch prints it."""
        return f"Linear(in_features={self.n_in}, out_features={self.n_out}, bias=True)"


@dataclass(frozen=True)
class ReLU:
    """max(x, 0). A unit that is negative for every row learns nothing more: it is dead."""

    def __str__(self) -> str:
        """As PyTorch prints it."""
        return "ReLU()"


@dataclass(frozen=True)
class LeakyReLU:
    """x where positive, else slope * x: never dead (Maas, Hannun, Ng 2013)."""

    slope: float

    def __str__(self) -> str:
        """As PyTorch prints it."""
        return f"LeakyReLU(negative_slope={self.slope})"


@dataclass(frozen=True)
class Tanh:
    """Squeezes into (-1, 1), the range of the scaled data."""

    def __str__(self) -> str:
        """As PyTorch prints it."""
        return "Tanh()"


@dataclass(frozen=True)
class Sigmoid:
    """Squeezes a logit into a probability, (0, 1)."""

    def __str__(self) -> str:
        """As PyTorch prints it."""
        return "Sigmoid()"


@dataclass(frozen=True)
class Head:
    """An activation of its own for each slice of the columns: (batch, n) -> (batch, n).

    Attributes:
        parts: activation ("tanh", "none", "softmax" or "sigmoid") and width of each slice.
    """

    parts: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        """As PyTorch prints it, and as a script calls it."""
        parts = (f'("{name}", {width})' for name, width in self.parts)
        return f"Head({', '.join(parts)})"


Layer = Linear | ReLU | LeakyReLU | Tanh | Sigmoid | Head
Layers = tuple[Layer, ...]


def n_weights(layers: Layers) -> int:
    """Number of trained numbers of a network."""
    return sum(layer.n_weights for layer in layers if isinstance(layer, Linear))


def structure(layers: Layers) -> str:
    """The network as PyTorch prints an ``nn.Sequential`` of these layers."""
    lines = (f"  ({i}): {layer}" for i, layer in enumerate(layers))
    return "\n".join(("Sequential(", *lines, ")"))
