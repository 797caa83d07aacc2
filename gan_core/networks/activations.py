"""The nonlinearities between linear layers."""

from gan_core.networks.block import ACTIVATIONS, Activation, Block


class ReLU(Block):
    """max(x, 0). A unit that is negative for every row no longer learns: it is dead."""

    compiled = "relu"
    piecewise_linear = True


class LeakyReLU(Block):
    """x if positive, else slope * x: never dead (Maas, Hannun, Ng 2013)."""

    negative_slope: float

    compiled = "leaky_relu"
    piecewise_linear = True


class Tanh(Block):
    """Squashes into (-1, 1), the range of the scaled data."""

    compiled = "tanh"


class Sigmoid(Block):
    """Squashes a logit into a probability, (0, 1)."""

    compiled = "sigmoid"


ACTIVATIONS.add(
    "relu",
    Activation(
        "ReLU",
        "Passes what is positive and blocks the rest. Fast and usual; a unit that is negative for "
        "every row stops learning.",
        lambda slope: (ReLU(),),
    ),
)
ACTIVATIONS.add(
    "leaky_relu",
    Activation(
        "LeakyReLU",
        "Lets a part of what is negative through (the slope), so that no unit stops learning; the "
        "usual choice for D.",
        lambda slope: (LeakyReLU(slope),),
    ),
)
ACTIVATIONS.add(
    "tanh",
    Activation(
        "Tanh",
        "A smooth step from -1 to 1. Gives smooth functions; far from 0 it is flat, and learning "
        "slows down.",
        lambda slope: (Tanh(),),
    ),
)
ACTIVATIONS.add(
    "sigmoid",
    Activation(
        "Sigmoid",
        "A smooth step from 0 to 1, flatter than Tanh: in several layers, gradients nearly vanish.",
        lambda slope: (Sigmoid(),),
    ),
)
ACTIVATIONS.add(
    "none",
    Activation(
        "None",
        "No nonlinearity: however many layers it has, the network is a linear function.",
        lambda slope: (),
    ),
)
