"""What a report tells beside its scores: what changed rows take from the model, and what it costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelyard.cli import show
from modelyard.core import energy
from modelyard.core.amounts import size_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from modelyard.core.evidence import Cost, Energy, Folds, FoldScore, Stress

KILO = 1000.0


def stress(lines: Sequence[Stress]) -> None:
    """What each metric loses when rows arrive changed."""
    if lines:
        heads = ("when rows come with", "in", "metric", "is", "difference", "95% interval")
        show.block([_changed(line) for line in lines], *heads)


def folds(told: Folds | None) -> None:
    """Each metric over the folds, and of all rows that were held out."""
    if told is None:
        return
    again = f", {told.repeats} times" if told.repeats > 1 else ""
    show.line(f"{told.folds} folds by {told.by}{again}: the whole plan fitted anew in each, every choice inside it")
    heads = (
        "metric",
        "mean of folds",
        "95% interval",
        "least",
        "most",
        f"out of fold, {told.rows} rows",
        "95% interval",
    )
    show.table([_folded(score) for score in told.scores], *heads)


def cost(told: Cost | None) -> None:
    """Two lines: energy, emissions and money; time and size."""
    if told is None:
        return
    show.line(f"training took {_energy(told.training, told)}; a thousand predictions {_energy(told.thousand, told)}")
    show.line(
        f"a row takes {told.p50:.3g} ms at p50, {told.p99:.3g} ms at p99; the bundle {size_told(told.size)}; "
        f"a million predictions {told.million:.3g} {told.currency}"
    )
    show.line(f"energy is an estimate, emissions by the grid {told.grid}: cost.method in report.json says how", "dim")
    show.line("")


def _changed(line: Stress) -> list[str | Text]:
    span = f"{show.figure(line.low, '+')} to {show.figure(line.high, '+')}"
    return [line.perturbation, line.on, line.metric, show.figure(line.value), show.figure(line.difference, "+"), span]


def _folded(score: FoldScore) -> list[str | Text]:
    known = [each for each in score.each if not math.isnan(each)] or [math.nan]
    ends = (score.low, score.high), (score.out_of_fold_low, score.out_of_fold_high)
    inner, outer = (f"{show.figure(low)} to {show.figure(high)}" for low, high in ends)
    least, most = show.figure(min(known)), show.figure(max(known))
    return [score.metric, show.figure(score.mean), inner, least, most, show.figure(score.out_of_fold), outer]


def _energy(spent: Energy, of: Cost) -> str:
    low, high = energy.told(KILO * spent.low), energy.told(KILO * spent.high)
    price = f"{spent.price:.2g} {of.currency}"
    return f"{energy.told(KILO * spent.kwh)} ({low} to {high}), {_grams(spent.co2e)} CO2e, {price}"


def _grams(grams: float) -> str:
    """Emissions as people say them.

    >>> _grams(0.00042), _grams(3.21), _grams(1234.0)
    ('0.42 mg', '3.21 g', '1.23 kg')
    """
    for unit, size in (("kg", 1000.0), ("g", 1.0)):
        if grams >= size:
            return f"{grams / size:.3g} {unit}"
    return f"{1000 * grams:.3g} mg"
