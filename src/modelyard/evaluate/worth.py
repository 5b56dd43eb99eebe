"""Is the large model worth it? What models' answers to the same rows say, beside what they cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.core import events, intervals
from modelyard.core.types import Floats
from modelyard.core.worth import Alternative, Figure, Lead
from modelyard.economics import cost
from modelyard.evaluate import pairs
from modelyard.evaluate.pairs import told_apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.protocols import Metric
    from modelyard.evaluate.score import Measured

ALONE = 1 - intervals.COVERAGE


@dataclass(frozen=True)
class Judged:
    """Every metric of a model's answers; `drawn` [resamples] is the first one on each draw of the rows."""

    figures: tuple[Figure, ...]
    drawn: Floats
    higher_is_better: bool

    @property
    def quality(self) -> float:
        """The first metric, higher where it is better; NaN where it is not defined."""
        value = self.figures[0].value
        return math.nan if value is None else value if self.higher_is_better else -value


def judged(measured: Measured, metrics: Mapping[str, Metric], seed: int) -> Judged:
    """Every metric on all rows; one seed draws the same rows for each model, so that their draws are paired."""
    rows = measured.rows(seed)
    events.step("measuring", 0, len(metrics))
    asked = [(metric, measured.judged(metric, measured.answers)) for metric in metrics.values()]
    figures = [
        Figure(name, *map(_known, (each.value, each.low, each.high)))
        for name, each in zip(metrics, pairs.measured(rows, asked), strict=True)
    ]
    (drawn,) = pairs.samples(rows, [(pairs.Term(*asked[0]),)])
    events.step("measuring", len(metrics), len(metrics))
    return Judged(tuple(figures), drawn, asked[0][0].higher_is_better)


def leads(models: Mapping[str, Judged], over: str) -> dict[str, Lead]:
    """The lead of each model over one of them, which has none over itself."""
    coverage = 1 - ALONE / max(len(models) - 1, 1)
    theirs = models[over]
    found = {}
    for name, mine in models.items():
        if name == over:
            continue
        low, high = intervals.interval(mine.drawn - theirs.drawn, coverage)
        verdict = told_apart(low, high, higher_is_better=mine.higher_is_better)
        values = mine.figures[0].value, theirs.figures[0].value
        difference = values[0] - values[1] if values[0] is not None and values[1] is not None else None
        found[name] = Lead(over, difference, _known(low), _known(high), verdict)
    return found


def best(models: Mapping[str, Judged]) -> str:
    """The name of the model that the rows speak best of, the first of equals."""
    return max(models, key=lambda name: -math.inf if math.isnan(models[name].quality) else models[name].quality)


def frontier(lines: Sequence[Alternative], *, higher_is_better: bool) -> list[Alternative]:
    """The lines that no other beats at the same cost or less, from cheap to dear (Pareto), chance left aside."""
    sign = 1 if higher_is_better else -1
    kept: list[Alternative] = []
    for line in sorted(_known_lines(lines), key=lambda line: (line.cost, -sign * (line.value or 0.0))):
        if not kept or sign * (line.value or 0.0) > sign * (kept[-1].value or 0.0):
            kept.append(line)
    return kept


def verdict(lines: Sequence[Alternative]) -> str:
    """Whether the chosen model is worth its price, in a sentence.

    It is where it is better, beyond chance, than each that costs less; a cost within a quarter of another is no other
    cost. The cheapest model that cannot be told from the best is named too.
    """
    chosen = next(line for line in lines if line.chosen)
    known = _known_lines(lines)
    if chosen.value is None or len(known) < 2:
        return f"whether {chosen.name} is worth it cannot be said: {_metric(chosen)} is not defined on these rows"
    cheaper = [line for line in known if line.cost < chosen.cost and not cost.same(line.cost, chosen.cost)]
    rivals = [line for line in cheaper if _verdict(line.over_chosen) != "worse"]
    least = _least(known, chosen)
    if rivals:
        rival = least if least in rivals else min(rivals, key=lambda line: line.cost)
        said, named = _not_worth(chosen, rival), rival
    elif cheaper:
        rival = min(cheaper, key=lambda line: abs(line.over_chosen.difference or 0.0) if line.over_chosen else 0.0)
        said, named = _worth(chosen, rival), chosen
    else:
        said, named = f"none of the {len(lines)} models compared costs less to ask than {chosen.name}", chosen
        if _verdict(chosen.over_best) != "worse":
            said += ", and none is better beyond chance"
    return said + _tail(chosen, named, least, known)


def _worth(chosen: Alternative, rival: Alternative) -> str:
    return (
        f"{chosen.name} is worth it: {_metric(chosen)} {_number(chosen.value)} against {_number(rival.value)} for "
        f"{rival.name}, better by {_by(rival.over_chosen)}, at {cost.beside(chosen.cost, rival.cost)} of a prediction"
    )


def _not_worth(chosen: Alternative, rival: Alternative) -> str:
    beside = f"{_metric(chosen)} {_number(rival.value)} against {_number(chosen.value)}"
    how = (
        f"is better by {_by(rival.over_chosen)}"
        if _verdict(rival.over_chosen) == "better"
        else "cannot be told from it"
    )
    price = cost.beside(rival.cost, chosen.cost)
    return f"{chosen.name} is not worth it: {rival.name} {how} ({beside}), at {price} of a prediction"


def _tail(chosen: Alternative, named: Alternative, least: Alternative, known: Sequence[Alternative]) -> str:
    """What is better than the chosen model all the same, and what is as good as the best for the least."""
    said = ""
    top = next(line for line in known if line.over_best is None)
    if top is not named and _verdict(chosen.over_best) == "worse":
        price = cost.beside(top.cost, chosen.cost)
        said = f"; {top.name} is better than {chosen.name} by {_by(chosen.over_best)}, at {price}"
    if least is chosen:
        return said
    if least is named:
        return f"{said}; it is the cheapest that cannot be told from the best"
    return f"{said}; the cheapest that cannot be told from the best is {least.name}"


def _least(known: Sequence[Alternative], chosen: Alternative) -> Alternative:
    """The cheapest that is not worse than the best beyond chance; the chosen one among equals."""
    good = [line for line in known if _verdict(line.over_best) != "worse"]
    least = min(good, key=lambda line: line.cost)
    return chosen if chosen in good and cost.same(least.cost, chosen.cost) else least


def _known_lines(lines: Sequence[Alternative]) -> list[Alternative]:
    return [line for line in lines if line.value is not None]


def _verdict(lead: Lead | None) -> str:
    return "" if lead is None else lead.verdict


def _by(lead: Lead | None) -> str:
    """How far, and between what and what, whichever way."""
    if lead is None or lead.difference is None or lead.low is None or lead.high is None:
        return "an unknown amount"
    low, high = sorted((abs(lead.low), abs(lead.high)))
    return f"{_number(abs(lead.difference))} ({_number(low)} to {_number(high)})"


def _metric(line: Alternative) -> str:
    return line.figures[0].metric


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:.6g}"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
