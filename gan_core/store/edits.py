"""Changes of a run's settings, written to its record. Both sides of the store use this.

The caller must hold the run's row lock (see `gan_core.store.rows`).
"""

import json
import logging
from collections.abc import Mapping

import sqlalchemy as sa

from gan_core.config import ExperimentConfig
from gan_core.errors import ConfigError
from gan_core.store.model import Run
from gan_core.store.rows import change
from gan_core.store.schema import jobs, trainings

log = logging.getLogger(__name__)


def write_config(db: sa.Connection, run_id: str, config: ExperimentConfig) -> None:
    """Make a config the run's."""
    change(db, run_id, spec=json.dumps(config.to_dict()))


def ask_for(db: sa.Connection, run: Run, changes: Mapping[str, object]) -> ExperimentConfig:
    """Leave a change for the worker of a running run, which applies it at its next step.

    Returns what the config is then, about.
    """
    before = db.scalar(sa.select(trainings.c.edit).where(trainings.c.job_id == run.id))
    asked = {**json.loads(before or "{}"), **changes}
    config = run.config.with_edit(run.step, asked)
    change(db, run.id, edit=json.dumps(asked))
    return config


def take_up(db: sa.Connection, run_id: str) -> None:
    """Write the requested change into the run's config, at its current step."""
    columns = (jobs.c.spec, jobs.c.progress, trainings.c.edit)
    both = sa.select(*columns).join(trainings, trainings.c.job_id == jobs.c.id)
    run = db.execute(both.where(jobs.c.id == run_id)).one_or_none()
    if run is None or run.edit is None:
        return
    try:
        asked = json.loads(run.edit)
        config = ExperimentConfig.from_json(run.spec).with_edit(run.progress, asked)
        write_config(db, run_id, config)
    except ConfigError as error:  # it was checked when requested; now the record is full
        log.warning("run %s: %s", run_id, error)
    change(db, run_id, edit=None)
