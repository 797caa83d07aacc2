import pytest

from gan_core import train
from gan_core.metrics import METRICS, metrics_for
from gan_core.scoring import score


@pytest.fixture(scope="module")
def generator(configured):
    *_, end = train(configured(epochs=5))
    return end.generator


def test_every_metric_of_every_feature(generator):
    report = score(generator)
    assert list(report.scores) == list(metrics_for(4))
    for name, found in report.scores.items():
        assert METRICS[name].low <= found.overall <= METRICS[name].high
        assert list(found.per_feature) in ([], list(generator.features))


def test_same_generator_same_scores(generator):
    assert score(generator) == score(generator)
    seed = generator.config.seed
    assert score(generator) == score(generator, n=50, seed=seed)


def test_the_floor_is_of_the_real_rows_alone(generator):
    one, other = score(generator), score(generator, n=500, seed=1)
    assert one != other
    for name in one.scores:
        assert one.scores[name].floor == other.scores[name].floor


def test_a_toy_with_modes_has_their_scores_and_those_of_the_plane(configured):
    toy = {"data.source": "ring", "data.classes": [], "training.batch_size": 500}
    *_, end = train(configured(toy, epochs=1))
    scores = score(end.generator).scores
    assert list(scores) == list(METRICS)
    assert scores["modes_covered"].out_of == 8
    assert scores["modes_covered"].floor.overall.low == 1
    assert scores["high_quality"].floor.overall.median == pytest.approx(0.989, abs=0.01)


def test_a_toy_without_modes_has_none_of_their_scores(configured):
    toy = {"data.source": "moons", "data.classes": [], "training.batch_size": 500}
    *_, end = train(configured(toy, epochs=1))
    assert METRICS.keys() - score(end.generator).scores.keys() == {"modes_covered", "high_quality"}
