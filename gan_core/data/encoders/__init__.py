"""Encoders between original units and what the networks see; each file registers its own."""

from gan_core.data.encoders.base import ENCODERS, Encoder, EncoderCode, encoder_of
from gan_core.registry import discover

discover(__name__, __path__)

__all__ = ["ENCODERS", "Encoder", "EncoderCode", "encoder_of"]
