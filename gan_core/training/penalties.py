"""D's slope, which penalties act on (see `gan_core.objectives.penalties`), by autograd."""

from collections.abc import Callable

import torch
from torch import Tensor


def slope_at(discriminator: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """The gradient of D's logit by its input, itself differentiable by D's weights.

    Args:
        discriminator: rows to logits.
        rows: (batch, n_features).

    Returns:
        (batch, n_features).
    """
    rows = rows.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(rows).sum(), rows, create_graph=True)
    return slope
