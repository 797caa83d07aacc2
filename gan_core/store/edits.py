"""Changes of a run's settings, written into its record. Both sides of the store use this."""

import json
import logging
from collections.abc import Mapping

import sqlalchemy as sa

from gan_core.config import ExperimentConfig
from gan_core.errors import ConfigError
from gan_core.store.schema import runs

log = logging.getLogger(__name__)


def write_config(db: sa.Connection, run_id: str, config: ExperimentConfig) -> None:
    """Make a config the run's."""
    text = json.dumps(config.to_dict())
    db.execute(runs.update().where(runs.c.id == run_id).values(config=text))


def ask_for(db: sa.Connection, run: sa.Row, changes: Mapping[str, object]) -> None:  # type: ignore[type-arg]
    """Leave a change for the worker of a running run; it takes it up where it stands by then.

    Raises:
        ConfigError: it could not.
    """
    asked = {**json.loads(run.edit or "{}"), **changes}
    ExperimentConfig.from_json(run.config).with_edit(run.step, asked)
    db.execute(runs.update().where(runs.c.id == run.id).values(edit=json.dumps(asked)))


def take_up(db: sa.Connection, run_id: str) -> None:
    """Write the change that was asked for into the run's config, at the step where it stands."""
    columns = (runs.c.config, runs.c.step, runs.c.edit)
    run = db.execute(sa.select(*columns).where(runs.c.id == run_id)).one_or_none()
    if run is None or run.edit is None:
        return
    try:
        config = ExperimentConfig.from_json(run.config).with_edit(run.step, json.loads(run.edit))
        write_config(db, run_id, config)
    except ConfigError as error:  # it was checked when it was asked for; now the record is full
        log.warning("run %s: %s", run_id, error)
    db.execute(runs.update().where(runs.c.id == run_id).values(edit=None))
