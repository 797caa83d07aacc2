"""The reference engine: the training loop in PyTorch. It defines what is right."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam

from gan_core.config import ExperimentConfig
from gan_core.losses import LOSSES
from gan_core.networks import initial_weights, logit_layers
from gan_core.networks.torch_modules import build
from gan_core.randomness import Stream, stream
from gan_core.training.draws import BatchOrder, Noise


class TorchEngine:
    """Both players, their optimisers and the data, on one device.

    Inside `advance` nothing waits for the device: the noise of a block is copied ahead, losses stay
    there until the end, and batches are gathered there.

    Args:
        config: the experiment.
        x_real: scaled real rows, float32, shape (n_rows, n_features).
        device: where to compute.
    """

    name = "torch"

    def __init__(self, config: ExperimentConfig, x_real: np.ndarray, device: torch.device) -> None:
        self.device = device
        self.step = 0
        self._x_real = torch.from_numpy(x_real).to(device, copy=True)  # (n_rows, n_features)
        self._loss = LOSSES[config.loss.name]()
        self._order = BatchOrder(config.seed, len(x_real), config.training.batch_size)
        self._noise = Noise(config.seed, config.training.batch_size, config.generator.latent_dim)
        self._noise_block = -1
        g_layers, d_layers = config.networks(x_real.shape[1])
        d_layers = logit_layers(d_layers)
        rng = stream(config.seed, Stream.INIT)
        self.generator = build(g_layers, initial_weights(g_layers, rng), device)
        self.discriminator = build(d_layers, initial_weights(d_layers, rng), device)
        optimizer = config.optimizer
        betas = (optimizer.beta1, optimizer.beta2)
        self._adam_g = Adam(self.generator.parameters(), optimizer.lr_g, betas, fused=True)
        self._adam_d = Adam(self.discriminator.parameters(), optimizer.lr_d, betas, fused=True)

    def advance(self, n_steps: int) -> np.ndarray:
        """Do some steps.

        Returns:
            float32, shape (n_steps, 4): d_loss, g_loss, d_real, d_fake of each step.
        """
        history = [self._one_step() for _ in range(n_steps)]
        return torch.stack(history).cpu().numpy()

    def _one_step(self) -> Tensor:
        """One pass over a batch: D's update, then G's. Returns the history's row, shape (4,)."""
        x_real = self._next_real()  # (batch, n_features)
        z_d, z_g = self._next_noise(len(x_real))  # (batch, latent_dim) each

        with torch.no_grad():
            x_fake = self.generator(z_d)  # no gradient: D's update must not reach G
        # One pass for both halves: D treats every row by itself, so this is the same mathematics.
        real_logits, fake_logits = self.discriminator(torch.cat((x_real, x_fake))).chunk(2)
        d_loss = self._loss.discriminator(real_logits, fake_logits)
        _update(self._adam_d, d_loss)

        g_loss = self._loss.generator(self.discriminator(self.generator(z_g)))
        _update(self._adam_g, g_loss)

        self.step += 1
        d_real, d_fake = (
            real_logits.detach().sigmoid().mean(),
            fake_logits.detach().sigmoid().mean(),
        )
        return torch.stack((d_loss.detach(), g_loss.detach(), d_real, d_fake))

    def _next_real(self) -> Tensor:
        epoch, i = divmod(self.step, self._order.steps_per_epoch)
        size = self._order.batch_size
        if i == 0 or not hasattr(self, "_epoch_order"):
            self._epoch_order = torch.from_numpy(self._order.epoch(epoch).copy()).to(
                self.device, non_blocking=True
            )
        return self._x_real.index_select(0, self._epoch_order[i * size : (i + 1) * size])

    def _next_noise(self, n_rows: int) -> tuple[Tensor, Tensor]:
        block, i = divmod(self.step, self._noise.steps_per_block)
        if block != self._noise_block:
            self._noise_block = block
            # clone(): memory aligned by PyTorch, so that a resumed run takes the same code paths.
            noise = torch.from_numpy(self._noise.block(block)).clone()
            self._z = noise.to(self.device, non_blocking=True)
        return self._z[i, 0, :n_rows], self._z[i, 1, :n_rows]

    def tensors(self) -> dict[str, np.ndarray]:
        """Weights and optimiser states, copied, by the names of `Checkpoint.tensors`."""
        found: dict[str, np.ndarray] = {}
        for name, network, adam in self._players():
            for key, weight in network.named_parameters():
                found[f"{name}.{key}"] = _array(weight)
                if state := adam.state.get(weight):
                    found[f"adam_{name[0]}.m.{key}"] = _array(state["exp_avg"])
                    found[f"adam_{name[0]}.v.{key}"] = _array(state["exp_avg_sq"])
        return found

    def load(self, step: int, tensors: dict[str, np.ndarray]) -> None:
        """Go to the state that `tensors` returned after that step."""
        self.step = step
        self.__dict__.pop("_epoch_order", None)
        for name, network, adam in self._players():
            for key, weight in network.named_parameters():
                weight.data.copy_(torch.from_numpy(tensors[f"{name}.{key}"]))
                if step:
                    adam.state[weight] = {
                        "step": torch.tensor(float(step), device=self.device),
                        "exp_avg": self._tensor(tensors[f"adam_{name[0]}.m.{key}"]),
                        "exp_avg_sq": self._tensor(tensors[f"adam_{name[0]}.v.{key}"]),
                    }

    def _players(self) -> tuple[tuple[str, nn.Sequential, Adam], ...]:
        return (
            ("generator", self.generator, self._adam_g),
            ("discriminator", self.discriminator, self._adam_d),
        )

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).clone().to(self.device)


def _update(adam: Adam, loss: Tensor) -> None:
    """One Adam step of one player; the other's gradients are not even computed."""
    weights: list[Tensor] = adam.param_groups[0]["params"]
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        weight.grad = gradient
    adam.step()


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy().copy()
