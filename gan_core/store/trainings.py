"""What users request of one training: single steps, slow motion, new settings from here on."""

import math
import time
from collections.abc import Mapping

import sqlalchemy as sa

from gan_core.config.links import MAX_SPEED
from gan_core.errors import RunStateError
from gan_core.problem import resolve
from gan_core.store import model, schema
from gan_core.store.edits import ask_for, write_config
from gan_core.store.model import Run
from gan_core.store.rows import change
from gan_core.store.steering import Steering

MAX_ADVANCE = 1000  # steps at once: others may be waiting for the slot
CATCH_UP = 0.5  # seconds whose steps can be made up for if a browser asks late


class Trainings(Steering):
    """Advance, play, edit."""

    def advance(self, run_id: str, steps: int = 1, players: str | None = None) -> None:
        """Have a paused or stopped run do a few steps, then pause again.

        Args:
            run_id: the run.
            steps: how many, 1 to `MAX_ADVANCE`; the run's last step finishes it as usual.
            players: which learn in these steps, "both", "d" or "g"; recorded as a change of the
                setting and back. None: as the settings say.
        """
        with self.database.write() as db:
            run = self._single(db, run_id)
            if not 1 <= steps <= MAX_ADVANCE:
                raise RunStateError(f"A run advances by 1 to {MAX_ADVANCE:,} steps. Got {steps:,}.")
            if run.status not in (model.PAUSED, model.STOPPED):
                raise RunStateError(f"This run is {run.status}; only a paused one can be advanced.")
            until = min(run.step + steps, run.total_steps)
            if players is not None:
                path = "training.players"
                after = run.config.at(until).training.players
                config = run.config.with_edit(run.step, {path: players})
                if until < run.total_steps:
                    config = config.with_edit(until, {path: after})
                write_config(db, run_id, config)
            by_hand = {"player": self.user, "is_played": False, "asked_at": self._rule.clock()}
            change(db, run_id, **by_hand)
            _queue_steps(db, run, until)

    def set_speed(self, run_id: str, speed: int) -> None:
        """Choose how fast a run trains; one that goes on does so at the new speed.

        Args:
            run_id: the run.
            speed: updates per second, played in slow motion by the user's browser; 0: as fast as
                possible, in the queue.

        Raises:
            LimitError: too many are waiting already.
        """
        if not 0 <= speed <= MAX_SPEED:
            raise RunStateError(
                f"A speed is from 0 to {MAX_SPEED:,} updates a second. Got {speed}."
            )
        with self.database.write() as db:
            run = self._single(db, run_id)
            change(db, run_id, speed=speed or None)
            is_training = run.is_active and not run.is_stepping
            if speed and run.want != "stop" and (run.in_slow_motion or is_training):
                self._play(db, run)
            elif run.in_slow_motion and is_training:  # it has not paused yet for slow motion
                change(db, run_id, want="", is_played=False, player=None)
            elif run.in_slow_motion:
                self._go_on(db, [run])

    def play(self, run_id: str, steps: int) -> bool:
        """Have a run in slow motion do its next steps, for a browser of its player.

        However many browsers ask, never more than are due at its speed.

        Returns:
            whether it does any; it does not before they are due, or while it does others.

        Raises:
            RunStateError: the user does not play it, or no longer.
        """
        with self.database.write() as db:
            run = self._single(db, run_id)
            if not run.in_slow_motion or not run.speed or not self.plays(run):
                raise RunStateError("This run is not in slow motion, or somebody else plays it.")
            now, period = self._rule.clock(), 1 / run.speed
            since = min(max(run.asked_at or 0.0, now - CATCH_UP), now + period)
            due = math.floor((now - since) * run.speed) + 1
            steps = max(0, min(steps, due)) if run.status == model.PAUSED else 0
            change(db, run_id, asked_at=since + steps * period)
            if steps > 0:
                _queue_steps(db, run, min(run.step + steps, run.total_steps))
        return steps > 0

    def edit(self, run_id: str, changes: Mapping[str, object]) -> None:
        """Change settings of a run from its current step on; recorded in its config's schedule.

        A running one applies them a moment later, at the step it has reached by then.

        Args:
            run_id: the run.
            changes: new values by dotted name, of settings that are declared editable.

        Raises:
            ConfigError: a setting cannot change while a run trains, or its value is wrong.
            LimitError: the rest would take longer than this server allows.
        """
        with self.database.write() as db:
            run = self._single(db, run_id)
            if run.status == model.FINISHED:
                raise RunStateError("This run is finished; its settings can no longer change.")
            if run.status == model.RUNNING:
                config = ask_for(db, run, changes)
            else:
                config = run.config.with_edit(run.step, changes)
                write_config(db, run_id, config)
            self.limits.check(resolve(config), start=run.step)

    def _single(self, db: sa.Connection, run_id: str) -> Run:
        """A single training, locked."""
        run = next(job for job in self._hold(db, run_id) if job.id == run_id)
        if not isinstance(run, Run):
            raise RunStateError(
                "This run is repeated with several seeds, which are at different steps. Only a "
                "run with one seed can be stepped or changed mid-run."
                if run.kind == model.GROUP
                else "This job is not a training; it can be neither stepped nor changed mid-run."
            )
        return run


def _queue_steps(db: sa.Connection, run: Run, until: int) -> None:
    """Put a run into the queue to do the steps until one, then pause again."""
    queued = {"status": model.QUEUED, "reason": "", "want": "", "queued_at": time.time()}
    change(db, run.id, priority=schema.SINGLE_STEPS, until_step=until, **queued)
