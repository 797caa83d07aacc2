"""What scores mean, in words that need no prior knowledge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gan_core.metrics.base import METRICS
from gan_core.metrics.report import ScoreReport

N_ = str  # marks a sentence for translation where it stands

CONSTANT = 0.05  # of the real rows' spread: less is nearly the same value in every row
NARROW = 0.7  # of it: less is seen in the histograms

COLLAPSED = N_("Collapsed: all generated rows are nearly the same.")
PARTLY_COLLAPSED = N_("Partly collapsed: nearly the same value in all generated rows of {columns}.")
MODE_MISSING = N_("Mode collapse: 1 of {modes} modes is missing.")
MODES_MISSING = N_("Mode collapse: {missing} of {modes} modes are missing.")
GOOD = N_("Good: {n} of {n} scores cannot tell the generated rows from real ones.")
FAIR = N_("Fairly good: {k} of {n} scores cannot tell the generated rows from real ones.")
POOR = N_("Not good yet: only {k} of {n} scores cannot tell the generated rows from real ones.")
HOPELESS = N_("Not good: every one of {n} scores can tell the generated rows from real ones.")

# The same in a word or two, for tables; the levels by their names.
IN_A_WORD = {"good": N_("good"), "fair": N_("fairly good"), "poor": N_("not good")}
COLLAPSE, INCOMPLETE = N_("collapsed"), N_("modes missing")

ONE_TRICK = N_(
    "The generator always makes one row that the discriminator accepts; a lower learning rate "
    "often helps."
)
NO_ROW_THERE = N_("The real rows form {modes} clouds; no generated row lies in the missing ones.")
OF_ALL = N_("Of all {n} scores, {k} cannot tell the generated rows from real ones.")
AS_HALVES = N_(
    "They differ from the real rows no more than one half of the real rows differs from the other."
)
TOLD_BY = N_("Those that can: {scores}.")
FURTHEST = N_("Furthest from the real rows is {column}.")
TOO_NARROW = N_("The generated rows vary too little: {percent} % as much as the real ones.")


@dataclass(frozen=True)
class Sentence:
    """A sentence with places for values; a page translates both it and its labels.

    Attributes:
        template: the sentence in English.
        values: what to put in: numbers, names of columns, and tuples of metrics' labels.
    """

    template: str
    values: Mapping[str, int | str | tuple[str, ...]] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The whole sentence."""
        filled = {
            name: ", ".join(map(translate, value)) if isinstance(value, tuple) else value
            for name, value in self.values.items()
        }
        return translate(self.template).format(**filled)


@dataclass(frozen=True)
class Verdict:
    """Whether generated rows are good, and why.

    Attributes:
        level: how good.
        headline: the verdict in one sentence.
        reasons: what it rests on, the most important first.
        word: the verdict in a word or two.
    """

    level: Literal["good", "fair", "poor"]
    headline: Sentence
    reasons: tuple[Sentence, ...]
    word: str


def judge(report: ScoreReport) -> Verdict:
    """What the scores of at least half as many generated rows as real ones mean.

    A collapse comes first, then missing modes, then how many scores find a difference that chance
    does not explain.
    """
    shrunk = [name for name, spread in report.spread.items() if spread < CONSTANT]
    if shrunk and len(shrunk) == len(report.spread):
        return Verdict("poor", Sentence(COLLAPSED), (Sentence(ONE_TRICK),), COLLAPSE)
    n = len(report.scores)
    k = sum(score.within_floor for score in report.scores.values())
    count = {"k": k, "n": n}
    why = _why(report)
    if shrunk:
        headline = Sentence(PARTLY_COLLAPSED, {"columns": _listed(shrunk)})
        return Verdict("poor", headline, (Sentence(OF_ALL, count), *why), COLLAPSE)
    if missing := _missing_modes(report):
        template = MODE_MISSING if missing["missing"] == 1 else MODES_MISSING
        reasons = (Sentence(NO_ROW_THERE, missing), Sentence(OF_ALL, count), *why)
        return Verdict("poor", Sentence(template, missing), reasons, INCOMPLETE)
    if k == n:
        level, template, why = "good", GOOD, (Sentence(AS_HALVES),)
    elif 2 * k >= n:
        level, template = "fair", FAIR
    else:
        level, template = "poor", POOR if k else HOPELESS
    return Verdict(level, Sentence(template, count), why, IN_A_WORD[level])


def _why(report: ScoreReport) -> tuple[Sentence, ...]:
    """Which scores find a difference, and where it is largest."""
    found = tuple(METRICS[n].label for n, score in report.scores.items() if not score.within_floor)
    few = 0 < len(found) <= len(report.scores) / 2
    reasons = [Sentence(TOLD_BY, {"scores": found})] if few else []
    spread = sum(report.spread.values()) / len(report.spread) if report.spread else 1.0
    if found and spread < NARROW:
        reasons.append(Sentence(TOO_NARROW, {"percent": round(100 * spread)}))
    moves = report.scores["wasserstein"]
    if not moves.within_floor:
        column = max(moves.per_feature, key=moves.per_feature.__getitem__)
        reasons.append(Sentence(FURTHEST, {"column": column}))
    return tuple(reasons)


def _missing_modes(report: ScoreReport) -> dict[str, int]:
    """How many modes have no generated row, and of how many; empty if none is missing."""
    for score in report.scores.values():
        if score.out_of and (missing := round((1 - score.overall) * score.out_of)):
            return {"missing": missing, "modes": score.out_of}
    return {}


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
