"""What scores mean, in words that need no prior knowledge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gan_core.metrics.base import METRICS
from gan_core.metrics.report import Score, ScoreReport

N_ = str  # marks a sentence for translation where it stands

CONSTANT = 0.05  # of the real rows' spread: less is nearly the same value in every row
NARROW = 0.7  # of it: less is seen in the histograms
CLEAR = 0.6  # of the whole difference: a column with it has most of it
HIGH_RATE = 0.01  # a learning rate above this is the first suspect
PLACES = 4  # missing modes told by their places; the others are counted

COLLAPSED = N_("Collapsed: all generated rows are nearly the same.")
PARTLY_COLLAPSED = N_("Partly collapsed: nearly the same value in all generated rows of {columns}.")
MODES_MISSING = N_(
    "Mode collapse: of the {modes} clouds (modes) that the real rows form, the generated rows "
    "reach {reached}{where}."
)
GOOD = N_("Good: by all {n} scores the generated rows are indistinguishable from real ones.")
FAIR = N_(
    "Fairly good: by {k} of {n} scores the generated rows are indistinguishable from real ones; "
    "the other {m} still see a difference{where}."
)
FAIR_BUT_ONE = N_(
    "Fairly good: by {k} of {n} scores the generated rows are indistinguishable from real ones; "
    "the other one still sees a difference{where}."
)
POOR = N_(
    "Not good yet: {m} of {n} scores see a difference between generated and real rows{where}."
)
MOST_IN, LARGEST_IN = N_(", most of it in {column}"), N_(", the largest in {column}")
MISSING, AND_MORE = N_("; missing: {places}"), N_("; missing: {places} and {more} more")

# The same in a word or two, for tables; the levels by their names.
IN_A_WORD = {"good": N_("good"), "fair": N_("fairly good"), "poor": N_("not good")}
COLLAPSE, INCOMPLETE = N_("collapsed"), N_("modes missing")

SLOWER = N_("The learning rate of {rate} is high: try {lower}.")
FIND_VARIETY = N_("Try a lower learning rate, or some noise on D's inputs.")
FIND_MODES = N_("Train longer, or with wider networks.")
WIDER = N_("They vary only {percent} % as much as the real rows: train longer.")
LONGER = N_(
    "Train longer if the scores under Quality still get better; if not, try a lower learning rate."
)
REPEAT = N_("Train it with several seeds: one good run may be luck.")

ALL_REACHED = N_("All {modes} clouds (modes) that the real rows form are reached.")
OF_ALL = N_("By {k} of {n} scores the generated rows are indistinguishable from real ones.")
AS_HALVES = N_(
    "They differ from the real rows no more than one half of the real rows differs from the other."
)
TOLD_BY = N_("A difference is seen by: {scores}.")


@dataclass(frozen=True)
class Sentence:
    """A sentence with places for values; a page translates both it and its labels.

    Attributes:
        template: the sentence in English.
        values: what to put in: numbers, names of columns, tuples of metrics' labels, and clauses.
    """

    template: str
    values: Mapping[str, "int | str | tuple[str, ...] | Sentence"] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The whole sentence."""

        def word(value: "int | str | tuple[str, ...] | Sentence") -> int | str:
            if isinstance(value, Sentence):
                return value.text(translate)
            return ", ".join(map(translate, value)) if isinstance(value, tuple) else value

        filled = {name: word(value) for name, value in self.values.items()}
        return translate(self.template).format(**filled) if self.template else ""


@dataclass(frozen=True)
class Verdict:
    """Whether generated rows are good, what to try next, and why.

    Attributes:
        level: how good.
        headline: the verdict in one sentence.
        advice: what to try next, in one short sentence.
        reasons: what the verdict rests on, the most important first.
        word: the verdict in a word or two.
    """

    level: Literal["good", "fair", "poor"]
    headline: Sentence
    advice: Sentence
    reasons: tuple[Sentence, ...]
    word: str


def judge(report: ScoreReport, rate: float = 0.0) -> Verdict:
    """What the scores of at least half as many generated rows as real ones mean.

    A collapse comes first, then missing modes, then how many scores find a difference that chance
    does not explain.

    Args:
        report: the scores.
        rate: the higher learning rate of the two players; 0 if it is not known.
    """
    off = [score for score in report.scores.values() if not score.within_floor]
    n, m = len(report.scores), len(off)
    count = {"k": n - m, "n": n, "m": m}
    told = Sentence(TOLD_BY, {"scores": tuple(METRICS[score.metric].label for score in off)})
    facts = (Sentence(OF_ALL, count), *([told] if m < n else []))
    slower = Sentence(SLOWER, {"rate": f"{rate:g}", "lower": f"{rate / 10:g}"})
    slower = slower if rate > HIGH_RATE else None
    if shrunk := [name for name, spread in report.spread.items() if spread < CONSTANT]:
        headline = Sentence(PARTLY_COLLAPSED, {"columns": _listed(shrunk)})
        if len(shrunk) == len(report.spread):
            headline = Sentence(COLLAPSED)
        return Verdict("poor", headline, slower or Sentence(FIND_VARIETY), facts, COLLAPSE)
    modes, missing = _modes(report)
    if missing:
        where = {"modes": modes, "reached": modes - missing, "where": _places(report, missing)}
        headline = Sentence(MODES_MISSING, where)
        return Verdict("poor", headline, slower or Sentence(FIND_MODES), facts, INCOMPLETE)
    reached = (Sentence(ALL_REACHED, {"modes": modes}),) if modes else ()
    if not off:
        why = (*reached, Sentence(AS_HALVES))
        return Verdict("good", Sentence(GOOD, count), Sentence(REPEAT), why, IN_A_WORD["good"])
    # Half of the scores are no majority: what they miss, the other half sees.
    level, template = ("fair", FAIR_BUT_ONE if m == 1 else FAIR) if m < n - m else ("poor", POOR)
    headline = Sentence(template, {**count, "where": _where(off)})
    why = (*reached, *([told] if m < n else []))
    return Verdict(level, headline, slower or _longer(report), why, IN_A_WORD[level])


def _where(off: Sequence[Score]) -> Sentence:
    """The column in which these scores see the most, as a clause; of the table as a whole, none.

    Each score counts the same: by the part of what it sees beyond the middle of its noise floor.
    """
    parts: dict[str, float] = {}
    seen = 0
    for score in off:
        sign = -1 if METRICS[score.metric].goal == "max" else 1
        middle = score.floor.per_feature
        beyond = {
            name: max(0.0, sign * (value - middle[name].median))
            for name, value in score.per_feature.items()
        }
        if total := sum(beyond.values()):
            seen += 1
            for name, part in beyond.items():
                parts[name] = parts.get(name, 0.0) + part / total
    if len(parts) < 2:
        return Sentence("")
    column = max(parts, key=parts.__getitem__)
    clause = MOST_IN if parts[column] > CLEAR * seen else LARGEST_IN
    return Sentence(clause, {"column": column})


def _longer(report: ScoreReport) -> Sentence:
    spread = sum(report.spread.values()) / len(report.spread) if report.spread else 1.0
    if spread < NARROW:
        return Sentence(WIDER, {"percent": round(100 * spread)})
    return Sentence(LONGER)


def _modes(report: ScoreReport) -> tuple[int, int]:
    """How many modes there are, 0 if that is not known, and how many have no generated row."""
    for score in report.scores.values():
        if score.out_of:
            return score.out_of, round((1 - score.overall) * score.out_of)
    return 0, 0


def _places(report: ScoreReport, missing: int) -> Sentence:
    """Which modes are missing, as a clause; older reports do not know."""
    told = list(report.missing.items())[:PLACES]
    if not told:
        return Sentence("")
    point = ", ".join
    places = point(f"#{number} ({point(f'{x:g}' for x in place)})" for number, place in told)
    more = missing - len(told)
    return Sentence(AND_MORE if more else MISSING, {"places": places, "more": more})


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
