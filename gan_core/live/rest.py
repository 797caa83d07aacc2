"""Whether a game has ended in a draw: both losses near their equilibrium."""

import numpy as np

from gan_core.objectives.base import Equilibrium
from gan_core.store import history
from gan_core.store.model import FINISHED, Run
from gan_core.store.store import Store

SHARE = 0.1  # of the steps, the last ones, over which losses are averaged: one step is too noisy
NEAR = 0.06  # of the equilibrium


def draw_of(store: Store, run: Run) -> tuple[float, float] | None:
    """D's and G's loss at the equilibrium, if the last losses of a run were near both on average.

    None if they were not, if the objective has no such values, or if the run has not come to its
    end: untrained networks begin near them. Of a group, all members' were.
    """
    if run.status != FINISHED:
        return None
    now = run.config.at(run.step)
    d_loss, g_loss = now.loss.equilibria(now.penalties)
    members = store.members(run) if run.is_group else [run]
    if not d_loss or not g_loss or not all(member.step for member in members):
        return None
    if not all(_is_near(store, member, (d_loss, g_loss)) for member in members):
        return None
    return d_loss.value, g_loss.value


def _is_near(store: Store, run: Run, rest: tuple[Equilibrium, Equilibrium]) -> bool:
    counts, sums = history.running_sums(store.database, run.id)
    end = counts[-1]
    begin = (1 - SHARE) * end
    wanted = np.array([equilibrium.value for equilibrium in rest])
    before = [np.interp(begin, counts, column) for column in sums.T[:2]]
    means = (sums[-1, :2] - before) / (end - begin)
    return bool((np.abs(means - wanted) <= NEAR * np.abs(wanted)).all())
