"""Figures with intervals, and two sets of answers to the same rows measured on the same draws of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from modelyard.core import intervals
from modelyard.core.protocols import Counted, Metric, Placed, Spanned
from modelyard.core.types import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict: TypeAlias = Literal["better", "worse", "not distinguishable"]
UNKNOWN = (math.nan, math.nan)


@dataclass(frozen=True)
class Rows:
    """What is true of some rows, codes or values [rows], and their weights [rows]; `seed` draws from them."""

    truth: npt.NDArray[Any]
    weight: Floats
    seed: int

    @property
    def alike(self) -> bool:
        """Whether all rows weigh the same."""
        return bool((self.weight > 0).all() and np.ptp(self.weight) == 0)

    def taken(self, mask: npt.NDArray[Any]) -> Rows:
        """Some of the rows: [rows] bool."""
        return Rows(self.truth[mask], self.weight[mask], self.seed)

    def figure(self, metric: Metric, answers: Floats, drawn: Floats | float = 1.0) -> float:
        """A metric of rows that were drawn so many times; NaN where nothing that was drawn has a weight."""
        return figure_of(metric, self.truth, answers, self.weight, drawn)


@dataclass(frozen=True)
class Term:
    """A metric of some answers [rows, outputs], which is added, or with a `sign` of -1 taken away."""

    metric: Metric
    answers: Floats
    sign: int = 1


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
    values = [sum(term.sign * rows.figure(term.metric, term.answers) for term in terms) for terms in asked]
    known = [_undrawn(rows, terms, value) for terms, value in zip(asked, values, strict=True)]
    drawn = iter(samples(rows, [terms for terms, ends in zip(asked, known, strict=True) if ends is None]))
    weighed = int((rows.weight > 0).sum())
    found = []
    for terms, value, ends in zip(asked, values, known, strict=True):
        given = ends or intervals.accelerated(next(drawn), value, _left_out(rows, terms), weighed)
        found.append(Figure(value, *given))
    return found


def samples(rows: Rows, asked: Sequence[Sequence[Term]]) -> Floats:
    """Sums of terms on the same draws of rows, [asked, resamples]; NaN where one is not defined."""
    found = np.zeros((len(asked), intervals.RESAMPLES))
    if not asked:
        return found
    alone = {(id(term.metric), id(term.answers)): term for terms in asked for term in terms}
    drawn = _drawn(rows, list(alone.values()))
    each = dict(zip(alone, drawn, strict=True))
    for place, terms in enumerate(asked):
        for term in terms:
            found[place] += term.sign * each[id(term.metric), id(term.answers)]
    return found


def _drawn(rows: Rows, terms: Sequence[Term]) -> Floats:
    """Each term's metric on every draw of the rows: [terms, resamples]."""
    found = np.zeros((len(terms), intervals.RESAMPLES))
    parts = [_counts(rows, term) for term in terms]
    slow = [_sorted(rows, term) if part is None else None for term, part in zip(terms, parts, strict=True)]
    columns = np.concatenate([rows.weight[:, None], *(part for part in parts if part is not None)], axis=1)
    start = 0
    for drawn in intervals.chunks(len(rows.truth), rows.seed):
        sums, here, column = drawn @ columns, slice(start, start + len(drawn)), 1
        for place, (term, part, ordered) in enumerate(zip(terms, parts, slow, strict=True)):
            if part is not None:
                found[place, here] = _of(term.metric, sums[:, column : column + part.shape[1]], sums[:, 0])
                column += part.shape[1]
            elif ordered is not None:
                order, there, answers = ordered
                found[place, here] = [there.figure(term.metric, answers, draw[order]) for draw in drawn]
        start += len(drawn)
    return found


def _sorted(rows: Rows, term: Term) -> tuple[Ints, Rows, Floats]:
    """The rows in the order of their answers, which a metric that sorts them a thousand times then does sooner."""
    order = np.argsort(-term.answers[:, -1], kind="stable")
    return order, Rows(rows.truth[order], rows.weight[order], rows.seed), term.answers[order]


def _counts(rows: Rows, term: Term) -> Floats | None:
    """What the rows add to a metric's sums by their weights, [rows, sums]; None where it is no function of sums."""
    if not isinstance(term.metric, Counted):
        return None
    return rows.weight[:, None] * term.metric.counts(rows.truth, term.answers, rows.weight)


def _of(metric: Metric, sums: Floats, mass: Floats) -> Floats:
    """Figures [draws] of sums [draws, sums]; NaN where nothing that was drawn has a weight."""
    if not isinstance(metric, Counted):
        raise TypeError(f"{type(metric).__name__} is no function of sums")
    return np.asarray(np.where(mass > 0, metric.of(sums), math.nan))


def _left_out(rows: Rows, terms: Sequence[Term]) -> Floats | None:
    """The sum of terms without each row, [rows]; None where that would take as many measurements."""
    found = np.zeros(len(rows.truth))
    for term in terms:
        part = _counts(rows, term)
        if part is None:
            return None
        found += term.sign * _of(term.metric, part.sum(axis=0) - part, rows.weight.sum() - rows.weight)
    return found


def _undrawn(rows: Rows, terms: Sequence[Term], value: float) -> tuple[float, float] | None:
    """The interval of a sum of terms where it can be had without a draw."""
    if math.isnan(value):
        return UNKNOWN
    if len(terms) == 1:
        only = terms[0]
        return _span(rows, only)
    moved = _moves(rows, terms)
    if moved is None:
        return None
    spread = math.sqrt(float((moved**2).sum()))
    if spread > 0 or value == 0:
        reach = intervals.NORMAL.inv_cdf(1 - (1 - intervals.COVERAGE) / 2) * spread
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
        below += (down if term.sign > 0 else up) ** 2
        above += (up if term.sign > 0 else down) ** 2
    return value - math.sqrt(below), value + math.sqrt(above)


def figure_of(
    metric: Metric, truth: npt.NDArray[Any], answers: Floats, weight: Floats, drawn: Floats | float = 1.0
) -> float:
    """A metric of rows that were drawn so many times; NaN where nothing that was drawn has a weight."""
    weighed = weight * drawn
    return metric(truth, answers, weighed) if weighed.any() else math.nan


def told_apart(low: float, high: float, *, higher_is_better: bool) -> Verdict:
    """What the interval of a difference says of what was measured first."""
    if low > 0 or high < 0:
        return "better" if (low > 0) == higher_is_better else "worse"
    return "not distinguishable"
