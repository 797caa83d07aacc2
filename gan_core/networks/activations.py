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


class ELU(Block):
    """x if positive, else e^x - 1 (Clevert, Unterthiner, Hochreiter 2016, arXiv:1511.07289)."""

    compiled = "elu"
    printed = "alpha=1.0"


class GELU(Block):
    """x times the normal distribution function of x (Hendrycks, Gimpel 2016, arXiv:1606.08415)."""

    printed = "approximate='none'"


class SiLU(Block):
    """x times its sigmoid, also called swish (Ramachandran et al. 2017, arXiv:1710.05941)."""


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
    "elu",
    Activation(
        "ELU",
        "Like LeakyReLU without the kink: what is negative fades to -1. Smooth, and no unit dies.",
        lambda slope: (ELU(),),
    ),
)
ACTIVATIONS.add(
    "gelu",
    Activation(
        "GELU",
        "A ReLU with a soft bend and a small dip below 0, the usual choice in transformers. "
        "Smooth; costs more to compute.",
        lambda slope: (GELU(),),
    ),
)
ACTIVATIONS.add(
    "silu",
    Activation(
        "SiLU",
        "x times its own sigmoid, nearly the same curve as GELU (also called swish). Smooth; "
        "costs more to compute.",
        lambda slope: (SiLU(),),
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
