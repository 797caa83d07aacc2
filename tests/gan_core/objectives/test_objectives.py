from math import log

import pytest
import torch
from torch import nn

from gan_core.objectives import OBJECTIVES, PENALTIES

BCE = OBJECTIVES["bce"]
every_loss = pytest.mark.parametrize("loss", OBJECTIVES.values(), ids=OBJECTIVES.keys())
every_smoothed_loss = pytest.mark.parametrize(
    "loss",
    [member for member in OBJECTIVES.values() if "label_smoothing" in member.model_fields],
    ids=lambda member: member.name,
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


def best_answer(objective):
    """The logit that a D gives to all rows which real rows and fakes have in common: by descent."""
    answer = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [answer],
        max_iter=500,
        tolerance_grad=1e-13,
        tolerance_change=0,
        line_search_fn="strong_wolfe",
    )

    def loss():
        optimiser.zero_grad()
        found = objective.discriminator(answer, answer)
        found.backward()
        return found

    optimiser.step(loss)
    return answer.detach()


def every_version(loss):
    """An objective with each hyperparameter at some values inside its bounds."""
    for share in (0.0, 0.2, 0.5, 1.0):
        values = {p: d.low + share * (d.high - d.low) for p, d in loss.settings()}
        yield loss(**{path.rpartition(".")[2]: value for path, value in values.items()})


@every_loss
def test_equilibria_are_what_an_optimiser_finds_where_d_cannot_tell_apart(loss):
    for objective in every_version(loss):
        answer = best_answer(objective)
        players = (objective.discriminator, objective.generator)
        for equilibrium, player in zip(objective.equilibria(), players, strict=True):
            if equilibrium:
                assert player(answer, answer).item() == pytest.approx(equilibrium.value, abs=1e-9)
                assert equilibrium.text


@every_loss
def test_an_equilibrium_of_g_is_only_drawn_where_all_best_answers_of_d_give_it(loss):
    """Constants near the best one that cost D the same must leave G's loss alone."""
    objective = loss()
    best = best_answer(objective)
    equal = objective.discriminator(best + 0.5, best + 0.5) - objective.discriminator(best, best)
    moved = objective.generator(best + 0.5, best + 0.5) - objective.generator(best, best)
    assert (objective.equilibria()[1] is None) == (abs(equal) < 1e-9 and abs(moved) > 1e-9)


@pytest.mark.parametrize(
    ("s", "d_loss", "g_loss"), [(0.1, 1.376278, 0.798508), (0.5, 1.124670, 1.386294)]
)
def test_smoothed_bce_rests_where_the_hand_says(s, d_loss, g_loss):
    """At D = (1 - s) / 2: twice its entropy, and minus its logarithm (0.80 for s = 0.1)."""
    d_equilibrium, g_equilibrium = BCE(label_smoothing=s).equilibria()
    assert d_equilibrium.value == pytest.approx(d_loss, abs=1e-6)
    assert g_equilibrium.value == pytest.approx(g_loss, abs=1e-6)


RESTS = {
    # Sets of penalties, and for which objectives D's line stays where it is.
    (): set(OBJECTIVES),
    ("r1",): set(OBJECTIVES),
    ("r1", "r2"): set(OBJECTIVES),
    ("gp",): {"wasserstein"},
    ("gp", "r1"): set(),
}


@pytest.mark.parametrize("names", RESTS, ids=str)
@every_loss
def test_what_penalties_do_to_an_equilibrium(loss, names):
    penalties = [PENALTIES[name]() for name in names]
    alone, found = loss().equilibria(), loss().equilibria(penalties)
    assert found == (alone if loss.name in RESTS[names] else (None, None))
    off = [PENALTIES[name](**dict.fromkeys(PENALTIES[name].model_fields, 0)) for name in names]
    assert loss().equilibria(off) == alone


@every_loss
def test_pull_is_minus_the_slope_of_each_fakes_own_loss(loss):
    real, fake = logits(10, n=6), logits(11, n=4)
    found = loss().pull(real.detach().numpy(), fake.detach().numpy())
    for i in range(len(fake)):
        with_all = fake[i].expand(len(real), 1)
        (slope,) = torch.autograd.grad(loss().generator(real, with_all), fake)
        assert found[i].item() == pytest.approx(-slope[i].item(), rel=1e-9)


@every_loss
def test_words_for_people(loss):
    assert loss.label
    assert loss.help.endswith(".")
    assert len(set(loss.columns)) == len(loss.columns) >= 2


def test_the_help_of_wasserstein_says_the_sign_of_the_loss():
    """Fault 4."""
    wasserstein = OBJECTIVES["wasserstein"]
    real, fake = torch.tensor([[3.0]]), torch.tensor([[1.0]])
    assert wasserstein().discriminator(real, fake).item() == fake.item() - real.item()
    assert "mean output on fakes minus that on real rows" in wasserstein.help


def test_bce_equilibrium_is_the_tutorials():
    found = [(e.value, e.text) for e in BCE().equilibria()]
    assert found == [(2 * log(2), "2 ln 2"), (log(2), "ln 2")]


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
    loss = BCE(label_smoothing=smoothing)
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
        ("minimax", log(4 / 3) + log(5 / 4), log(4 / 5)),
        ("least-squares", ((log(3) - 1) ** 2 + log(4) ** 2) / 2, (log(4) + 1) ** 2 / 2),
        ("hinge", 0.0, log(4)),
        ("wasserstein", -log(4) - log(3), log(4)),
        ("relativistic", log(13 / 12), log(13)),
    ],
)
def test_closed_forms(name, d_loss, g_loss):
    real, fake = torch.tensor([[log(3.0)]]), torch.tensor([[-log(4.0)]])  # as odds: 3 and 1/4
    assert OBJECTIVES[name]().discriminator(real, fake).item() == pytest.approx(d_loss, abs=1e-6)
    assert OBJECTIVES[name]().generator(real, fake).item() == pytest.approx(g_loss, abs=1e-6)


def test_minimax_teaches_g_nothing_where_d_is_sure_and_bce_all_there_is():
    sure = torch.full((1, 1), -20.0, requires_grad=True)
    for name, slope in (("minimax", -2e-9), ("bce", -1.0)):
        (found,) = torch.autograd.grad(OBJECTIVES[name]().generator(None, sure), sure)
        assert found.item() == pytest.approx(slope, rel=0.05)


def test_hinge_charges_what_lies_inside_the_margin():
    real, fake = torch.tensor([[0.5], [3.0]]), torch.tensor([[-0.25], [-2.0]])
    assert OBJECTIVES["hinge"]().discriminator(real, fake).item() == (0.5 + 0) / 2 + (0.75 + 0) / 2


@every_smoothed_loss
def test_smoothing_moves_the_best_answer_on_real_rows_and_leaves_g_alone(loss):
    real, fake = logits(8), logits(9)
    assert loss(label_smoothing=0.1).discriminator(real, fake) != loss().discriminator(real, fake)
    assert loss(label_smoothing=0.1).generator(None, fake) == loss().generator(None, fake)
    answers = torch.linspace(-4, 4, 8001, dtype=torch.float64)
    fakes = torch.zeros(1, 1, dtype=torch.float64)
    values = [loss(label_smoothing=0.1).discriminator(a.view(1, 1), fakes).item() for a in answers]
    best = answers[values.index(min(values))]
    output = best.sigmoid() if loss.probability else best
    assert output.item() == pytest.approx(0.9, abs=1e-3)
