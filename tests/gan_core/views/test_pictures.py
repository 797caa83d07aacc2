import base64
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import gaussian_kde as scipys_kde

from gan_core import ExperimentConfig
from gan_core.errors import ViewError
from gan_core.networks import initial_weights
from gan_core.networks.running import Player, build
from gan_core.objectives import OBJECTIVES
from gan_core.problem import Problem, Rows, resolve
from gan_core.randomness import Stream, stream
from gan_core.views import View
from gan_core.views.density import gaussian_kde, scott_bandwidth
from gan_core.views.field import N_ARROWS
from gan_core.views.latent import manifold_noise, quantiles
from gan_core.views.pictures import picture_of

VIEWS = (
    View("pair", 0, 1),
    View("pair", 2, 0, "nearest"),
    View("components"),
    View("density", 1),
    View("density", 0, 0, "nearest"),
)


def played(view=VIEWS[0], **changes):
    """A picture, and weights to draw it from: ``played(view, loss__name="hinge")``."""
    named = {name.replace("__", "."): value for name, value in changes.items()}
    config = ExperimentConfig().with_values(named)
    picture = picture_of(resolve(config), view)
    rng = stream(3, Stream.INIT)
    problem = picture.game.problem
    networks = (problem.generator, problem.discriminator)
    return picture, *(initial_weights(layers, rng) for layers in networks)


def unpacked(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


@pytest.mark.parametrize("loss", list(OBJECTIVES))
def test_the_pull_is_minus_the_gradient_of_gs_loss(loss):
    """Each fake's, as PyTorch differentiates the loss that the training uses."""
    picture, generator, discriminator = played(loss__name=loss)
    game = picture.game
    fakes = game.made(generator, game.noise)[:20]
    d = build(game.networks[1], discriminator, torch.device("cpu"))
    real_logits = d(torch.tensor(game.problem.x_real)).detach()
    for fake, pull in zip(fakes, game.pull(discriminator, fakes), strict=True):
        row = torch.from_numpy(fake[None]).requires_grad_()
        logit = d(row)
        game.loss.generator(real_logits, logit.expand_as(real_logits)).backward()
        np.testing.assert_allclose(pull, -row.grad.numpy()[0], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("loss", list(OBJECTIVES))
def test_a_field_says_what_d_says_at_its_places(loss):
    picture, generator, discriminator = played(loss__name=loss)
    frame = picture.frame(7, generator, discriminator)
    n = frame.output.shape[0]
    layers = picture.game.problem.discriminator  # with a Sigmoid at its end, where there is one
    mean = picture.game.problem.x_real.mean(axis=0)
    for i, j in ((0, 0), (n - 1, 3), (n // 2, n - 1)):  # row (y), column (x)
        side = -1.15 + 2.3 * (np.array([j, i]) + 0.5) / n
        row = np.array([[*side, *mean[2:]]], np.float32)
        assert frame.output[i, j] == pytest.approx(
            Player(layers, discriminator)(row)[0, 0], abs=1e-5
        )
    assert frame.step == 7
    assert frame.points.shape == (300, 2)
    assert frame.arrows.shape == (N_ARROWS, 2)


@pytest.mark.parametrize("loss", list(OBJECTIVES))
def test_the_colours_are_symmetric_around_the_level_of_decision(loss):
    picture, generator, discriminator = played(loss__name=loss)
    frame, wire = (f(1, generator, discriminator) for f in (picture.frame, picture.wire))
    heat = unpacked(wire["heat"], "<u2").reshape(frame.output.shape)
    said = wire["level"] + (heat / 65535 * 2 - 1) * wire["span"]
    np.testing.assert_allclose(said, frame.output, atol=1e-4 * max(1, wire["span"]))
    known = {"bce": 0.5, "minimax": 0.5, "least-squares": 0.5, "hinge": 0.0}
    if loss in known:
        assert frame.level == known[loss]
    else:  # only differences count: between what D says of real rows and of these fakes
        real = picture.game.logits(discriminator, picture.game.problem.x_real)[0].mean()
        assert frame.level == pytest.approx((real + frame.on_fake) / 2, abs=1e-5)


def test_places_travel_in_the_units_of_the_axes():
    picture, generator, discriminator = played()
    frame, facts = picture.frame(1, generator, discriminator), picture.facts()
    wire = picture.wire(1, generator, discriminator)
    rows = picture.game.problem.encoder.inverse(picture.game.made(generator, picture.game.noise))
    q = unpacked(wire["points"], "<u2").reshape(-1, 2).astype(float)
    for k, axis in enumerate(facts["axes"]):
        values = axis["low"] + (q[:, k] - 1) / 65533 * (axis["high"] - axis["low"])
        np.testing.assert_allclose(values, rows[:, k], atol=1e-3)
    arrows = unpacked(wire["arrows"], "|i1").reshape(-1, 2)
    np.testing.assert_allclose(arrows / 127 * wire["pull"], frame.arrows, atol=wire["pull"] / 127)
    assert np.hypot(*arrows.T).max() == pytest.approx(127, abs=1.5)


def test_generated_points_are_the_rows_that_results_show():
    from gan_core import train

    config = ExperimentConfig().with_values({"training.epochs": 1, "training.device": "cpu"})
    end = list(train(config))[-1]
    frame = picture_of(resolve(config), View()).frame(
        1, end.generator.weights, end.checkpoint.part("discriminator")
    )
    scaled = end.generator.encoder.transform(replace(end.generator, decimals=()).rows(300))
    np.testing.assert_allclose(frame.points, scaled[:, :2], atol=1e-5)


@pytest.mark.parametrize(("latent_dim", "n"), [(1, 193), (2, 625), (3, 0)])
def test_the_manifold_is_the_image_of_the_quantiles_of_z(latent_dim, n):
    z = manifold_noise(latent_dim)
    assert z.shape == (n, latent_dim)
    assert z.dtype == np.float32
    picture, generator, discriminator = played(generator__latent_dim=latent_dim)
    made = picture.game.made(generator, z)
    frame = picture.frame(1, generator, discriminator)
    np.testing.assert_allclose(frame.manifold, made[:, :2], atol=1e-6)


def test_between_two_quantiles_a_normal_falls_equally_often():
    from scipy.stats import norm

    np.testing.assert_allclose(np.diff(norm.cdf(quantiles(25))), 1 / 25, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_densities_are_scipys(seed):
    values = np.random.default_rng(seed).gamma(2, size=80)
    at = np.linspace(-2, 12, 50)
    width = scott_bandwidth(values)
    theirs = scipys_kde(values)  # by Scott's rule too
    assert width == pytest.approx(np.sqrt(theirs.covariance[0, 0]), rel=1e-12)
    np.testing.assert_allclose(gaussian_kde(values, at, width), theirs(at), rtol=1e-10)
    theirs.set_bandwidth(0.3)
    width = 0.3 * values.std(ddof=1)
    np.testing.assert_allclose(gaussian_kde(values, at, width), theirs(at), rtol=1e-10)


def test_a_line_has_both_densities_and_d_over_them():
    picture, generator, discriminator = played(View("density", 1), generator__latent_dim=1)
    frame, game = picture.frame(1, generator, discriminator), picture.game
    rows = game.problem.encoder.inverse(game.made(generator, game.noise))[:, 1]
    width = scott_bandwidth(game.problem.table.values[:, 1])
    expected = scipys_kde(rows, width / rows.std(ddof=1))(picture.at)
    np.testing.assert_allclose(frame.generated, expected, rtol=1e-6, atol=1e-12)
    assert np.trapezoid(picture.real, picture.at) == pytest.approx(1, abs=0.03)
    row = game.problem.x_real.mean(axis=0)
    row[1] = -1.15
    layers = game.problem.discriminator
    assert frame.output[0] == pytest.approx(
        Player(layers, discriminator)(row[None])[0, 0], abs=1e-5
    )
    z = quantiles(25)[:, None]
    np.testing.assert_allclose(
        frame.threads, game.problem.encoder.inverse(game.made(generator, z))[:, 1]
    )


def test_there_are_no_threads_from_many_dimensions():
    picture, generator, discriminator = played(View("density", 0), generator__latent_dim=3)
    assert picture.frame(1, generator, discriminator).threads.shape == (0,)


HUGE = {"generator__hidden_dims": [1024], "discriminator__hidden_dims": [1024] * 2}


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.kind}-{view.others}")
@pytest.mark.parametrize(
    "changes", [{}, {"generator__latent_dim": 2}, HUGE], ids=["", "net", "huge"]
)
def test_a_frame_is_small_whatever_the_networks(view, changes):
    picture, generator, discriminator = played(view, **changes)
    frame = json.dumps(picture.wire(1, generator, discriminator), allow_nan=False)
    assert len(frame) < 15_000
    assert len(json.dumps(picture.facts(), allow_nan=False)) < 15_000


def test_an_exploded_discriminator_can_be_drawn():
    picture, generator, discriminator = played(loss__name="wasserstein")
    exploded = {name: array * np.float32(1e20) for name, array in discriminator.items()}
    with np.errstate(all="ignore"):
        wire = picture.wire(1, generator, exploded)
    assert wire.keys() == picture.wire(1, generator, discriminator).keys()
    assert json.loads(json.dumps(wire, allow_nan=False)) == wire


def test_a_constant_feature_can_be_drawn():
    from dataclasses import replace

    from gan_core.views.density import Density
    from gan_core.views.field import Field
    from gan_core.views.game import Game

    picture, generator, discriminator = played()
    problem = picture.game.problem
    values = problem.table.values.copy()
    values[:, 1] = 3.0
    rows = Rows.of(replace(problem.table, values=values), "minmax")
    game = Game(Problem.of(problem.config, rows))
    for drawn in (
        Field(game, View()),
        Field(game, View("components")),
        Density(game, View("density", 1)),
    ):
        frame = drawn.facts() | drawn.wire(1, generator, discriminator)
        assert json.loads(json.dumps(frame, allow_nan=False)) == frame


def test_a_view_from_an_address():
    assert View.from_query({}, 4) == View("pair", 0, 1, "mean")
    asked = {"view": "density", "x": "3", "others": "nearest"}
    assert View.from_query(asked, 4) == View("density", 3, 0, "nearest")
    assert View.from_query({"view": "components", "x": "9"}, 4) == View("components")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"view": "sideways"}, "sideways"),
        ({"others": "zero"}, "zero"),
        ({"x": "4"}, "from 0 to 3"),
        ({"x": "-1"}, "from 0 to 3"),
        ({"y": "²"}, "from 0 to 3"),
        ({"x": "1", "y": "1"}, "two different"),
    ],
)
def test_a_wrong_view_is_refused(query, word):
    with pytest.raises(ViewError, match=word):
        View.from_query(query, 4)


def unbounded(view):
    picture, *players = played(view, data__encoder="standard")
    return picture, picture.game.problem, players


def around(values):
    middle, half = (values.max() + values.min()) / 2, np.ptp(values) / 2
    return pytest.approx((middle - 1.15 * half, middle + 1.15 * half))


def test_without_bounds_a_plane_reaches_around_the_real_rows():
    picture, problem, _ = unbounded(View("pair", 2, 0))
    for axis, i in zip(picture.axes, (2, 0), strict=True):
        assert (axis.low, axis.high) == around(problem.table.values[:, i])
    x = problem.x_real[:, [2, 0]]
    assert ((x > picture.low) & (x < picture.high)).all()
    assert np.abs(picture.high - 1.15).min() > 0.1  # which would be min-max's
    corners = np.stack([picture.low, picture.high])
    there = problem.encoder.inverse(picture.plane.lift(corners, problem.x_real, "mean"))
    ends = [(axis.low, axis.high) for axis in picture.axes]
    np.testing.assert_allclose(there[:, [2, 0]].T, ends, rtol=1e-5)


def test_without_bounds_d_is_asked_where_the_densities_stand():
    picture, problem, players = unbounded(View("density", 1))
    assert (picture.axis.low, picture.axis.high) == around(problem.table.values[:, 1])
    rows = np.tile(problem.table.values.mean(axis=0), (len(picture.at), 1))
    rows[:, 1] = picture.at
    (logits,) = picture.game.logits(players[1], problem.encoder.transform(rows))
    output = picture.frame(1, *players).output
    np.testing.assert_allclose(output, picture.game.outputs(logits)[:, 0], atol=1e-4)
