"""The engine against the tutorial's loop, written as the tutorial writes it."""

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan_core import train
from gan_core.networks import initial_weights
from gan_core.problem import resolve
from gan_core.randomness import Stream, stream
from gan_core.training import Progress
from gan_core.training.draws import BatchOrder, Noise

N_STEPS = 200


def generator_of(config, n_features):
    modules, width = [], config.generator.latent_dim
    for wider in config.generator.hidden_dims:
        modules += [nn.Linear(width, wider), nn.ReLU()]
        width = wider
    return nn.Sequential(*modules, nn.Linear(width, n_features), nn.Tanh())


def discriminator_of(config, n_features):
    modules, width = [], n_features
    for wider in config.discriminator.hidden_dims:
        modules += [nn.Linear(width, wider), nn.LeakyReLU(config.discriminator.slope)]
        width = wider
    modules.append(nn.Linear(width, 1))
    return (
        nn.Sequential(*modules, nn.Sigmoid())
        if config.loss.name == "bce"
        else nn.Sequential(*modules)
    )


def losses_as_written(config, d_real, d_fake):
    """D's and G's loss from D's outputs: the tutorial's and the papers' formulas."""
    match config.loss.name:
        case "bce":
            criterion = nn.BCELoss()
            real = torch.full_like(d_real, 1 - config.loss.label_smoothing)
            d_loss = criterion(d_real, real) + criterion(d_fake, torch.zeros_like(d_fake))
            return d_loss, criterion(d_fake, torch.ones_like(d_fake))
        case "wasserstein":
            return d_fake.mean() - d_real.mean(), -d_fake.mean()
        case "relativistic":
            return -(d_real - d_fake).sigmoid().log().mean(), -(
                d_fake - d_real
            ).sigmoid().log().mean()


def penalty_as_written(config, D, real, fake, mixing):
    mixed = mixing[:, None] * real + (1 - mixing[:, None]) * fake
    total = 0.0
    for penalty in config.penalties:
        at = {"gp": mixed, "r1": real, "r2": fake}[penalty.name].detach().requires_grad_()
        slopes = torch.autograd.grad(D(at).sum(), at, create_graph=True)[0].norm(2, dim=1)
        if penalty.name == "gp":
            total = total + penalty.lambda_gp * ((slopes - 1) ** 2).mean()
        else:
            total = total + penalty.gamma / 2 * (slopes**2).mean()
    return total


def expected_of(config, n_steps):
    return tutorials_loop(config.with_values({"training.engine": "auto"}), n_steps)


@cache  # each is asked for once for each engine
def tutorials_loop(config, n_steps):
    """Fed with the same initial weights, order of rows and noise; all else is PyTorch's own.

    Returns the history and the moving average of G's weights.
    """
    problem = resolve(config)
    x = torch.tensor(problem.x_real)
    n_rows, n_features = x.shape
    batch_size, n_critic = config.training.batch_size, config.training.n_critic
    order = BatchOrder(config.seed, n_rows, batch_size)
    drawn = min(batch_size, n_rows)
    noise = Noise(config.seed, drawn, config.generator.latent_dim, n_critic)

    G, D = generator_of(config, n_features), discriminator_of(config, n_features)
    rng = stream(config.seed, Stream.INIT)
    for network, layers in zip((G, D), (problem.generator, problem.discriminator), strict=True):
        drawn = initial_weights(layers, rng)
        network.load_state_dict({name: torch.from_numpy(array) for name, array in drawn.items()})
    average = AveragedModel(G, multi_avg_fn=get_ema_multi_avg_fn(config.training.ema_decay))
    average.update_parameters(G)  # the first time it only copies
    betas = (config.optimizer.beta1, config.optimizer.beta2)
    optimizer_g = torch.optim.Adam(G.parameters(), lr=config.optimizer.lr_g, betas=betas)
    optimizer_d = torch.optim.Adam(D.parameters(), lr=config.optimizer.lr_d, betas=betas)
    left = 1.0 - config.optimizer.lr_decay
    falls = [
        torch.optim.lr_scheduler.LinearLR(adam, 1.0, left, total_iters=problem.total_steps)
        for adam in (optimizer_g, optimizer_d)
    ]

    history, step, epoch = [], 0, 0
    while step < n_steps:
        for real in x[order.epoch(epoch).copy()].split(batch_size):
            block, i = divmod(step, noise.steps_per_block)
            *z_d, z_g = torch.from_numpy(noise.block(block)[i, :, : len(real)])
            mixing = torch.from_numpy(noise.mixing_block(block)[i, :, : len(real)])

            for z, shares in zip(z_d, mixing, strict=True):
                optimizer_d.zero_grad()
                fake = G(z).detach()
                d_real, d_fake = D(real), D(fake)
                d_loss, _ = losses_as_written(config, d_real, d_fake)
                penalty = torch.as_tensor(penalty_as_written(config, D, real, fake, shares))
                d_loss = d_loss + penalty
                d_loss.backward()
                optimizer_d.step()
                if getattr(config.loss, "weight_clip", 0.0):
                    nn.utils.vector_to_parameters(
                        nn.utils.parameters_to_vector(D.parameters()).clamp(
                            -config.loss.weight_clip, config.loss.weight_clip
                        ),
                        D.parameters(),
                    )

            optimizer_g.zero_grad()
            _, g_loss = losses_as_written(config, D(real), D(G(z_g)))
            g_loss.backward()
            optimizer_g.step()
            average.update_parameters(G)
            for fall in falls:
                fall.step()

            kept = (d_loss, g_loss, d_real.mean(), d_fake.mean(), penalty)
            history.append([t.item() for t in kept[: len(config.columns)]])
            step += 1
        epoch += 1
    return np.array(history[:n_steps]), average.module.state_dict()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seed": 5, "optimizer.lr_g": 0.003, "optimizer.lr_d": 0.001, "optimizer.beta1": 0.9},
        {"optimizer.lr_g": 0.01, "optimizer.lr_d": 0.01, "optimizer.lr_decay": 0.9},
        {"training.batch_size": 49, "data.features": ["petal width (cm)", "sepal width (cm)"]},
        {"data.source": "wine", "data.classes": [], "training.batch_size": 64},
        {"training.batch_size": 64, "generator.latent_dim": 3, "generator.hidden_dims": [5]},
        {"discriminator.hidden_dims": [40, 20, 10], "discriminator.slope": 0.01},
    ],
    ids=["tutorial", "rates", "decay", "batch of one", "wine", "one batch", "deep"],
)
def test_the_tutorials_loop_gives_the_same_losses(configured, engine, changes):
    config = configured({"training.epochs": N_STEPS, "training.engine": engine} | changes)
    expected, _ = expected_of(config, N_STEPS)
    np.testing.assert_allclose(losses_of(train(config), N_STEPS), expected, rtol=1e-4, atol=0)


@pytest.mark.parametrize(
    "changes",
    [
        {"training.n_critic": 3},
        {"loss.label_smoothing": 0.1, "training.ema_decay": 0.9},
        {"loss.name": "wasserstein", "penalties": ["gp"], "training.n_critic": 2},
        {"loss.name": "wasserstein", "loss.weight_clip": 0.05, "training.n_critic": 2},
        {"loss.name": "relativistic", "penalties": ["r1"], "penalties.r1.gamma": 0.5},
        {"loss.name": "relativistic", "penalties": ["r1", "r2"], "penalties.r2.gamma": 3},
    ],
    ids=["n_critic", "smoothing and ema", "wgan-gp", "wgan", "relativistic with r1", "r1 and r2"],
)
def test_what_goes_beyond_the_tutorial_is_what_its_papers_say(configured, engine, changes):
    n_steps = 60  # where gradients nearly cancel, rounding takes over soon
    config = configured({"training.epochs": n_steps // 2, "training.engine": engine} | changes)
    expected, average = expected_of(config, n_steps)
    *_, end = train(config)
    ours = end.history.iloc[:, 2:].to_numpy()
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=2e-5)
    if config.training.ema_decay:
        for name, weight in end.generator.weights.items():
            np.testing.assert_allclose(weight, average[name].numpy(), rtol=0, atol=1e-5)


def losses_of(events, n_steps):
    losses = []
    for event in events:
        if isinstance(event, Progress):
            losses.append(event.losses)
            if event.step >= n_steps:
                return np.concatenate(losses)[:n_steps]
    raise AssertionError(f"fewer than {n_steps} steps")
