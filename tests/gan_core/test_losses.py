from math import log

import pytest
import torch
from torch import nn

from gan_core.losses import BCE, LOSSES

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())


def logits(seed, n=40, scale=3.0):
    drawn = torch.randn(n, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (drawn * scale).requires_grad_()


@every_loss
def test_scalar_and_differentiable(loss):
    real, fake = logits(0), logits(1)
    d_loss = loss().discriminator(real, fake)
    g_loss = loss().generator(fake)
    assert d_loss.shape == g_loss.shape == ()
    for gradient in torch.autograd.grad(d_loss, [real, fake]) + torch.autograd.grad(g_loss, fake):
        assert torch.isfinite(gradient).all()
        assert (gradient != 0).any()


@every_loss
def test_discriminator_gains_by_telling_apart_and_generator_by_fooling(loss):
    low, high = torch.full((8, 1), -2.0), torch.full((8, 1), 2.0)
    assert loss().discriminator(high, low) < loss().discriminator(low, high)
    assert loss().generator(high) < loss().generator(low)


@every_loss
def test_rows_are_averaged(loss):
    real, fake = logits(2), logits(3)
    twice = loss().discriminator(torch.cat([real, real]), torch.cat([fake, fake]))
    assert twice.item() == pytest.approx(loss().discriminator(real, fake).item(), rel=1e-12)
    assert loss().generator(torch.cat([fake, fake])).item() == pytest.approx(
        loss().generator(fake).item(), rel=1e-12
    )


@every_loss
def test_stays_finite_for_logits_that_saturate_a_sigmoid(loss):
    huge = torch.tensor([[-1e4], [1e4]])
    assert torch.isfinite(loss().discriminator(huge, -huge))
    assert torch.isfinite(loss().generator(huge))


@every_loss
def test_equilibrium_is_the_loss_when_d_can_only_guess(loss):
    guess = torch.zeros(8, 1)
    d_loss, g_loss = loss().discriminator(guess, guess).item(), loss().generator(guess).item()
    assert d_loss == pytest.approx(loss.d_equilibrium.value, rel=1e-6)
    assert g_loss == pytest.approx(loss.g_equilibrium.value, rel=1e-6)


@every_loss
def test_words_for_people(loss):
    assert loss.label
    assert loss.help.endswith(".")
    assert loss.d_equilibrium.text
    assert loss.g_equilibrium.text


def test_bce_equilibrium_is_the_tutorials():
    assert (BCE.d_equilibrium.value, BCE.d_equilibrium.text) == (2 * log(2), "2 ln 2")
    assert (BCE.g_equilibrium.value, BCE.g_equilibrium.text) == (log(2), "ln 2")


def bceloss_form(real, fake):
    """The tutorial's way to write it: BCELoss on probabilities; D's loss is a sum of two."""
    bce = nn.BCELoss()
    d_loss = bce(real.sigmoid(), torch.ones_like(real)) + bce(
        fake.sigmoid(), torch.zeros_like(fake)
    )
    return d_loss, bce(fake.sigmoid(), torch.ones_like(fake))


@pytest.mark.parametrize("scale", [0.1, 3.0, 8.0])
def test_bce_equals_bceloss_on_sigmoid_outputs_with_its_gradients(scale):
    real, fake = logits(4, scale=scale), logits(5, n=25, scale=scale)
    d_loss, g_loss = BCE().discriminator(real, fake), BCE().generator(fake)
    d_expected, g_expected = bceloss_form(real, fake)
    torch.testing.assert_close((d_loss, g_loss), (d_expected, g_expected), rtol=1e-9, atol=0)
    torch.testing.assert_close(
        torch.autograd.grad(d_loss, [real, fake]),
        torch.autograd.grad(d_expected, [real, fake]),
        rtol=1e-7,
        atol=1e-15,
    )
    torch.testing.assert_close(
        torch.autograd.grad(g_loss, fake),
        torch.autograd.grad(g_expected, fake),
        rtol=1e-7,
        atol=1e-15,
    )


def test_bce_closed_form():
    real, fake = torch.tensor([[log(3.0)]]), torch.tensor([[-log(4.0)]])  # D says 3/4 and 1/5
    assert BCE().discriminator(real, fake).item() == pytest.approx(log(4 / 3) + log(5 / 4))
    assert BCE().generator(fake).item() == pytest.approx(log(5))
