"""The reference engine: the training loop in PyTorch. It defines what is correct."""

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam

from gan_core.networks import Block, initial_weights, logit_layers, walk
from gan_core.networks.running import build, one_thread
from gan_core.problem import Problem, check_players
from gan_core.randomness import Stream, stream
from gan_core.training.checkpoint import updates_of
from gan_core.training.draws import BatchOrder, input_noise_of, noise_of
from gan_core.training.penalties import slope_at


class TorchEngine:
    """Both players, their optimisers and the data, on one device.

    Inside `advance` nothing waits for the device: the noise of a block is copied ahead, losses stay
    there until the end, and batches are gathered there.

    Both players are in train mode in each other's updates, as is usual: batch normalization uses
    the statistics of each pass and updates its running ones; dropout is active. Real rows and fakes
    go separately through a D that normalizes or packs them. A player that skips a turn is in eval
    mode, so that it stays exactly as it is. Fakes carry the labels of the matching real rows.

    Args:
        problem: what is trained, with the current settings.
        device: where to compute.

    Raises:
        ConfigError: a network does not fit the rows or the size of the batches.
    """

    name: ClassVar[str] = "torch"

    def __init__(self, problem: Problem, device: torch.device) -> None:
        config, x_real = problem.config, problem.x_real
        self.device = device
        self.step = 0
        self._x_real = torch.tensor(x_real, device=device)  # copied, (n_rows, n_columns)
        self._config = config
        self._loss = config.loss
        self._order = BatchOrder(config.seed, len(x_real), config.training.batch_size)
        self._noise = noise_of(config, len(x_real))
        self._noise_block = -1
        self._mixing = torch.empty(self._noise.steps_per_block, config.training.n_critic, 0)
        self._input_noise = input_noise_of(config, *x_real.shape)
        self._input_noise_block = -1
        g, d = problem.generator, logit_layers(problem.discriminator)
        check_players(problem)
        rng = stream(config.seed, Stream.INIT)
        self.generator = build(g, initial_weights(g, rng), device)
        self.discriminator = build(d, initial_weights(d, rng), device)
        self.generator.train(config.training.players != "d")
        self.discriminator.train(config.training.players != "g")
        self._drawing = [*_drawing(g, self.generator), *_drawing(d, self.discriminator)]
        self._in_one_pass = not (
            self._loss.cancels or any(block.mixes_rows for _, block in walk(d))
        )
        codes = np.unique(problem.table.labels, return_inverse=True)[1]
        self._labels = torch.tensor(codes, dtype=torch.int64, device=device)  # (n_rows,)
        self._labelled = (g.takes_labels, d.takes_labels)
        optimizer = config.optimizer
        betas = (optimizer.beta1, optimizer.beta2)
        self._adam_g = Adam(self.generator.parameters(), optimizer.lr_g, betas, fused=True)
        self._adam_d = Adam(self.discriminator.parameters(), optimizer.lr_d, betas, fused=True)
        self._lr_fall = optimizer.lr_decay / problem.total_steps  # of both rates, in a step
        self._ema = {k: w.clone() for k, w in self.generator.state_dict().items()}

    def advance(self, n_steps: int) -> np.ndarray:
        """Do some steps.

        Returns:
            float32, shape (n_steps, n_columns): `ExperimentConfig.columns` of each step.
        """
        with one_thread():
            history = [self._one_step() for _ in range(n_steps)]
            return torch.stack(history).cpu().numpy()

    def _one_step(self) -> Tensor:
        """One pass over a batch: D's updates, then G's. Returns the history's row, (n_columns,)."""
        if self._drawing:
            rng = stream(self._config.seed, Stream.DROPOUT, self.step)
            for module in self._drawing:
                module.rng = rng  # type: ignore[assignment] - of a module that draws
        if self._lr_fall:
            left, rates = 1.0 - self._lr_fall * self.step, self._config.optimizer
            self._adam_g.param_groups[0]["lr"] = left * rates.lr_g
            self._adam_d.param_groups[0]["lr"] = left * rates.lr_d
        x_real = self._next_real()  # (batch, n_features)
        *z_d, z_g = self._next_noise(len(x_real))  # (batch, latent_dim) each
        d_row = [self._update_discriminator(x_real, z, i) for i, z in enumerate(z_d)][-1]
        g_loss = self._update_generator(x_real, z_g)
        self.step += 1
        d_loss, *more = d_row
        return torch.stack((d_loss, g_loss, *more))

    def _update_discriminator(self, x_real: Tensor, z: Tensor, i: int) -> tuple[Tensor, ...]:
        """The i-th D update of a step. Returns what the history records of it, D's loss first."""
        with torch.no_grad():
            x_fake = self._generate(z)  # no gradient: D's update must not reach G
        x_real, x_fake = self._with_noise(x_real, x_fake, i)
        real_logits, fake_logits = self._judge(x_real, x_fake)
        d_loss = self._loss.discriminator(real_logits, fake_logits)
        kept = self._loss.outputs(real_logits.detach(), fake_logits.detach())
        mixing = self._mixing[self.step % self._noise.steps_per_block, i, : len(x_real)]
        found = []
        for penalty in self._config.penalties:
            rows = penalty.rows(x_real, x_fake, mixing)
            found.append(penalty.value(slope_at(self._logits, rows)))
            d_loss = d_loss + found[-1]
        if found:
            kept = (*kept, torch.stack(found).sum().detach())
        if self._config.training.players != "g":
            _update(self._adam_d, d_loss)
            if clip := self._loss.clip:
                _clip(self.discriminator, clip)
        return d_loss.detach(), *kept

    def _update_generator(self, x_real: Tensor, z: Tensor) -> Tensor:
        """G's update. Returns its loss."""
        x_real, x_fake = self._with_noise(x_real, self._generate(z), -1)
        if self._loss.pairs:
            real_logits, fake_logits = self._judge(x_real, x_fake)
        else:
            real_logits, fake_logits = None, self._logits(x_fake)
        g_loss = self._loss.generator(real_logits, fake_logits)
        if self._config.training.players == "d":
            return g_loss.detach()
        _update(self._adam_g, g_loss)
        if decay := self._config.training.ema_decay:
            self._average(decay)
        return g_loss.detach()

    def _average(self, decay: float) -> None:
        """Update the moving average of G: its parameters slowly, its buffers at once."""
        with torch.no_grad():
            for key, weight in self.generator.named_parameters():
                self._ema[key].lerp_(weight, 1.0 - decay)
            for key, buffer in self.generator.named_buffers():
                self._ema[key].copy_(buffer)

    def _with_noise(self, x_real: Tensor, x_fake: Tensor, i: int) -> tuple[Tensor, Tensor]:
        """The rows as D sees them in its i-th pass of the step: with noise, if enabled."""
        size = self._config.training.input_noise
        if not size:
            return x_real, x_fake
        block, at = divmod(self.step, self._input_noise.steps_per_block)
        if block != self._input_noise_block:
            self._input_noise_block = block
            self._drawn_input_noise = self._aligned(self._input_noise.block(block))
        on_real, on_fake = self._drawn_input_noise[at, i, :, : len(x_real)]
        return x_real + size * on_real, x_fake + size * on_fake

    def _judge(self, x_real: Tensor, x_fake: Tensor) -> tuple[Tensor, ...]:
        """Logits of real rows and of fakes, (batch, 1) each."""
        if self._in_one_pass:  # D treats every row separately, so this is the same mathematics
            return self._logits(torch.cat((x_real, x_fake))).chunk(2)
        return self._logits(x_real), self._logits(x_fake)

    def _generate(self, z: Tensor) -> Tensor:
        """G's rows from noise (batch, latent_dim): (batch, n_features)."""
        return self.generator(z, *self._labels_of(z)) if self._labelled[0] else self.generator(z)

    def _logits(self, rows: Tensor) -> Tensor:
        """D's logits of rows (n, n_features), n being once or twice the batch: (n, 1)."""
        d = self.discriminator
        return d(rows, *self._labels_of(rows)) if self._labelled[1] else d(rows)

    def _labels_of(self, rows: Tensor) -> list[Tensor]:
        """The labels of the batch, repeated as often as the batch is in rows."""
        return [self._batch_labels.repeat(len(rows) // len(self._batch_labels))]

    def _next_real(self) -> Tensor:
        epoch, i = divmod(self.step, self._order.steps_per_epoch)
        size = self._order.batch_size
        if i == 0 or not hasattr(self, "_epoch_order"):
            self._epoch_order = torch.from_numpy(self._order.epoch(epoch).copy()).to(
                self.device, non_blocking=True
            )
        rows = self._epoch_order[i * size : (i + 1) * size]
        if self._labels is not None:
            self._batch_labels = self._labels.index_select(0, rows)
        return self._x_real.index_select(0, rows)

    def _next_noise(self, n_rows: int) -> list[Tensor]:
        block, i = divmod(self.step, self._noise.steps_per_block)
        if block != self._noise_block:
            self._noise_block = block
            self._z = self._aligned(self._noise.block(block))
            if any(penalty.mixes for penalty in self._config.penalties):
                self._mixing = self._aligned(self._noise.mixing_block(block))
        return [z[:n_rows] for z in self._z[i]]

    def tensors(self) -> dict[str, np.ndarray]:
        """Weights, buffers and optimiser states, copied, as `Checkpoint.tensors` names them."""
        found: dict[str, np.ndarray] = {}
        for name, network, adam in self._players():
            found |= {f"{name}.{key}": _array(w) for key, w in network.state_dict().items()}
            for key, weight in network.named_parameters():
                if self.step:
                    m, v, updates = _adam_of(adam, weight)
                    found[f"adam_{name[0]}.m.{key}"] = _array(m)
                    found[f"adam_{name[0]}.v.{key}"] = _array(v)
                    found[f"adam_{name[0]}.updates"] = np.array(updates, np.int64)
        if self._config.training.ema_decay:
            found |= {f"ema.{key}": _array(mean) for key, mean in self._ema.items()}
        return found

    def load(self, step: int, tensors: dict[str, np.ndarray]) -> None:
        """Go to the state that `tensors` returned after that step."""
        self.step = step
        self.__dict__.pop("_epoch_order", None)
        for name, network, adam in self._players():
            adam.state.clear()
            updates = updates_of(name, step, tensors, self._config)
            for key, array in network.state_dict().items():
                array.copy_(torch.from_numpy(tensors[f"{name}.{key}"]))
            for key, weight in network.named_parameters():
                if step:
                    adam.state[weight] = {
                        "step": torch.tensor(float(updates), device=self.device),
                        "exp_avg": self._tensor(tensors[f"adam_{name[0]}.m.{key}"]),
                        "exp_avg_sq": self._tensor(tensors[f"adam_{name[0]}.v.{key}"]),
                    }
        if self._config.training.ema_decay:
            for key, mean in self._ema.items():
                mean.copy_(torch.from_numpy(tensors[f"ema.{key}"]))

    def _players(self) -> tuple[tuple[str, nn.Module, Adam], ...]:
        return (
            ("generator", self.generator, self._adam_g),
            ("discriminator", self.discriminator, self._adam_d),
        )

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).clone().to(self.device)

    def _aligned(self, array: np.ndarray) -> Tensor:
        # clone(): memory aligned by PyTorch, so that a resumed run takes the same code paths.
        return torch.from_numpy(array).clone().to(self.device, non_blocking=True)


def _adam_of(adam: Adam, weight: Tensor) -> tuple[Tensor, Tensor, int]:
    """First and second moment and number of updates; a player that never learned has none yet."""
    if state := adam.state.get(weight):
        return state["exp_avg"], state["exp_avg_sq"], int(state["step"])
    return torch.zeros_like(weight), torch.zeros_like(weight), 0


def _update(adam: Adam, loss: Tensor) -> None:
    """One Adam step of one player; the other's gradients are not even computed."""
    weights: list[Tensor] = adam.param_groups[0]["params"]
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        weight.grad = gradient
    adam.step()


def _clip(network: nn.Module, size: float) -> None:
    """Cut parameters off at a distance from 0 (Arjovsky et al. 2017, arXiv:1701.07875)."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.clamp_(-size, size)


def _drawing(network: Block, module: nn.Module) -> list[nn.Module]:
    """The modules of the blocks that draw random numbers."""
    return [module.get_submodule(path) for path, block in walk(network) if block.draws]


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy().copy()
