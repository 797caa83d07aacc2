import json
from dataclasses import replace

import numpy as np
import pytest

from gan_core.data import load_table
from gan_core.errors import DataError
from gan_core.metrics import (
    METRICS,
    Floor,
    NoiseFloor,
    Score,
    ScoreReport,
    evaluate,
    metrics_for,
    noise_floor,
)

source = np.random.default_rng(9)
NAMES = ("length", "width", "depth")
MIX = np.array([[1, 0.9, 0.5], [0, 0.4, -0.5], [0, 0, 0.7]])


def draw(rows):
    return source.normal(size=(rows, 3)) @ MIX


REAL = draw(80)
FLOOR = noise_floor(REAL, NAMES, rng=np.random.default_rng(0))


def report(fake):
    return evaluate(REAL, fake, NAMES, rng=np.random.default_rng(0), floor=FLOOR)


def test_has_a_score_for_every_metric_in_their_order():
    fake = draw(50)
    scores = report(fake).scores
    assert list(scores) == list(metrics_for(3))
    for name, score in scores.items():
        values = METRICS[name](REAL, fake)
        assert score.metric == name
        assert score.overall == pytest.approx(values.mean())
        expected = dict(zip(NAMES, values, strict=True)) if METRICS[name].per_feature else {}
        assert score.per_feature == expected
        assert score.floor.per_feature.keys() == expected.keys()


def test_floor_is_that_of_random_halves():
    """By another road: halves drawn by a different generator, their quantiles by sorting."""
    other = np.random.default_rng(123)
    values = []
    for _ in range(1000):
        order = other.permutation(80)
        values.append(METRICS["ks"](REAL[order[:40]], REAL[order[40:]]).mean())
    values.sort()
    floor = FLOOR["ks"].overall
    assert floor.median == pytest.approx(values[500], abs=0.02)
    assert floor.low == pytest.approx(values[50], abs=0.02)
    assert floor.high == pytest.approx(values[950], abs=0.02)


def test_floors_are_ordered_and_in_range():
    for name, floor in FLOOR.items():
        for band in (floor.overall, *floor.per_feature.values()):
            assert METRICS[name].low <= band.low <= band.median <= band.high <= METRICS[name].high
            assert band.low < band.high


def test_the_same_generator_state_gives_the_same_floor():
    assert noise_floor(REAL, NAMES, rng=np.random.default_rng(0)) == FLOOR
    assert noise_floor(REAL, NAMES, rng=np.random.default_rng(1)) != FLOOR


def test_evaluate_computes_the_floor_that_noise_floor_gives():
    fake = draw(50)
    assert evaluate(REAL, fake, NAMES, rng=np.random.default_rng(0)) == report(fake)


def test_no_global_generator_is_touched():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the point of the test
    noise_floor(REAL, NAMES, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_a_perfect_generator_is_mostly_within_the_floor():
    within = [score.within_floor for _ in range(50) for score in report(draw(80)).scores.values()]
    assert np.mean(within) > 0.9


def test_a_copy_is_within_the_floor():
    assert all(score.within_floor for score in report(REAL).scores.values())


def test_a_collapsed_generator_is_not_within_the_floor():
    collapsed = np.tile(REAL[0], (80, 1))
    assert not any(score.within_floor for score in report(collapsed).scores.values())


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ("overlap", 0.19, False),
        ("overlap", 0.2, True),
        ("overlap", 1.0, True),
        ("ks", 0.41, False),
        ("ks", 0.4, True),
        ("ks", 0.0, True),
    ],
)
def test_within_floor_respects_the_goal(metric, value, expected):
    floor = NoiseFloor(Floor(median=0.3, low=0.2, high=0.4), {})
    assert Score(metric, value, {}, floor).within_floor is expected


def test_round_trip_through_json():
    original = report(draw(50))
    text = json.dumps(original.to_dict(), allow_nan=False)
    assert ScoreReport.from_dict(json.loads(text)) == original


def test_smallest_tables():
    tiny = evaluate(REAL[:4], REAL[:2], NAMES, rng=np.random.default_rng(0))
    assert tiny.scores.keys() == report(draw(50)).scores.keys()
    assert ScoreReport.from_dict(json.loads(json.dumps(tiny.to_dict(), allow_nan=False))) == tiny


def test_an_odd_row_is_not_lost():
    # Four equal rows and another: were one left out, some splits would find no difference.
    table = np.array([[0.0]] * 4 + [[1.0]])
    floor = noise_floor(table, ["x"], rng=np.random.default_rng(0))
    assert floor["ks"].overall.low > 0


def test_constant_tables_have_the_best_value_as_floor():
    floor = noise_floor(np.full((20, 2), 0.1), ["a", "b"], rng=np.random.default_rng(0))
    for name, metric in metrics_for(2).items():
        best = metric.high if metric.goal == "max" else metric.low
        assert floor[name].overall == Floor(best, best, best)


def test_modes_have_their_scores_counted():
    ring = load_table("ring", ())
    missing_two = ring.values[(ring.values < 1.9).all(axis=1)]
    rng = np.random.default_rng(0)
    found = evaluate(ring.values, missing_two, ring.features, rng=rng, modes=ring.modes)
    covered = found.scores["modes_covered"]
    assert (covered.overall, covered.out_of) == (6 / 8, 8)
    assert not covered.within_floor
    assert found.scores["high_quality"].within_floor
    assert all(not s.out_of for name, s in found.scores.items() if name != "modes_covered")
    assert ScoreReport.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_report_from_before_there_were_modes_can_be_read():
    record = report(draw(50)).to_dict()
    for score in record["scores"].values():
        del score["out_of"]
    assert ScoreReport.from_dict(record).scores["ks"].out_of == 0


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", "c", "d"], ["a", "b", "a"]])
def test_names_must_fit_the_columns(names):
    with pytest.raises(DataError, match="3 different names") as caught:
        evaluate(REAL, REAL, names, rng=np.random.default_rng(0))
    assert str(names) in str(caught.value)
    with pytest.raises(DataError, match="3 different names"):
        noise_floor(REAL, names, rng=np.random.default_rng(0))


def test_wrong_tables_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(DataError, match="real must have at least 4 rows"):
        noise_floor(REAL[:3], NAMES, rng=rng)
    with pytest.raises(DataError, match="fake must hold finite numbers"):
        evaluate(REAL, REAL * np.nan, NAMES, rng=rng)


@pytest.mark.parametrize(
    "floor",
    [
        {name: part for name, part in FLOOR.items() if name != "ks"},
        FLOOR | {"ks": replace(FLOOR["ks"], per_feature={"other": Floor(0, 0, 0)})},
    ],
    ids=["a metric is missing", "of other features"],
)
def test_a_floor_of_something_else_is_refused(floor):
    with pytest.raises(DataError, match=r"without 'ks'.*Compute the floor again"):
        evaluate(REAL, REAL, NAMES, rng=np.random.default_rng(0), floor=floor)
