"""What this installation allows. One place; shown on System; each can be set by its variable."""

import os
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

from gan_core.errors import ConfigError, LimitError
from gan_core.networks import n_weights
from gan_core.problem import Problem


@dataclass(frozen=True)
class Limits:
    """Upper bounds for what one may ask of a shared server.

    Set each by the environment variable ``GAN_FORGE_`` + its name in capitals.

    Attributes:
        max_row_visits: epochs x rows of one run.
        max_weights: weights of both networks of one run together.
        max_queued: runs that may wait at once.
        max_sample_rows: generated rows in one download.
        max_film_mb: snapshots of one run, in MB; larger networks get fewer of them.
        max_repeats: seeds that one run may be repeated with.
        max_viewer_seconds: for which the viewer may compute a picture, sample or score without any
            progress, before it is killed.
        max_viewer_mb: pictures and scores kept to be asked for again, in MB: in the server, and in
            each process of the viewer.
        max_viewer_waiting: pictures of a kind, or samples, that may wait at once to be computed;
            half as many of one run.
        min_free_mb: free disk space below which no new run is taken, in MB.
    """

    max_row_visits: int = 200_000_000
    max_weights: int = 4_000_000
    max_queued: int = 200
    max_sample_rows: int = 100_000
    max_film_mb: int = 32
    max_repeats: int = 100
    max_viewer_seconds: int = 20
    max_viewer_mb: int = 32
    max_viewer_waiting: int = 64
    min_free_mb: int = 200

    @classmethod
    def from_environment(cls) -> "Limits":
        """The limits of this installation.

        Raises:
            ConfigError: a variable is not a positive whole number.
        """
        return cls(**{f.name: env_int(f.name, getattr(cls, f.name)) for f in fields(cls)})

    def check(self, problem: Problem) -> None:
        """Refuse a problem that is too large.

        Raises:
            LimitError: which limit, how much was asked for, and what to do.
        """
        epochs, n_rows = problem.config.training.epochs, problem.n_rows
        visits = epochs * n_rows
        if visits > self.max_row_visits:
            raise LimitError(
                f"{epochs:,} epochs x {n_rows:,} rows = {visits:,} row visits, this server allows "
                f"{self.max_row_visits:,}. "
                f"Use at most {max(1, self.max_row_visits // n_rows):,} epochs or fewer rows."
            )
        weights = n_weights(problem.generator) + n_weights(problem.discriminator)
        if weights > self.max_weights:
            raise LimitError(
                f"The two networks have {weights:,} weights, this server allows "
                f"{self.max_weights:,}. Use fewer or narrower hidden layers."
            )

    def check_repeats(self, repeats: int) -> None:
        """Refuse to train with too many seeds.

        Raises:
            LimitError: how many were asked for, and how many may be.
        """
        if not 1 <= repeats <= self.max_repeats:
            raise LimitError(
                f"A run can be repeated with 1 to {self.max_repeats:,} seeds on this server. Got "
                f"{repeats:,} instead."
            )

    def check_disk(self, folder: Path, reusable: int = 0) -> None:
        """Refuse new work when the disk is nearly full.

        Args:
            folder: where the store is.
            reusable: bytes that are free inside the store.

        Raises:
            LimitError: how much is free and what to do.
        """
        free_mb = (shutil.disk_usage(folder).free + reusable) // 2**20
        if free_mb < self.min_free_mb:
            raise LimitError(
                f"The disk has only {free_mb:,} MB left, new runs need {self.min_free_mb:,} MB. "
                "Delete old runs, or ask the administrator to make room."
            )


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
