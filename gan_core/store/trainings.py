"""What users request of one training: single steps, new settings from here on."""

import time
from collections.abc import Mapping

import sqlalchemy as sa

from gan_core.errors import RunStateError
from gan_core.problem import resolve
from gan_core.store import model, schema
from gan_core.store.edits import ask_for, write_config
from gan_core.store.model import Run
from gan_core.store.rows import change
from gan_core.store.steering import Steering

MAX_ADVANCE = 1000  # steps at once: others may be waiting for the slot


class Trainings(Steering):
    """Advance, edit."""

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
            queued = {"status": model.QUEUED, "reason": "", "want": "", "queued_at": time.time()}
            change(db, run_id, priority=schema.SINGLE_STEPS, until_step=until, **queued)

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
