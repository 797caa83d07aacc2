"""What the scores of real trainings are said to mean."""

import re
from dataclasses import replace

import numpy as np
import pytest

from gan_core import train
from gan_core.data import load_table
from gan_core.metrics import ScoreReport, evaluate, judge
from gan_core.problem import resolve
from gan_core.scoring import floor_of, score

RATE = {"optimizer.lr_g": 0.1, "optimizer.lr_d": 0.1}
RING = {"data.source": "ring", "data.classes": []}


@pytest.fixture(scope="module")
def ring(configured):
    """The ring's rows, and what scores generated ones."""
    config = configured(RING)
    table = resolve(config).table

    def report(fake):
        floor = floor_of(config.data)
        return evaluate(table.values, fake, table.features, floor=floor, modes=table.modes)

    return table, report


def in_words(report):
    found = judge(report)
    return found.level, found.headline.text(), " ".join(r.text() for r in found.reasons)


def test_other_rows_of_the_same_kind_are_good():
    rows = load_table("breast_cancer", ()).values
    order = np.random.default_rng(1).permutation(len(rows))
    halves = np.array_split(rows[order], 2)
    names = [f"f{i}" for i in range(rows.shape[1])]
    level, headline, why = in_words(evaluate(*halves, names))
    assert level == "good"
    assert headline == "Good: 6 of 6 scores cannot tell the generated rows from real ones."
    assert "no more than one half of the real rows" in why


def test_the_tutorial_gets_better_with_training(configured):
    """Of 100 epochs one sees nothing yet; after 10,000 most scores find no difference."""
    level, headline, why = in_words(score(list(train(configured(epochs=100)))[-1].generator))
    assert level == "poor"
    assert headline.startswith("Not good: every one of 6 scores can tell")
    assert "vary too little" in why
    *_, end = train(configured({"training.engine": "auto"}, epochs=10_000))
    level, headline, why = in_words(score(end.generator))
    assert level == "fair"
    # Which scores they are depends on the last bits of the numbers, and so on the processor.
    assert re.match("Fairly good: [345] of 6 scores cannot tell the generated rows", headline)
    assert why.startswith("Those that can: ")


def test_a_collapse_at_a_high_rate_is_called_one(configured):
    *_, end = train(configured({**RATE, "training.engine": "auto"}, epochs=2000))
    level, headline, why = in_words(score(end.generator))
    assert level == "poor"
    assert headline == "Collapsed: all generated rows are nearly the same."
    assert "lower learning rate" in why


def test_a_column_of_one_value_is_a_partial_collapse(ring):
    table, report = ring
    fake = table.values.copy()
    fake[:, 1] = 0.5
    level, headline, _ = in_words(report(fake))
    assert level == "poor"
    assert headline.startswith("Partly collapsed")
    assert table.features[1] in headline
    assert table.features[0] not in headline


@pytest.mark.parametrize(
    ("gone", "said"), [(1, "1 of 8 modes is missing"), (2, "2 of 8 modes are missing")]
)
def test_missing_modes_come_before_all_scores(ring, gone, said):
    table, report = ring
    nearest = np.linalg.norm(table.values[:, None] - table.modes.centres, axis=2).argmin(axis=1)
    level, headline, why = in_words(report(table.values[nearest >= gone]))
    assert level == "poor"
    assert headline == f"Mode collapse: {said}."
    assert "8 clouds" in why
    assert "Of all 10 scores" in why


def test_all_modes_with_the_right_rows_are_good(ring):
    table, report = ring
    level, headline, _ = in_words(report(table.values))
    assert level == "good"
    assert "10 of 10" in headline


def test_a_report_of_an_older_version_is_judged_without_the_spread(ring):
    table, report = ring
    now = report(table.values[:300])
    record = replace(now, spread={}).to_dict()
    del record["spread"]
    record["scores"] = dict(reversed(record["scores"].items()))
    old = ScoreReport.from_dict(record)
    assert list(old.scores) == list(now.scores)
    assert judge(old) == judge(now)


def test_sentences_and_labels_are_translated(ring):
    table, report = ring
    found = judge(report(table.values * [1, 1.02]))
    assert found.level == "fair"
    (said,) = (reason.text(lambda words: f"¤{words}") for reason in found.reasons)
    assert said == "¤Those that can: ¤High-quality rows, ¤KS statistic."
