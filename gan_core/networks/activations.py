"""What bends the straight lines between linear layers."""

from dataclasses import dataclass

from gan_core.networks.block import ACTIVATIONS, Block


@dataclass(frozen=True)
class ReLU(Block):
    """max(x, 0). A unit that is negative for every row learns nothing more: it is dead."""

    compiled = "relu"
    piecewise_linear = True


@dataclass(frozen=True)
class LeakyReLU(Block):
    """x where positive, else slope * x: never dead (Maas, Hannun, Ng 2013)."""

    negative_slope: float

    compiled = "leaky_relu"
    piecewise_linear = True


@dataclass(frozen=True)
class Tanh(Block):
    """Squeezes into (-1, 1), the range of the scaled data."""

    compiled = "tanh"


@dataclass(frozen=True)
class Sigmoid(Block):
    """Squeezes a logit into a probability, (0, 1)."""

    compiled = "sigmoid"


ACTIVATIONS.add("relu", lambda slope: (ReLU(),))
ACTIVATIONS.add("leaky_relu", lambda slope: (LeakyReLU(slope),))
ACTIVATIONS.add("tanh", lambda slope: (Tanh(),))
ACTIVATIONS.add("sigmoid", lambda slope: (Sigmoid(),))
ACTIVATIONS.add("none", lambda slope: ())
