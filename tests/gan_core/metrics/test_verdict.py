"""What the scores of real trainings are said to mean."""

import re
from dataclasses import replace

import numpy as np
import pytest

from gan_core import train
from gan_core.data import load_table
from gan_core.metrics import METRICS, ScoreReport, evaluate, judge
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


def in_words(report, rate=0.0):
    found = judge(report, rate)
    why = " ".join(said.text() for said in (found.advice, *found.reasons))
    return found.level, found.headline.text(), why


def test_other_rows_of_the_same_kind_are_good():
    rows = load_table("breast_cancer", ()).values
    order = np.random.default_rng(1).permutation(len(rows))
    halves = np.array_split(rows[order], 2)
    names = [f"f{i}" for i in range(rows.shape[1])]
    level, headline, why = in_words(evaluate(*halves, names))
    assert level == "good"
    assert headline == (
        "Good: by all 6 scores the generated rows are indistinguishable from real ones."
    )
    assert "no more than one half of the real rows" in why


def test_the_tutorial_gets_better_with_training(configured):
    """After 100 epochs all scores see a difference; after 10,000 few of them or none."""
    level, headline, why = in_words(score(list(train(configured(epochs=100)))[-1].generator))
    assert level == "poor"
    assert headline.startswith("Not good yet: 6 of 6 scores see a difference between generated")
    assert re.search(r"They vary only \d\d % as much as the real rows: train longer\.$", why)
    *_, end = train(configured({"training.engine": "auto"}, epochs=10_000))
    assert in_words(score(end.generator))[0] in ("good", "fair")


def off_by(report, n_off, column):
    """The report with so many scores that see a difference, in one column alone."""
    scores = {}
    for i, (name, one) in enumerate(report.scores.items()):
        floor = one.floor
        features = {f: floor.per_feature[f].median for f in one.per_feature}
        bad = -1.0 if METRICS[name].goal == "max" else 9.0
        if i < n_off and features:
            features[column] = bad
        overall = bad if i < n_off else floor.overall.median
        scores[name] = replace(one, overall=overall, per_feature=features, out_of=0)
    return replace(report, scores=scores)


@pytest.mark.parametrize(
    ("n_off", "level", "said"),
    [
        (1, "fair", "by 9 of 10 scores .* the other one still sees a difference"),
        (4, "fair", "by 6 of 10 scores .* the other 4 still see a difference"),
        (5, "poor", "Not good yet: 5 of 10 scores see a difference"),
        (10, "poor", "Not good yet: 10 of 10 scores see a difference"),
    ],
)
def test_it_is_fairly_good_only_if_most_scores_see_no_difference(ring, n_off, level, said):
    table, report = ring
    names = list(METRICS)
    base = report(table.values)
    by_column = [n for n in names if base.scores[n].per_feature]
    order = {n: base.scores[n] for n in [*by_column, *names]}  # those with a column first
    found, headline, why = in_words(off_by(replace(base, scores=order), n_off, "y"))
    assert found == level
    assert re.search(said, headline)
    assert headline.endswith(", most of it in y.")
    assert why.startswith("Train longer if the scores under Quality still get better; if not, try")
    off = ", ".join(METRICS[name].label for name in list(order)[:n_off])
    assert why.endswith(f"A difference is seen by: {off}.") == (n_off < 10)


def test_a_difference_of_the_table_as_a_whole_is_in_no_column(ring):
    table, report = ring
    base = report(table.values)
    order = {n: base.scores[n] for n in ["correlation", *METRICS]}
    _, headline, why = in_words(off_by(replace(base, scores=order), 1, "y"))
    assert headline.endswith("the other one still sees a difference.")
    assert "A difference is seen by: Correlations." in why


def test_a_collapse_at_a_high_rate_is_called_one(configured):
    *_, end = train(configured({**RATE, "training.engine": "auto"}, epochs=2000))
    level, headline, why = in_words(score(end.generator), end.generator.config.optimizer.highest)
    assert level == "poor"
    assert headline == "Collapsed: all generated rows are nearly the same."
    assert why.startswith("The learning rate of 0.1 is high: try 0.01.")
    assert "Try a lower learning rate" in in_words(score(end.generator), 0.001)[2]


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
    ("gone", "said"),
    [
        (1, "7; missing: #1 (2, 0)."),
        (2, "6; missing: #1 (2, 0), #2 (1.41, 1.41)."),
        (6, "2; missing: #1 (2, 0), #2 (1.41, 1.41), #3 (0, 2), #4 (-1.41, 1.41) and 2 more."),
    ],
)
def test_missing_modes_come_before_all_scores(ring, gone, said):
    table, report = ring
    nearest = np.linalg.norm(table.values[:, None] - table.modes.centres, axis=2).argmin(axis=1)
    level, headline, why = in_words(report(table.values[nearest >= gone]))
    assert level == "poor"
    clouds = "of the 8 clouds (modes) that the real rows form, the generated rows reach"
    assert headline == f"Mode collapse: {clouds} {said}"
    assert re.search(r"By \d of 10 scores the generated rows are indistinguishable", why)


def test_all_modes_with_the_right_rows_are_good(ring):
    table, report = ring
    level, headline, why = in_words(report(table.values))
    assert level == "good"
    assert "all 10 scores" in headline
    assert "All 8 clouds (modes) that the real rows form are reached." in why


def test_a_report_of_an_older_version_is_judged_without_the_spread(ring):
    table, report = ring
    now = report(table.values[:300])
    record = now.to_dict()
    del record["spread"], record["missing"]
    record["scores"] = dict(reversed(record["scores"].items()))
    old = ScoreReport.from_dict(record)
    assert list(old.scores) == list(now.scores)
    assert judge(old) == judge(now)


def test_sentences_and_labels_are_translated(ring):
    table, report = ring
    found = judge(report(table.values * [1, 1.02]))
    assert found.level == "fair"
    *_, said = (reason.text(lambda words: f"¤{words}") for reason in found.reasons)
    assert said == "¤A difference is seen by: ¤High-quality rows, ¤KS statistic."
    assert "¤, most of it in y" in found.headline.text(lambda words: f"¤{words}")


def test_of_an_older_report_it_is_not_known_which_modes_are_missing(ring):
    table, report = ring
    old = replace(report(table.values[table.values[:, 0] < 1.9]), missing={})
    assert in_words(old)[1].endswith("the generated rows reach 7.")
