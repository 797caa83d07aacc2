import pytest
import torch
from torch import nn

from gan_core.objectives import PENALTIES
from gan_core.training.penalties import slope_at

every_penalty = pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES.keys())
REAL, FAKE = torch.randn(2, 7, 3, generator=torch.Generator().manual_seed(0))
MIXING = torch.rand(7, generator=torch.Generator().manual_seed(1))


def linear(slope):
    """A D that is linear, whose slope is known everywhere."""
    d = nn.Linear(3, 1)
    d.weight.data[:] = torch.tensor([slope, 0.0, 0.0])
    return d


@every_penalty
def test_it_is_nothing_at_the_slope_where_it_rests_and_grows_away_from_it(penalty):
    def paid(slope):
        rows = penalty().rows(REAL, FAKE, MIXING)
        return penalty().value(slope_at(linear(slope), rows)).item()

    rest = penalty.best_slope
    assert paid(rest) == pytest.approx(0, abs=1e-12)
    assert paid(rest + 2) > paid(rest + 1) > 0


@pytest.mark.parametrize(
    ("name", "value"), [("gp", 10 * (3 - 1) ** 2), ("r1", 3**2 / 2), ("r2", 3**2 / 2)]
)
def test_closed_forms(name, value):
    penalty = PENALTIES[name]()
    slopes = slope_at(linear(3.0), penalty.rows(REAL, FAKE, MIXING))
    assert slopes.shape == REAL.shape
    assert penalty.value(slopes).item() == pytest.approx(value, rel=1e-6)


@every_penalty
def test_it_counts_by_its_weight(penalty):
    (name,) = penalty.model_fields
    slopes = torch.full((4, 3), 2.0)
    once, thrice = penalty(**{name: 1}), penalty(**{name: 3})
    assert (once.strength, thrice.strength) == (1, 3)
    assert thrice.value(slopes).item() == pytest.approx(3 * once.value(slopes).item())


def test_rows_at_which_it_is_taken():
    rows = {name: kind().rows(REAL, FAKE, MIXING) for name, kind in PENALTIES.items()}
    assert torch.equal(rows["r1"], REAL)
    assert torch.equal(rows["r2"], FAKE)
    between = (rows["gp"] - FAKE) / (REAL - FAKE)
    torch.testing.assert_close(between, MIXING[:, None].expand(7, 3), rtol=1e-3, atol=1e-4)


@every_penalty
def test_words_for_people(penalty):
    assert penalty.label
    assert penalty.help.endswith(".")
