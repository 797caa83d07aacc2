"""The engine against the tutorial's loop, written as the tutorial writes it."""

import numpy as np
import pytest
import torch
from torch import nn

from gan_core import train
from gan_core.data import MinMaxScaler
from gan_core.networks import initial_weights
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
    return nn.Sequential(*modules, nn.Linear(width, 1), nn.Sigmoid())


def tutorials_loop(config, n_steps):
    """Fed with the same initial weights, order of rows and noise; all else is PyTorch's own."""
    rows = config.table().values
    x = torch.from_numpy(MinMaxScaler.fit(rows).transform(rows))
    n_rows, n_features = x.shape
    batch_size, latent_dim = config.training.batch_size, config.generator.latent_dim
    order = BatchOrder(config.seed, n_rows, batch_size)
    noise = Noise(config.seed, batch_size, latent_dim)

    G, D = generator_of(config, n_features), discriminator_of(config, n_features)
    rng = stream(config.seed, Stream.INIT)
    for network, layers in zip((G, D), config.networks(n_features), strict=True):
        drawn = initial_weights(layers, rng)
        network.load_state_dict({name: torch.from_numpy(array) for name, array in drawn.items()})
    criterion = nn.BCELoss()
    betas = (config.optimizer.beta1, config.optimizer.beta2)
    optimizer_g = torch.optim.Adam(G.parameters(), lr=config.optimizer.lr_g, betas=betas)
    optimizer_d = torch.optim.Adam(D.parameters(), lr=config.optimizer.lr_d, betas=betas)

    history, step, epoch = [], 0, 0
    while True:
        for real in x[order.epoch(epoch).copy()].split(batch_size):
            if step == n_steps:
                return np.array(history)
            block, i = divmod(step, noise.steps_per_block)
            z_d, z_g = torch.from_numpy(noise.block(block)[i, :, : len(real)])
            ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)

            optimizer_d.zero_grad()
            d_real, d_fake = D(real), D(G(z_d).detach())
            d_loss = criterion(d_real, ones) + criterion(d_fake, zeros)
            d_loss.backward()
            optimizer_d.step()

            optimizer_g.zero_grad()
            g_loss = criterion(D(G(z_g)), ones)
            g_loss.backward()
            optimizer_g.step()

            history.append([t.item() for t in (d_loss, g_loss, d_real.mean(), d_fake.mean())])
            step += 1
        epoch += 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seed": 5, "optimizer.lr_g": 0.003, "optimizer.lr_d": 0.001, "optimizer.beta1": 0.9},
        {"training.batch_size": 49, "data.features": ["petal width (cm)", "sepal width (cm)"]},
        {"data.source": "wine", "data.classes": [], "training.batch_size": 64},
        {"training.batch_size": 64, "generator.latent_dim": 3, "generator.hidden_dims": []},
        {"discriminator.hidden_dims": [40, 20, 10], "discriminator.slope": 0.01},
    ],
    ids=["tutorial", "rates", "batch of one", "wine", "one batch", "deep"],
)
def test_the_tutorials_loop_gives_the_same_losses(configured, changes):
    config = configured({"training.epochs": N_STEPS} | changes)
    ours = losses_of(train(config), N_STEPS)
    np.testing.assert_allclose(ours, tutorials_loop(config, N_STEPS), rtol=1e-4, atol=0)


def losses_of(events, n_steps):
    losses = []
    for event in events:
        if isinstance(event, Progress):
            losses.append(event.losses)
            if event.step >= n_steps:
                return np.concatenate(losses)[:n_steps]
    raise AssertionError(f"fewer than {n_steps} steps")
