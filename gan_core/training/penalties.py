"""Gradient penalties: what D pays for its slope. The reference form, by autograd's second order."""

import torch
from torch import Tensor, nn


def gradient_penalty(
    kind: str,
    discriminator: nn.Module,
    x_real: Tensor,
    x_fake: Tensor,
    mixing: Tensor,
    weight: float,
) -> Tensor:
    """The penalty, a scalar that can be differentiated by D's weights.

    - ``gp``: weight * mean (||grad D|| - 1)^2 at rows between real and fake ones (Gulrajani et al.
      2017, arXiv:1704.00028);
    - ``r1``, ``r2``: weight / 2 * mean ||grad D||^2 at real rows, at fakes (Mescheder et al. 2018,
      arXiv:1801.04406).

    Args:
        kind: which.
        discriminator: rows to logits.
        x_real: (batch, n_features).
        x_fake: (batch, n_features).
        mixing: share of the real row in each mixture, (batch,).
        weight: lambda_gp or gamma.
    """
    if kind == "gp":
        rows = x_fake + mixing[:, None] * (x_real - x_fake)
    else:
        rows = x_real if kind == "r1" else x_fake
    rows = rows.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(rows).sum(), rows, create_graph=True)
    if kind == "gp":
        return weight * (slope.norm(dim=1) - 1.0).square().mean()
    return 0.5 * weight * slope.square().sum(dim=1).mean()
