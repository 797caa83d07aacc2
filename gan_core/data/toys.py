"""Toys: distributions in the plane on which a GAN can be watched.

Their rows are sampled once, from a stream of their own that no run's seed affects, and rounded to
four decimals, so that they are the same on every machine.
"""

from collections.abc import Callable
from zlib import crc32

import numpy as np

from gan_core.data.modes import Modes
from gan_core.data.sources import DATA_SOURCES, Source
from gan_core.randomness import Stream, stream

N_ROWS = 1000
FEATURES = ("x", "y")
DECIMALS = 4  # sines may differ in their last bits between machines, and so the sign of a 0
SEED = 0

Draw = Callable[[np.random.Generator], np.ndarray]


def toy(
    name: str, title: str, description: str, credit: str = "", modes: Modes | None = None
) -> Callable[[Draw], Draw]:
    """Register a distribution as a data set: the decorated function samples (N_ROWS, 2)."""

    def enter(draw: Draw) -> Draw:
        def read() -> tuple[np.ndarray, np.ndarray]:
            # Indexed by the name's checksum: a new toy does not change the rows of the others.
            rows = draw(stream(SEED, Stream.TOYS, crc32(name.encode())))
            return np.round(rows, DECIMALS) + 0.0, np.zeros(len(rows), dtype=int)

        credit_or_own = credit or "Computed by GAN Forge, Apache-2.0"
        source = Source(title, description, credit_or_own, (), FEATURES, read, modes)
        DATA_SOURCES.add(name, source)
        return draw

    return enter


def _mixture(modes: Modes, rng: np.random.Generator) -> np.ndarray:
    """Equally many rows of each mode, in turn."""
    centres = modes.centres[_turns(len(modes.centres))]
    return centres + modes.sigma * rng.standard_normal((N_ROWS, 2))


def _turns(n_parts: int) -> np.ndarray:
    """The part each row belongs to: 0, 1, ..., 0, 1, ...; (N_ROWS,)."""
    return np.arange(N_ROWS) % n_parts


def _on_circle(angle: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(angle), np.sin(angle)])


GAUSSIANS = Modes(np.array([[-1.0, -0.5], [1.0, 0.5]]), 0.2)
RING = Modes(2.0 * _on_circle(2 * np.pi * np.arange(8) / 8), 0.02)
GRID = Modes(np.array([[x, y] for x in (-4.0, -2, 0, 2, 4) for y in (-4.0, -2, 0, 2, 4)]), 0.05)


@toy("line", "Line", "1,000 points scattered closely around a straight line: the easiest toy.")
def line(rng: np.random.Generator) -> np.ndarray:
    """The segment y = x / 2, x uniform in [-1, 1]; y with noise of standard deviation 0.03."""
    x = rng.uniform(-1, 1, N_ROWS)
    return np.column_stack([x, x / 2 + 0.03 * rng.standard_normal(N_ROWS)])


@toy(
    "gaussians",
    "Two Gaussians",
    "1,000 points in two round clouds: does G find both and leave the space between them empty?",
    modes=GAUSSIANS,
)
def gaussians(rng: np.random.Generator) -> np.ndarray:
    """Two Gaussians at (-1, -0.5) and (1, 0.5), standard deviation 0.2."""
    return _mixture(GAUSSIANS, rng)


@toy(
    "ring",
    "Ring",
    "1,000 points in eight tiny clouds on a circle, the classic test for mode collapse.",
    "Metz et al. (2017), arXiv:1611.02163; computed by GAN Forge, Apache-2.0",
    RING,
)
def ring(rng: np.random.Generator) -> np.ndarray:
    """Eight Gaussians with standard deviation 0.02, evenly on a circle of radius 2.

    Metz, Poole, Pfau, Sohl-Dickstein, "Unrolled Generative Adversarial Networks", ICLR 2017,
    arXiv:1611.02163 (appendix A). PacGAN (arXiv:1712.04086) has the radius 1 and the deviation
    0.01: the same picture at half the size, which looks the same to a GAN, since it sees
    the rows scaled to [-1, 1]. The first mode lies at (2, 0), the others follow anticlockwise,
    125 rows each.
    """
    return _mixture(RING, rng)


@toy(
    "grid",
    "Grid",
    "1,000 points in twenty-five tiny clouds, five by five: how many of them does G forget?",
    "Srivastava et al. (2017), arXiv:1705.07761; computed by GAN Forge, Apache-2.0",
    GRID,
)
def grid(rng: np.random.Generator) -> np.ndarray:
    """Twenty-five Gaussians with standard deviation 0.05, 5 x 5, spaced by 2.

    Their centres are all (x, y) with x and y in {-4, -2, 0, 2, 4}; 40 rows each. Srivastava,
    Valkov, Russell, Gutmann, Sutton, "VEEGAN: Reducing Mode Collapse in GANs using Implicit
    Variational Learning", NeurIPS 2017, arXiv:1705.07761; with the same numbers Lin, Khetan,
    Fanti, Oh, "PacGAN", NeurIPS 2018, arXiv:1712.04086 (variance 0.0025).
    """
    return _mixture(GRID, rng)


@toy("spirals", "Spirals", "1,000 points on two spirals that wind around each other.")
def spirals(rng: np.random.Generator) -> np.ndarray:
    """Two Archimedean spirals of one and a half turns and radius 1, the second turned by 180°.

    The angle's square is uniform, which spreads the points almost evenly along the arms; noise of
    standard deviation 0.02. After Lang, Witbrock, "Learning to Tell Two Spirals Apart", 1988.
    """
    share = np.sqrt(rng.uniform(0, 1, N_ROWS))[:, np.newaxis]
    arm = share * _on_circle(3 * np.pi * share[:, 0])
    side = np.where(_turns(2) == 0, 1.0, -1.0)[:, np.newaxis]
    return side * arm + 0.02 * rng.standard_normal((N_ROWS, 2))


@toy("moons", "Moons", "1,000 points on two interleaving half circles.")
def moons(rng: np.random.Generator) -> np.ndarray:
    """Two half circles of radius 1, like scikit-learn's ``make_moons``.

    The upper one centred at (0, 0), the lower one at (1, 0.5); noise of standard deviation 0.05.
    """
    arc = _on_circle(rng.uniform(0, np.pi, N_ROWS))
    lower = np.array([1.0, 0.5]) - arc
    rows = np.where((_turns(2) == 0)[:, np.newaxis], arc, lower)
    return rows + 0.05 * rng.standard_normal((N_ROWS, 2))


@toy(
    "circles",
    "Three circles",
    "1,000 points on three circles that do not touch: G is one continuous map, so it has to tear.",
)
def circles(rng: np.random.Generator) -> np.ndarray:
    """Three circles of radius 0.5, their centres evenly on a circle of radius 1, one on top.

    Noise of standard deviation 0.02. The gap between two of them is about 0.73 wide.
    """
    centres = _on_circle(np.pi / 2 + 2 * np.pi * np.arange(3) / 3)[_turns(3)]
    around = 0.5 * _on_circle(rng.uniform(0, 2 * np.pi, N_ROWS))
    return centres + around + 0.02 * rng.standard_normal((N_ROWS, 2))
