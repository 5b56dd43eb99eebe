"""Figures with intervals, and two sets of answers to the same rows measured on the same draws of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from modelyard.core import intervals
from modelyard.core.protocols import Placed, Spanned
from modelyard.evaluate import drawn
from modelyard.evaluate import rows as measuring
from modelyard.evaluate.rows import Rows, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats

__all__ = [
    "Figure",
    "Gap",
    "Rows",
    "Term",
    "Verdict",
    "gap",
    "gaps",
    "measured",
    "samples",
    "spans",
    "told_apart",
    "undrawn",
]

Verdict: TypeAlias = Literal["better", "worse", "not distinguishable"]
UNKNOWN = (math.nan, math.nan)


@dataclass(frozen=True)
class Figure:
    """A value with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Gap:
    """What `difference` there is between two figures, its 95% interval, and what that says of the first."""

    theirs: float
    difference: float
    low: float
    high: float
    verdict: Verdict


def measured(rows: Rows, asked: Sequence[tuple[Metric, Floats]]) -> list[Figure]:
    """Each metric of some answers with its interval: its own where it has one, else from draws that all share."""
    terms = [(Term(metric, answers),) for metric, answers in asked]
    return spans(rows, terms)


def undrawn(rows: Rows, metric: Metric, answers: Floats) -> Figure | None:
    """A metric of answers [rows, outputs] with its own interval; None where draws must tell it."""
    term = Term(metric, answers)
    value = measuring.value(rows, [term])
    ends = _undrawn(rows, [term], value)
    return None if ends is None else Figure(value, *ends)


def gap(rows: Rows, metric: Metric, mine: Floats, theirs: Floats) -> Gap:
    """Measure both answers, [rows, outputs], and their difference on the same draws."""
    return gaps(rows, [(metric, mine, theirs)])[0]


def gaps(rows: Rows, asked: Sequence[tuple[Metric, Floats, Floats]]) -> list[Gap]:
    """For each metric what difference there is between the first answers and the second, on draws that all share."""
    found = spans(rows, [(Term(metric, mine), Term(metric, theirs, -1)) for metric, mine, theirs in asked])
    return [
        Gap(
            rows.figure(metric, theirs),
            each.value,
            each.low,
            each.high,
            told_apart(each.low, each.high, higher_is_better=metric.higher_is_better),
        )
        for (metric, _, theirs), each in zip(asked, found, strict=True)
    ]


def spans(rows: Rows, asked: Sequence[Sequence[Term]]) -> list[Figure]:
    """Sums of terms with their intervals; draws are made only for those that know no way without."""
    values = [measuring.value(rows, terms) for terms in asked]
    known = [_undrawn(rows, terms, value) for terms, value in zip(asked, values, strict=True)]
    found = iter(drawn.draws(rows, [terms for terms, ends in zip(asked, known, strict=True) if ends is None]))
    return [
        Figure(value, *(ends or _ends(rows, terms, value, next(found))))
        for terms, value, ends in zip(asked, values, known, strict=True)
    ]


def samples(rows: Rows, asked: Sequence[Sequence[Term]]) -> list[Floats]:
    """Sums of terms on the same draws of rows, [resamples] each; NaN where one is not defined."""
    return [each.figures for each in drawn.draws(rows, asked)]


def _ends(rows: Rows, terms: Sequence[Term], value: float, found: drawn.Drawn) -> tuple[float, float]:
    """The interval that draws give: by their distance in standard errors, or else corrected for bias and skew."""
    if found.spreads is not None and (counts := terms[0].counts(rows)) is not None:
        products = counts.T @ counts
        sums = np.concatenate([counts.sum(axis=0), products.ravel()])[None]
        error = float(drawn.spread(terms[0], sums, np.ones(1))[0])
        ends = intervals.studentised(found.figures, found.spreads, value, error)
        if ends is not None:
            return ends
    return intervals.accelerated(found.figures, value, _left_out(rows, terms), int((rows.weight > 0).sum()))


def _left_out(rows: Rows, terms: Sequence[Term]) -> Floats | None:
    """The sum of terms without each row, [rows]; None where that would take as many measurements."""
    found = np.zeros(len(rows.truth))
    for term in terms:
        counts = term.counts(rows)
        if counts is None:
            return None
        found += term.sign * term.of(counts.sum(axis=0) - counts, rows.weight.sum() - rows.weight)
    return found


def _undrawn(rows: Rows, terms: Sequence[Term], value: float) -> tuple[float, float] | None:
    """The interval of a sum of terms where it can be had without a draw."""
    if math.isnan(value):
        return UNKNOWN
    if len(terms) == 1:
        return _span(rows, terms[0])
    moved = _moves(rows, terms)
    if moved is None:
        return None
    spread = math.sqrt(float((moved**2).sum()))
    if spread > 0 or value == 0:
        reach = intervals.Z95 * spread
        return value - reach, value + reach
    return _apart(rows, terms, value)


def _span(rows: Rows, term: Term) -> tuple[float, float] | None:
    if not isinstance(term.metric, Spanned):
        return None
    return term.metric.span(rows.truth, term.answers, rows.weight)


def _moves(rows: Rows, terms: Sequence[Term]) -> Floats | None:
    """How far each row moves the sum of terms, [rows], where every term knows that."""
    found = np.zeros(len(rows.truth))
    for term in terms:
        each = term.metric.moves(rows.truth, term.answers) if isinstance(term.metric, Placed) and rows.alike else None
        if each is None:
            return None
        found += term.sign * each
    return found


def _apart(rows: Rows, terms: Sequence[Term], value: float) -> tuple[float, float] | None:
    """A sum that no row moves, such as of a model without a mistake: by its terms' own ends (Zou and Donner 2008)."""
    below = above = 0.0
    for term in terms:
        ends, alone = _span(rows, term), rows.figure(term.metric, term.answers)
        if ends is None:
            return None
        down, up = alone - ends[0], ends[1] - alone
        below += (term.sign * (down if term.sign > 0 else up)) ** 2
        above += (term.sign * (up if term.sign > 0 else down)) ** 2
    return value - math.sqrt(below), value + math.sqrt(above)


def told_apart(low: float, high: float, *, higher_is_better: bool) -> Verdict:
    """What the interval of a difference says of what was measured first."""
    if low > 0 or high < 0:
        return "better" if (low > 0) == higher_is_better else "worse"
    return "not distinguishable"
