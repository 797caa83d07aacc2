"""Engines compute steps: their protocol, how one is made, and how one follows a schedule."""

from bisect import bisect_right
from collections.abc import Callable
from typing import ClassVar, Protocol

import numpy as np

from gan_core.problem import Problem
from gan_core.training.choice import choose_engine


class Engine(Protocol):
    """Computes steps. It knows its position and can return to any state it has been in."""

    name: ClassVar[str]
    step: int

    def advance(self, n_steps: int) -> np.ndarray:
        """Do some steps; float32 (n_steps, n_columns): `ExperimentConfig.columns` of each."""
        ...

    def tensors(self) -> dict[str, np.ndarray]:
        """Weights and optimiser states, copied, by the names of `Checkpoint.tensors`."""
        ...

    def load(self, step: int, tensors: dict[str, np.ndarray]) -> None:
        """Go to the state that `tensors` returned after that step."""
        ...


class ScheduledEngine:
    """The engine of a whole run, with its schedule.

    When settings change, a new engine with the new settings continues from the state of the
    previous one. That gives the same bits from wherever it starts, because the random numbers
    depend only on the settings and the step. All engines are of one kind, chosen once.

    Args:
        problem: what is trained.
        make: makes an engine for settings without a schedule.
    """

    def __init__(self, problem: Problem, make: Callable[[Problem], Engine]) -> None:
        self._problem = problem
        self._make = make
        self._edits_at = [edit.step for edit in problem.config.schedule]
        self._edits_done = self._edits_before(0)
        self._engine = make(problem.at(0))

    @property
    def name(self) -> str:
        """Which kind of engine it is."""
        return self._engine.name

    @property
    def step(self) -> int:
        """Steps done."""
        return self._engine.step

    def advance(self, n_steps: int) -> np.ndarray:
        """Do some steps; as `Engine.advance`."""
        parts = []
        while n_steps:
            if self._edits_before(self.step) != self._edits_done:
                self.load(self.step, self.tensors())
            ahead = [*self._edits_at[self._edits_done :], self.step + n_steps]
            n = min(n_steps, ahead[0] - self.step)
            parts.append(self._engine.advance(n))
            n_steps -= n
        return np.concatenate(parts)

    def tensors(self) -> dict[str, np.ndarray]:
        """As `Engine.tensors`."""
        return self._engine.tensors()

    def load(self, step: int, tensors: dict[str, np.ndarray]) -> None:
        """As `Engine.load`."""
        if self._edits_before(step) != self._edits_done:
            self._edits_done = self._edits_before(step)
            self._engine = self._make(self._problem.at(step))
        self._engine.load(step, tensors)

    def _edits_before(self, step: int) -> int:
        """How many edits apply to the step after this many."""
        return bisect_right(self._edits_at, step)


def make_engine(problem: Problem) -> tuple[ScheduledEngine, str]:
    """The engine, and the device that it computes on. Each imports its library only when chosen.

    Raises:
        ConfigError: CUDA was requested but is not available.
    """
    if choose_engine(problem).engine == "fast":
        from gan_core.training.fast import compile_apart
        from gan_core.training.fast.engine import FastEngine

        compile_apart()
        return ScheduledEngine(problem, FastEngine), "cpu"

    from gan_core.training.devices import resolve_device
    from gan_core.training.torch_engine import TorchEngine

    device = resolve_device(problem.config.training.device)
    return ScheduledEngine(problem, lambda now: TorchEngine(now, device)), device.type
