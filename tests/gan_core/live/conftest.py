import json

import pytest

from gan_core.live import film, sample, scores  # noqa: F401 - each enters its questions
from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS


@pytest.fixture
def ask(store):
    """The answer to a question as the viewer computes it: ``ask("film", of=attempt, after=3)``.

    What it keeps, it keeps for one test.
    """
    kept = Kept(2**25)

    def asked(kind, of, **what):
        parts = QUESTIONS[kind](store, kept, run=getattr(of, "run_id", of), **what)
        return json.loads(b"".join(part.data for part in parts))

    return asked
