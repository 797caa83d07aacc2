"""The history that a store has of a run, as a whole: the product reads it in parts."""

import numpy as np
import pandas as pd

from gan_core.store.database import Database
from gan_core.store.history import between, extent
from gan_core.store.model import Run
from gan_core.training.events import history_frame


def losses(database: Database, run_id: str, after: int = 0) -> tuple[int, np.ndarray]:
    """The number of the first stored step after a step, and all from there on."""
    whole = extent(database, run_id)
    first = max(whole.first, after + 1)
    return first, between(database, run_id, first, whole.last, whole.n_columns)


def history(database: Database, run: Run) -> pd.DataFrame:
    """Every stored step of a run as the training's own table."""
    first_step, rows = losses(database, run.id)
    return history_frame(rows, first_step, run.steps_per_epoch, run.config.columns)
