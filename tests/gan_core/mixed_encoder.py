"""An encoder with every kind of block, as one may be added; the tests that use it enter it."""

import numpy as np

from gan_core.data.blocks import Categories, Flag, Number
from gan_core.data.encoders import Encoder, EncoderCode

_CODE = """\
middle = np.median(values, axis=0)
off = values - middle
high = (off > 0.0).astype(float)
scaled = np.column_stack([np.tanh(off[:, 0]), off[:, 1], 1.0 - high[:, 2], high[:, 2], high[:, 3]])
"""


class Mixed(Encoder):
    """Four features: a bounded number, a free one, two categories, a flag."""

    name = "mixed"
    label = "Mixed"
    help = "Below or above the median."
    marks = {"middle": "median"}  # noqa: RUF012

    middle: np.ndarray

    @classmethod
    def fit(cls, table):
        return cls(np.median(table.values, axis=0))

    def transform(self, values):
        off = values - self.middle
        high = off > 0
        columns = (np.tanh(off[:, 0]), off[:, 1], ~high[:, 2], high[:, 2], high[:, 3])
        return np.column_stack(columns).astype(np.float32)

    def inverse(self, x):
        back = np.arctanh(np.clip(x[:, 0].astype(float), -0.999, 0.999))
        return self.middle + np.column_stack((back, x[:, 1], x[:, 3] - 0.5, x[:, 4] - 0.5))

    @property
    def blocks(self):
        return (Number(bounded=True), Number(bounded=False), Categories(2), Flag())

    def as_code(self):
        decode = "middle + np.column_stack((x_fake[:, 0], x_fake[:, [1, 3, 4]]))"
        return EncoderCode("Below or above the median.", _CODE.strip(), decode)
