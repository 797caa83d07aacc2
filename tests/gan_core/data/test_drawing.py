import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_core import ExperimentConfig
from gan_core.data.drawing import MAX_POINTS, MIN_POINTS, decode, drawn_source, encode, n_points
from gan_core.errors import ConfigError, DataError
from gan_core.problem import resolve

points = st.integers(0, MAX_POINTS).flatmap(
    lambda n: arrays(np.float64, (n, 2), elements=st.floats(-1, 1))
)
SOME = np.random.default_rng(0).uniform(-1, 1, (MAX_POINTS, 2))


def drawn(text):
    return ExperimentConfig().with_values(
        {"data.source": "drawing", "data.classes": [], "data.drawing": text}
    )


@given(points)
def test_comes_back_to_the_nearest_place_of_the_grid(drawn):
    text = encode(drawn)
    back = decode(text)
    assert back.shape == drawn.shape
    assert np.abs(back - drawn).max(initial=0) <= 1 / 255 + 1e-12
    assert encode(back) == text
    assert n_points(text) == len(drawn)


def test_is_short_and_fit_for_an_address():
    text = encode(SOME)
    assert len(text) == 1334
    assert text.isascii()
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_closed_form():
    corners = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    assert encode(corners) == "AAD__wD_"
    assert decode("AAD__wD_").tolist() == corners.tolist()
    assert encode(np.array([[5.0, -7.0]])) == encode(np.array([[1.0, -1.0]]))
    assert encode(np.empty((0, 2))) == ""


@pytest.mark.parametrize(
    "text", ["A", "AA", "AAA=", "AAAA=", "AAB", "A A A", "AA+/", "é", "AAAAA", "\n", "AAAA\n"]
)
def test_what_encode_cannot_have_made_is_refused(text):
    with pytest.raises(DataError, match=r"made by the page Data.*Got .* instead"):
        decode(text)
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig().with_values({"data.drawing": text})
    assert caught.value.path == "data.drawing"


def test_too_many_points_are_refused():
    with pytest.raises(DataError, match="at most 500 points, this one has 501"):
        decode(encode(np.zeros((MAX_POINTS + 1, 2))))


def test_too_few_points_are_refused_when_they_are_to_be_trained_on():
    few = encode(SOME[: MIN_POINTS - 1])
    assert resolve(ExperimentConfig().with_values({"data.drawing": few})).n_rows == 50
    with pytest.raises(ConfigError, match="at least 10 points, this one has 9"):
        resolve(drawn(few))
    assert resolve(drawn(encode(SOME[:MIN_POINTS]))).n_rows == MIN_POINTS


@pytest.mark.parametrize("value", [5, None, ["AAD_"], b"AAD_"])
def test_a_drawing_is_a_text(value):
    with pytest.raises(ConfigError, match=r"data\.drawing must be a text\. Got"):
        ExperimentConfig().with_values({"data.drawing": value})


def test_travels_with_the_config():
    config = drawn(encode(SOME))
    assert ExperimentConfig.from_json(config.to_json()) == config
    assert np.array_equal(resolve(config).table.values, decode(encode(SOME)))
    assert config.differences()["data.drawing"] == encode(SOME)


def test_one_drawing_does_not_change_another():
    first, second = drawn_source(encode(SOME[:20])), drawn_source(encode(SOME[20:50]))
    assert [len(source.load()[0]) for source in (first, second, first)] == [20, 30, 20]


@pytest.mark.parametrize("text", [encode(np.zeros((20, 2))), encode(SOME[:20] * [0, 1])])
def test_points_on_one_spot_or_line_can_be_trained_on(text, configured):
    from gan_core import train

    config = drawn(text).with_values({"training.epochs": 2, "training.device": "cpu"})
    *_, end = train(config)
    assert np.isfinite(end.generator.rows(20)).all()
