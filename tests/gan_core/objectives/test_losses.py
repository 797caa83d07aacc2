from math import log

import pytest
import torch
from gan_core.objectives.losses import BCE, LOSSES
from torch import nn

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
every_smoothed_loss = pytest.mark.parametrize(
    "loss", [member for member in LOSSES.values() if member.has_targets], ids=lambda m: m.label
)


def logits(seed, n=40, scale=3.0):
    drawn = torch.randn(n, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (drawn * scale).requires_grad_()


@every_loss
def test_scalar_and_differentiable(loss):
    real, fake = logits(0), logits(1)
    d_loss = loss().discriminator(real, fake)
    g_loss = loss().generator(real, fake)
    assert d_loss.shape == g_loss.shape == ()
    for gradient in torch.autograd.grad(d_loss, [real, fake]) + torch.autograd.grad(g_loss, fake):
        assert torch.isfinite(gradient).all()
        assert (gradient != 0).any()


@every_loss
def test_discriminator_gains_by_telling_apart_and_generator_by_fooling(loss):
    low, high = torch.full((8, 1), -0.9), torch.full((8, 1), 0.9)
    assert loss().discriminator(high, low) < loss().discriminator(low, high)
    assert loss().generator(low, high) < loss().generator(low, low)


@every_loss
def test_rows_are_averaged(loss):
    real, fake = logits(2), logits(3)
    twice = (torch.cat([real, real]), torch.cat([fake, fake]))
    for player in (loss().discriminator, loss().generator):
        assert player(*twice).item() == pytest.approx(player(real, fake).item(), rel=1e-12)


@every_loss
def test_stays_finite_for_logits_that_saturate_a_sigmoid(loss):
    huge = torch.tensor([[-1e4], [1e4]])
    assert torch.isfinite(loss().discriminator(huge, -huge))
    assert torch.isfinite(loss().generator(-huge, huge))


@every_loss
def test_real_rows_count_for_g_only_in_pairs(loss):
    real, fake = logits(4), logits(5)
    if loss.pairs:
        assert loss().generator(real, fake) != loss().generator(real + 1, fake)
    else:
        assert loss().generator(None, fake) == loss().generator(real, fake)


@every_loss
def test_only_losses_that_say_so_depend_on_more_than_differences_of_logits(loss):
    """Where D's gradients cancel, shifting all of its small outputs changes nothing."""
    real, fake = 0.1 * logits(6, scale=0.1), 0.1 * logits(7, scale=0.1)
    shifted = loss().discriminator(real + 0.2, fake + 0.2).item()
    unchanged = shifted == pytest.approx(loss().discriminator(real, fake).item(), rel=1e-9)
    assert unchanged == loss.cancels


@every_loss
def test_equilibrium_is_the_loss_when_d_cannot_tell_apart(loss):
    """The best constant answer of D: no other one is better, and its value is the one declared."""
    answers = torch.linspace(-2, 2, 4001, dtype=torch.float64)
    values = [loss().discriminator(a.view(1, 1), a.view(1, 1)).item() for a in answers]
    d_equilibrium, g_equilibrium = loss.equilibria
    assert min(values) == pytest.approx(d_equilibrium.value, abs=1e-6)
    if g_equilibrium:
        best = 0.0 if loss.cancels else answers[values.index(min(values))]
        answer = torch.full((8, 1), float(best))
        assert loss().generator(answer, answer).item() == pytest.approx(
            g_equilibrium.value, abs=1e-6
        )


@every_loss
def test_words_for_people(loss):
    assert loss.label
    assert loss.help.endswith(".")
    assert all(equilibrium.text for equilibrium in loss.equilibria if equilibrium)


def test_bce_equilibrium_is_the_tutorials():
    assert [(e.value, e.text) for e in BCE.equilibria] == [(2 * log(2), "2 ln 2"), (log(2), "ln 2")]


def bceloss_form(real, fake, smoothing=0.0):
    """The tutorial's way to write it: BCELoss on probabilities; D's loss is a sum of two."""
    bce = nn.BCELoss()
    d_loss = bce(real.sigmoid(), torch.full_like(real, 1 - smoothing)) + bce(
        fake.sigmoid(), torch.zeros_like(fake)
    )
    return d_loss, bce(fake.sigmoid(), torch.ones_like(fake))


@pytest.mark.parametrize("scale", [0.1, 3.0, 8.0])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_bce_equals_bceloss_on_sigmoid_outputs_with_its_gradients(scale, smoothing):
    real, fake = logits(4, scale=scale), logits(5, n=25, scale=scale)
    loss = BCE(smoothing)
    d_loss, g_loss = loss.discriminator(real, fake), loss.generator(None, fake)
    d_expected, g_expected = bceloss_form(real, fake, smoothing)
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


@pytest.mark.parametrize(
    ("name", "d_loss", "g_loss"),
    [
        ("bce", log(4 / 3) + log(5 / 4), log(5)),
        ("least-squares", ((log(3) - 1) ** 2 + log(4) ** 2) / 2, (log(4) + 1) ** 2 / 2),
        ("hinge", 0.0, log(4)),
        ("wasserstein", -log(4) - log(3), log(4)),
        ("relativistic", log(13 / 12), log(13)),
    ],
)
def test_closed_forms(name, d_loss, g_loss):
    real, fake = torch.tensor([[log(3.0)]]), torch.tensor([[-log(4.0)]])  # as odds: 3 and 1/4
    assert LOSSES[name]().discriminator(real, fake).item() == pytest.approx(d_loss, abs=1e-6)
    assert LOSSES[name]().generator(real, fake).item() == pytest.approx(g_loss, abs=1e-6)


def test_hinge_charges_what_lies_inside_the_margin():
    real, fake = torch.tensor([[0.5], [3.0]]), torch.tensor([[-0.25], [-2.0]])
    assert LOSSES["hinge"]().discriminator(real, fake).item() == (0.5 + 0) / 2 + (0.75 + 0) / 2


@every_smoothed_loss
def test_smoothing_moves_the_best_answer_on_real_rows_and_leaves_g_alone(loss):
    real, fake = logits(8), logits(9)
    assert loss(0.1).discriminator(real, fake) != loss().discriminator(real, fake)
    assert loss(0.1).generator(None, fake) == loss().generator(None, fake)
    answers = torch.linspace(-4, 4, 8001, dtype=torch.float64)
    fakes = torch.zeros(1, 1, dtype=torch.float64)
    values = [loss(0.1).discriminator(a.view(1, 1), fakes).item() for a in answers]
    best = answers[values.index(min(values))]
    output = best.sigmoid() if loss.probability else best
    assert output.item() == pytest.approx(0.9, abs=1e-3)
