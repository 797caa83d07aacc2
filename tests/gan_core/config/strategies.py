"""Configs for property tests: any values of any settings that go together."""

import numpy as np
from hypothesis import strategies as st

from gan_core import ExperimentConfig
from gan_core.config import declared_params
from gan_core.config.schedule import MOST_STEPS
from gan_core.data.drawing import encode

DECLARED = declared_params()
DRAWN = encode(np.random.default_rng(0).uniform(-1, 1, (500, 2)))


EDITABLE = [path for path, p in DECLARED.items() if p.editable]


def values_of(param):
    match param.kind:
        case "int":
            return st.integers(int(param.low), int(param.high))
        case "float":
            return st.floats(param.low, param.high)
        case "choice":
            return st.sampled_from(list(param.choices()))
        case "set":
            return st.lists(st.sampled_from(list(param.choices())), unique=True)
        case "names":  # any: parsing touches no data
            return st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=4)
        case "text":
            return st.sampled_from(["", DRAWN])
        case "ints":
            entry = st.integers(int(param.low), int(param.high))
            return st.lists(entry, max_size=param.max_length)
        case "edits":
            free = {p: values_of(DECLARED[p]) for p in EDITABLE if p != "loss.label_smoothing"}
            sets = st.fixed_dictionaries({}, optional=free).filter(bool)
            steps = st.dictionaries(st.integers(0, MOST_STEPS), sets, max_size=4)
            return steps.map(lambda s: [{"step": n, "set": s[n]} for n in s])


@st.composite
def changes(draw):
    """Values of any settings that go together."""
    choices = {path: values_of(DECLARED[path]) for path in ("loss.name", "penalties")}
    chosen = draw(st.fixed_dictionaries({}, optional=choices))
    in_force = ExperimentConfig().with_values(chosen).flat()
    free = {path: values_of(DECLARED[path]) for path in in_force if path not in choices}
    return chosen | draw(st.fixed_dictionaries({}, optional=free))


configs = changes().map(ExperimentConfig().with_values)
