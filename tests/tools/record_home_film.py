"""Record the film on Home: the tutorial's run, seen in two features.

    python tests/tools/record_home_film.py

writes pages/assets/film.json: frames of generated points (fixed noise) and of D's output on the
plane of the two features, the others at their mean; one byte a number, base64.
"""

import base64
import json
from pathlib import Path

import numpy as np

from gan_core import ExperimentConfig, train
from gan_core.networks.running import Player
from gan_core.problem import Problem, resolve
from gan_core.training import Checkpoint, Progress

OUT = Path(__file__).parents[2] / "pages" / "assets" / "film.json"
FEATURES = (0, 1)  # sepal length and width: a cloud with a slope that one sees G learn
N_FRAMES, N_POINTS, GRID = 72, 60, 24
MARGIN = 1.15  # the plane reaches a little beyond the real rows' range of [-1, 1]


def main() -> None:
    problem = resolve(ExperimentConfig())
    table, scaled, total = problem.table, problem.x_real, problem.total_steps
    # Dense at first, when most happens.
    wanted = np.unique((np.linspace(0, 1, N_FRAMES) ** 2 * (total - 1)).astype(int) + 1).tolist()
    plane = plane_rows(scaled)
    frames = []
    for event in train(problem, chunk_seconds=0.0):
        if isinstance(event, Progress) and wanted and event.step >= wanted[0]:
            frames.append(frame(problem, event.checkpoint(), plane, event.epoch))
            wanted = [step for step in wanted if step > event.step]
    film = {
        "features": [table.features[i] for i in FEATURES],
        "low": [float(table.values[:, i].min()) for i in FEATURES],
        "high": [float(table.values[:, i].max()) for i in FEATURES],
        "margin": MARGIN,
        "grid": GRID,
        "epochs": problem.config.training.epochs,
        "real": packed(scaled[:, FEATURES]),
        "frames": frames,
    }
    OUT.write_text(json.dumps(film, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(frames)} frames, {OUT.stat().st_size / 1024:.0f} KB")


def plane_rows(scaled: np.ndarray) -> np.ndarray:
    """Rows (GRID * GRID, n_features) on the plane of the two features, the others at their mean."""
    ticks = np.linspace(-MARGIN, MARGIN, GRID, dtype=np.float32)
    rows = np.tile(scaled.mean(axis=0), (GRID * GRID, 1))
    rows[:, FEATURES[0]], rows[:, FEATURES[1]] = np.tile(ticks, GRID), np.repeat(ticks, GRID)
    return rows


def frame(
    problem: Problem, checkpoint: Checkpoint, plane: np.ndarray, epoch: int
) -> dict[str, object]:
    """One moment of the training."""
    z = np.random.default_rng(7).standard_normal((N_POINTS, 10), dtype=np.float32)
    points = Player(problem.generator, checkpoint.part("generator"))(z)[:, FEATURES]
    output = Player(problem.discriminator, checkpoint.part("discriminator"))(plane)[:, 0]
    return {
        "epoch": epoch,
        "points": packed(points),
        "output": base64.b64encode((output * 255).astype(np.uint8).tobytes()).decode(),
    }


def packed(points: np.ndarray) -> str:
    """Coordinates in [-MARGIN, MARGIN] as bytes."""
    scaled = (np.clip(points / MARGIN, -1, 1) + 1) / 2 * 255
    return base64.b64encode(scaled.round().astype(np.uint8).tobytes()).decode()


if __name__ == "__main__":
    main()
