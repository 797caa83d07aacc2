"""The random numbers, in the same blocks as in GAN Forge."""

from gan_core.config import ExperimentConfig
from gan_core.export.course import adds_noise, changes, drawing, mixes, several_updates
from gan_core.export.part import Part
from gan_core.problem import Problem
from gan_core.randomness import Stream
from gan_core.training import draws

_STREAM = '''\
def stream(purpose, *block):
    """Random numbers for one purpose; they depend only on the seed, the purpose and the block."""
    key = np.random.SeedSequence(SEED, spawn_key=(purpose, *block))
    return np.random.Generator(np.random.SFC64(key))'''
_ORDERS = '''\
def row_orders():
    """The order of the rows in each epoch."""
    for block in count():
        sorted_rows = np.tile(np.arange(len(x_real)), ({epochs}, 1))  # (epochs, rows)
        yield from stream(ORDER, block).permuted(sorted_rows, axis=1)'''
_DRAWN = '''\
def {name}():
    """{what}"""
    shape = ({steps}, {shape})
    for block in count():
        yield from stream({purpose}, block).{draw}(shape, dtype=np.float32)'''
# When N_CRITIC changes, so does the size of a block, and drawing restarts in the middle of one.
_AT_ONCE = '''\
def at_once(numbers):
    """The number of steps in one block of random numbers, if each step needs this many."""
    return max(1, min({most}, {numbers:_} // numbers))'''
_DRAWN_FROM = '''\
def {name}(step):
    """{what}"""
    steps = at_once({needs})
    shape = (steps, {shape})
    for block in count(step // steps):
        drawn = stream({purpose}, block).{draw}(shape, dtype=np.float32)
        yield from drawn[max(0, step - block * steps) :]'''

_ROWS = "min(BATCH_SIZE, len(x_real))"


def random_part(problem: Problem) -> Part:
    """The streams of random numbers."""
    config = problem.config
    order = draws.BatchOrder(config.seed, problem.n_rows, config.training.batch_size)
    uses = {
        "WEIGHTS": Stream.INIT,
        "ORDER": Stream.ORDER,
        "NOISE": Stream.NOISE,
        "SAMPLE": Stream.EVALUATION,
        **({"MIXING": Stream.PENALTY} if mixes(config) else {}),
        **({"ROW_NOISE": Stream.INPUT_NOISE} if adds_noise(config) else {}),
        **({"MASKS": Stream.DROPOUT} if drawing(config) else {}),
    }
    at_once = _AT_ONCE.format(
        most=draws.MAX_STEPS_PER_NOISE_BLOCK, numbers=draws.NUMBERS_PER_NOISE_BLOCK
    )
    blocks = [
        f"{', '.join(uses)} = {', '.join(str(int(use)) for use in uses.values())}  # purposes",
        _STREAM,
        _ORDERS.format(epochs=order.epochs_per_block),
        *([at_once] if changes(config, "training.n_critic") else []),
        _noise(problem),
        *([_mixing(problem)] if mixes(config) else []),
        *([_row_noise(problem)] if adds_noise(config) else []),
    ]
    return Part(
        "Random numbers",
        "One seed determines everything random. Each purpose has a stream of its own, drawn "
        "in blocks, so the numbers are those of GAN Forge, and so are the losses.",
        "\n\n\n".join(blocks),
        ("from itertools import count",),
    )


def _noise(problem: Problem) -> str:
    config = problem.config
    passes = "N_CRITIC + 1" if several_updates(config) else "2"
    return _drawn(config).format(
        name="noise",
        what="The z of each step: one for every update of D, the last one for G.",
        purpose="NOISE",
        draw="standard_normal",
        steps=draws.noise_of(config, problem.n_rows).steps_per_block,
        needs=f"({passes}) * {_ROWS} * LATENT_DIM",
        shape=f"{passes}, {_ROWS}, LATENT_DIM",
    )


def _mixing(problem: Problem) -> str:
    config = problem.config
    return _drawn(config).format(
        name="mixing",
        what="For the penalty: the real row's share in each mixture, one for every update of D.",
        purpose="MIXING",
        draw="random",
        steps=draws.noise_of(config, problem.n_rows).steps_per_block,
        needs=f"(N_CRITIC + 1) * {_ROWS} * LATENT_DIM",  # blocks are as long as those of the z
        shape=f"{'N_CRITIC' if several_updates(config) else '1'}, {_ROWS}",
    )


def _row_noise(problem: Problem) -> str:
    config = problem.config
    passes = "N_CRITIC + 1" if several_updates(config) else "2"
    return _drawn(config).format(
        name="row_noise",
        what="Noise on what D sees, for every update of D and for G's: on real rows, on fakes.",
        purpose="ROW_NOISE",
        draw="standard_normal",
        steps=draws.input_noise_of(config, *problem.x_real.shape).steps_per_block,
        needs=f"({passes}) * 2 * {_ROWS} * x_real.shape[1]",
        shape=f"{passes}, 2, {_ROWS}, x_real.shape[1]",
    )


def _drawn(config: ExperimentConfig) -> str:
    return _DRAWN_FROM if changes(config, "training.n_critic") else _DRAWN
