"""The limits of this installation, defined only here, shown on System, each set by its variable."""

import os
from collections import Counter
from dataclasses import dataclass, fields

from gan_core.errors import ConfigError, LimitError
from gan_core.networks import n_weights
from gan_core.problem import Problem
from gan_core.training.choice import choose_engine
from gan_core.training.cost import Cost

BY_FAR = 2  # times the estimated seconds that are allowed: a running job is stopped beyond


@dataclass(frozen=True)
class Limits:
    """Upper bounds for requests to a shared server.

    Set each by the environment variable ``GAN_FORGE_`` + its name in capitals.
    """

    # That one run or group is estimated to train, on one thread. Whoever needs more than half a
    # working day of a core shared with others should ask first.
    max_run_seconds: int = 4 * 3600
    max_run_mb: int = 2000  # that it is estimated to keep in the store
    # After which a running job is stopped, to be resumed; twice the estimate, because estimates are
    # within that and cores may be shared.
    max_wall_seconds: int = 8 * 3600
    max_weights: int = 4_000_000  # of both networks of one run together
    max_queued: int = 1000  # runs that can wait at once,
    max_waiting: int = 100  # and of those, of one visitor
    max_active: int = 16  # of one visitor that train at once, though there may be more slots
    max_sample_rows: int = 100_000  # in one download
    max_film_mb: int = 32  # snapshots of one run; larger networks get fewer of them
    max_repeats: int = 100  # seeds that one run may be repeated with
    # Without any progress on a picture, sample or score, before the viewer is killed.
    max_viewer_seconds: int = 20
    # Pictures and scores cached for further requests: in the server, and in each viewer process.
    max_viewer_mb: int = 32
    # Pictures of a kind, or samples, that may wait at once; half as many of one visitor.
    max_viewer_waiting: int = 64
    min_free_mb: int = 200  # of the disk; with less no run is taken, and those that train pause

    @classmethod
    def from_environment(cls) -> "Limits":
        """The limits of this installation.

        Raises:
            ConfigError: a variable is not a positive whole number.
        """
        return cls(**{f.name: env_int(f.name, getattr(cls, f.name)) for f in fields(cls)})

    def check(self, *problems: Problem, start: int = 0) -> Cost:
        """Refuse a training that is too large; of a group all members count together.

        Args:
            problems: of the run, or of all members.
            start: steps that are done already.

        Returns:
            what it will take.

        Raises:
            LimitError: says which limit, how much was requested, and what to do.
            ConfigError: an engine was asked for that cannot do it.
        """
        cost = Cost()
        for problem, n in Counter(problems).items():
            self._check_weights(problem)
            engine = choose_engine(problem).engine
            cost = cost.plus(Cost.of(problem, engine, start, self.max_film_mb * 2**20), n)
        seconds, size = cost.seconds, cost.size
        who = "This training" if len(problems) == 1 else f"These {len(problems):,} trainings"
        if seconds > self.max_run_seconds:
            first = problems[0]
            steps = (first.total_steps - start) * self.max_run_seconds / seconds
            epochs = int((start + steps) / first.steps_per_epoch)
            raise LimitError(
                f"{who} would take about {in_words(seconds)}, this server allows "
                f"{in_words(self.max_run_seconds)}. Use "
                + (f"at most {epochs:,} epochs, or " if epochs else "")
                + "smaller networks, smaller batches or fewer D updates a step"
                + (", or fewer runs." if len(problems) > 1 else ".")
            )
        if size > self.max_run_mb * 2**20:
            raise LimitError(
                f"{who} would keep about {size / 2**20:,.0f} MB, this server allows "
                f"{self.max_run_mb:,} MB. Every step is kept: use fewer epochs, larger batches or "
                "fewer runs."
            )
        return cost

    def check_rest(self, seconds: float) -> None:
        """Stop a running job that would take far longer to its end than its server allows.

        Raises:
            LimitError: how long it would take at its measured speed, and what to do.
        """
        if seconds > BY_FAR * self.max_run_seconds:
            raise LimitError(
                f"At its measured speed the rest would take about {in_words(seconds)}, this server "
                f"allows {in_words(self.max_run_seconds)}. Start it anew or fork it with fewer "
                "epochs or smaller networks; what it has done is kept."
            )

    def check_wall(self, seconds: float) -> None:
        """Stop a job that has been worked on for too long at a time.

        Raises:
            LimitError: for how long it may be, and what to do.
        """
        if seconds > self.max_wall_seconds:
            raise LimitError(
                f"It was worked on for {in_words(self.max_wall_seconds)}, as long as this server "
                "allows at a time. Resume it to go on from here when others have had their turn."
            )

    def _check_weights(self, problem: Problem) -> None:
        weights = n_weights(problem.generator) + n_weights(problem.discriminator)
        if weights > self.max_weights:
            raise LimitError(
                f"The two networks have {weights:,} weights; this server allows "
                f"{self.max_weights:,}. Use fewer or narrower hidden layers."
            )

    def check_repeats(self, repeats: int) -> None:
        """Refuse to train with too many seeds.

        Raises:
            LimitError: says how many were requested, and how many are allowed.
        """
        if not 1 <= repeats <= self.max_repeats:
            raise LimitError(
                f"A run can be repeated with 1 to {self.max_repeats:,} seeds on this server. Got "
                f"{repeats:,} instead."
            )

    def check_disk(self, free: int | None, size: int = 0) -> None:
        """Refuse work when the disk is nearly full, or would be with what the work keeps.

        Args:
            free: bytes that are left; None: the disk is a database server's.
            size: bytes that the work is estimated to keep.

        Raises:
            LimitError: how much is free and what to do.
        """
        needed = self.min_free_mb + -(-size // 2**20)
        if free is not None and free // 2**20 < needed:
            who, fewer = ("this would need", ", use fewer epochs") if size else ("runs need", "")
            raise LimitError(
                f"The disk has only {free // 2**20:,} MB left, {who} {needed:,} MB. Delete old "
                f"runs permanently{fewer}, or ask the administrator to free some space."
            )


def in_words(seconds: float) -> str:
    """A duration as people say it.

    >>> in_words(2.67e6), in_words(14400), in_words(0.2)
    ('31 days', '4 hours', 'a second')
    """
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:,.0f} seconds" if seconds >= 1.5 else "a second"


def env_int(name: str, default: int) -> int:
    """A positive whole number from ``GAN_FORGE_<NAME>``.

    Raises:
        ConfigError: it is set to something else.
    """
    text = os.environ.get(variable(name), "")
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        message = f"{variable(name)} must be a positive whole number. Got {text!r}."
        raise ConfigError(variable(name), message)
    return int(text)


def variable(name: str) -> str:
    """The environment variable that sets what has this name: ``max_queued`` or ``slots``."""
    return f"GAN_FORGE_{name.upper()}"


def default_slots() -> int:
    """How many runs train at once: ``GAN_FORGE_SLOTS``, else one a core."""
    return env_int("slots", os.cpu_count() or 1)
