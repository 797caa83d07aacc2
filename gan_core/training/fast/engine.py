"""The fast engine: the reference engine's steps, compiled with Numba, 20 times as fast."""

from typing import ClassVar

import numpy as np

from gan_core.networks import initial_weights, logit_layers
from gan_core.problem import Problem
from gan_core.randomness import Stream, stream
from gan_core.training.checkpoint import updates_of
from gan_core.training.draws import BatchOrder, input_noise_of, noise_of
from gan_core.training.fast.loop import run_steps
from gan_core.training.fast.losses import CODES
from gan_core.training.fast.network import FlatNetwork
from gan_core.training.fast.penalties import CODES as PENALTY_CODES
from gan_core.training.fast.records import AdamState, Data, Draws, Scratch, Settings

_NOTHING = np.empty(0, np.float32)


class FastEngine:
    """Both players, their optimisers and the data, as float32 arrays in the CPU's caches.

    It uses the same random streams as the reference engine, and its numbers agree with that
    one's up to rounding.

    Args:
        problem: what is trained, with the current settings.
    """

    name: ClassVar[str] = "fast"

    def __init__(self, problem: Problem) -> None:
        config, x_real = problem.config, problem.x_real
        self.step = 0
        self._config = config
        batch_size = config.training.batch_size
        self._data = Data(np.array(x_real, np.float32, order="C"), batch_size)  # a writable copy
        self._order = BatchOrder(config.seed, len(x_real), batch_size)
        self._noise = noise_of(config, len(x_real))
        self._drawn: tuple[int, np.ndarray, np.ndarray] = (-1, _NOTHING, _NOTHING)
        self._input_noise = input_noise_of(config, *x_real.shape)
        self._input_noise_drawn: tuple[int, np.ndarray] = (-1, _NOTHING)
        self._updates = np.zeros(2, np.int64)  # Adam's updates of G and of D
        g, d = problem.generator, logit_layers(problem.discriminator)
        rng = stream(config.seed, Stream.INIT)
        batch = min(batch_size, len(x_real))
        self._g = FlatNetwork.of(g, initial_weights(g, rng), batch)
        self._d = FlatNetwork.of(d, initial_weights(d, rng), 2 * batch)
        self._g_adam, self._d_adam = _adam_state(self._g), _adam_state(self._d)
        self._ema = self._g.arrays.weights.copy() if config.training.ema_decay else _NOTHING
        acts = self._d.arrays.acts
        self._scratch = Scratch(np.zeros_like(acts), np.zeros(len(acts), np.float32))
        loss, penalties = config.loss, config.penalties
        optimizer, training = config.optimizer, config.training
        self._settings = Settings(
            loss=CODES[loss.compiled],
            penalties=np.array([PENALTY_CODES[p.compiled] for p in penalties], np.int64),
            penalty_weights=np.array([penalty.strength for penalty in penalties], np.float64),
            label_smoothing=float(getattr(loss, "label_smoothing", 0.0)),
            clip=loss.clip,
            n_critic=training.n_critic,
            ema_decay=training.ema_decay,
            input_noise=training.input_noise,
            g_learns=training.players != "d",
            d_learns=training.players != "g",
            lr_g=optimizer.lr_g,
            lr_d=optimizer.lr_d,
            lr_fall=optimizer.lr_decay / problem.total_steps,
            beta1=optimizer.beta1,
            beta2=optimizer.beta2,
        )

    def advance(self, n_steps: int) -> np.ndarray:
        """Do some steps; as `TorchEngine.advance`."""
        history = np.empty((n_steps, len(self._config.columns)), np.float32)
        steps_per_order_block = self._order.epochs_per_block * self._order.steps_per_epoch
        done = 0
        while done < n_steps:
            order_block, after = divmod(self.step, steps_per_order_block)
            (z, mixing), noise = self._draws(), self._input_noise_ahead()
            n = min(n_steps - done, len(z), len(noise), steps_per_order_block - after)
            first_epoch = order_block * self._order.epochs_per_block
            run_steps(
                self.step,
                self._g.arrays,
                self._d.arrays,
                self._g_adam,
                self._d_adam,
                self._ema,
                self._scratch,
                self._settings,
                self._data,
                Draws(self._order.block(order_block), first_epoch, z[:n], mixing[:n], noise[:n]),
                self._updates,
                history[done : done + n],
            )
            self.step += n
            done += n
        return history

    def _draws(self) -> tuple[np.ndarray, np.ndarray]:
        """Noise and mixing weights of the steps from the current one to the end of their block."""
        block, i = divmod(self.step, self._noise.steps_per_block)
        if block != self._drawn[0]:
            noise = self._noise.block(block)
            uses_mixing = any(penalty.mixes for penalty in self._config.penalties)
            shape = (len(noise), self._noise.n_critic, 0)
            mixing = self._noise.mixing_block(block) if uses_mixing else np.empty(shape, np.float32)
            self._drawn = (block, noise, mixing)
        return self._drawn[1][i:], self._drawn[2][i:]

    def _input_noise_ahead(self) -> np.ndarray:
        """Noise on D's inputs of the steps from the current one to the end of its block."""
        per_block = self._input_noise.steps_per_block
        if not self._settings.input_noise:
            return np.empty((per_block, self._noise.n_critic + 1, 2, 0, 0), np.float32)
        block, i = divmod(self.step, per_block)
        if block != self._input_noise_drawn[0]:
            self._input_noise_drawn = (block, self._input_noise.block(block))
        return self._input_noise_drawn[1][i:]

    def tensors(self) -> dict[str, np.ndarray]:
        """Weights and optimiser states, copied, by the names of `Checkpoint.tensors`."""
        found: dict[str, np.ndarray] = {}
        for i, (name, network, (_, m, v)) in enumerate(self._players()):
            parts = {name: network.arrays.weights}
            if self.step:
                parts |= {f"adam_{name[0]}.m": m, f"adam_{name[0]}.v": v}
                found[f"adam_{name[0]}.updates"] = np.array(self._updates[i])
            for prefix, flat in parts.items():
                found |= {f"{prefix}.{key}": array for key, array in network.named(flat).items()}
        if len(self._ema):
            found |= {f"ema.{key}": array for key, array in self._g.named(self._ema).items()}
        return found

    def load(self, step: int, tensors: dict[str, np.ndarray]) -> None:
        """Go to the state that `tensors` returned after that step."""
        self.step = step
        for i, (name, network, (_, m, v)) in enumerate(self._players()):
            parts = {name: network.arrays.weights}
            if step:
                parts |= {f"adam_{name[0]}.m": m, f"adam_{name[0]}.v": v}
            else:
                m[:], v[:] = 0.0, 0.0
            self._updates[i] = updates_of(name, step, tensors, self._config)
            for prefix, flat in parts.items():
                network.load(flat, {key: tensors[f"{prefix}.{key}"] for key in network.names})
        if len(self._ema):
            self._g.load(self._ema, {key: tensors[f"ema.{key}"] for key in self._g.names})

    def _players(self) -> tuple[tuple[str, FlatNetwork, AdamState], ...]:
        return (
            ("generator", self._g, self._g_adam),
            ("discriminator", self._d, self._d_adam),
        )


def _adam_state(network: FlatNetwork) -> AdamState:
    """Before the first step."""
    like = network.arrays.weights
    return AdamState(np.zeros_like(like), np.zeros_like(like), np.zeros_like(like))
