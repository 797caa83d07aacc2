import pytest

from gan_core import train
from gan_core.metrics import METRICS
from gan_core.scoring import score


@pytest.fixture(scope="module")
def generator(configured):
    *_, end = train(configured(epochs=5))
    return end.generator


def test_every_metric_of_every_feature(generator):
    report = score(generator)
    assert list(report.scores) == list(METRICS)
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
    for name in METRICS:
        assert one.scores[name].floor == other.scores[name].floor
