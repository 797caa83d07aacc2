"""The scores of a trained generator, always asked in the same way so that they can be compared."""

from gan_core.metrics import ScoreReport, evaluate
from gan_core.randomness import Stream, stream
from gan_core.training import TrainedGenerator


def score(
    generator: TrainedGenerator, n: int | None = None, seed: int | None = None
) -> ScoreReport:
    """Hold generated rows against the real ones, beside the noise floor.

    Args:
        generator: what to judge.
        n: how many rows to draw; None draws as many as there are real ones, which is what a run's
            own scores are of.
        seed: where their noise starts; None takes the run's evaluation stream.
    """
    table = generator.config.table()
    fake = generator.rows(table.n_rows if n is None else n, seed)
    rng = stream(generator.config.seed, Stream.EVALUATION, 1)
    return evaluate(table.values, fake, table.features, rng=rng)
