"""How many of the modes a generator reaches, and how many of its rows hit one."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gan_core.data.modes import Modes
from gan_core.metrics.base import METRICS, Metric
from gan_core.metrics.checks import FloatArray
from gan_core.registry import register

RADIUS = 3.0  # standard deviations within which a row belongs to a mode, as in VEEGAN and PacGAN


@register(METRICS, "modes_covered")
@partial(
    Metric,
    name="modes_covered",
    label="Modes covered",
    help=(
        "How many of the clouds that the real rows come from the generator reaches. A cloud "
        "counts as covered if at least one generated row lies within "
        f"{RADIUS:g} standard deviations of its centre. 1 means all of them; fewer is mode "
        "collapse. More rows find more clouds, so compare equal numbers of rows. It does not "
        "show whether the clouds get equally many rows (see the joint KL for that), nor what "
        "lies between them."
    ),
    goal="max",
    low=0.0,
    high=1.0,
    unit="",
    per_feature=False,
    needs="modes",
    counts_modes=True,
)
def modes_covered(fake: FloatArray, modes: Modes) -> FloatArray:
    """The share of modes that are nearest to at least one high-quality row.

    A row is of high quality within three standard deviations of the nearest centre. Srivastava et
    al., "VEEGAN", NeurIPS 2017, arXiv:1705.07761, section 5.1 (there of 2,500 rows, as a count).

    Args:
        fake: (m, d), in original units.
        modes: k of them, d features.

    Returns:
        The share, (), in [0, 1], a multiple of 1/k; 1 is best.
    """
    return np.asarray(len(_covered(fake, modes)) / len(modes.centres))


def missing_modes(fake: FloatArray, modes: Modes) -> dict[str, list[float]]:
    """The centres that `modes_covered` does not count, rounded, by their number from 1."""
    covered = _covered(fake, modes)
    centres = (np.round(modes.centres, 2) + 0.0).tolist()
    return {f"{i + 1}": centre for i, centre in enumerate(centres) if i not in covered}


def _covered(fake: FloatArray, modes: Modes) -> set[int]:
    nearest, is_good = _nearest(fake, modes)
    return set(nearest[is_good].tolist())


@register(METRICS, "high_quality")
@partial(
    Metric,
    name="high_quality",
    label="High-quality rows",
    help=(
        "The share of generated rows that lie within "
        f"{RADIUS:g} standard deviations of the centre of a cloud that the real rows come "
        "from. Not even a perfect generator reaches 1: in the plane, a share of 0.011 of the real "
        "rows lies further out too. It does not show whether all clouds are reached: a "
        "generator that has collapsed to a single good row scores 1."
    ),
    goal="max",
    low=0.0,
    high=1.0,
    unit="",
    per_feature=False,
    needs="modes",
)
def high_quality(fake: FloatArray, modes: Modes) -> FloatArray:
    """The share of rows within three standard deviations of the nearest mode's centre.

    Srivastava et al., "VEEGAN", NeurIPS 2017, arXiv:1705.07761, section 5.1; Lin et al., "PacGAN",
    NeurIPS 2018, arXiv:1712.04086. In the plane a perfect generator scores 1 - exp(-9/2) = 0.989.

    Args:
        fake: (m, d), in original units.
        modes: k of them, d features.

    Returns:
        The share, (), in [0, 1]; 1 is best.
    """
    return np.asarray(_nearest(fake, modes)[1].mean())


def _nearest(fake: FloatArray, modes: Modes) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The number of each row's nearest mode, (m,), and whether the row is of high quality, (m,)."""
    apart = np.linalg.norm(fake[:, np.newaxis] - modes.centres, axis=2)  # (m, k)
    return apart.argmin(axis=1), apart.min(axis=1) <= RADIUS * modes.sigma
