"""Which device the numbers are computed on."""

import torch

from gan_core.errors import ConfigError


def resolve_device(asked: str) -> torch.device:
    """``auto`` is the first CUDA GPU if there is one, else the CPU.

    Raises:
        ConfigError: CUDA was requested but is not available.
    """
    has_cuda = torch.cuda.is_available()
    if asked == "cuda" and not has_cuda:
        raise ConfigError(
            "training.device",
            "training.device is 'cuda', but PyTorch finds no CUDA GPU on this machine. "
            "Use 'cpu' or 'auto'.",
        )
    return torch.device("cuda" if asked == "cuda" or (asked == "auto" and has_cuda) else "cpu")


def device_name(device: torch.device) -> str:
    """Its name on the pages: "CPU", or the name of the GPU."""
    return "CPU" if device.type == "cpu" else torch.cuda.get_device_name(device)
