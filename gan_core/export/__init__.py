"""An experiment as code that runs without GAN Forge: a PyTorch script, or a notebook."""

from gan_core.export.formats import notebook, script

__all__ = ["notebook", "script"]
