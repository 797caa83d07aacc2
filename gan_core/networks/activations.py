"""The nonlinearities between linear layers."""

from gan_core.networks.block import ACTIVATIONS, Block


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


ACTIVATIONS.add("relu", lambda slope: (ReLU(),))
ACTIVATIONS.add("leaky_relu", lambda slope: (LeakyReLU(slope),))
ACTIVATIONS.add("tanh", lambda slope: (Tanh(),))
ACTIVATIONS.add("sigmoid", lambda slope: (Sigmoid(),))
ACTIVATIONS.add("none", lambda slope: ())
