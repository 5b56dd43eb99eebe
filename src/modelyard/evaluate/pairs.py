"""Two sets of answers to the same rows, measured on the same draws of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy.typing as npt

from modelyard.core import intervals
from modelyard.core.types import Floats

if TYPE_CHECKING:
    from modelyard.core.protocols import Metric

Verdict: TypeAlias = Literal["better", "worse", "not distinguishable"]


@dataclass(frozen=True)
class Rows:
    """What is true of some rows, codes or values [rows], and their weights [rows]; `seed` draws from them."""

    truth: npt.NDArray[Any]
    weight: Floats
    seed: int

    def figure(self, metric: Metric, answers: Floats, drawn: Floats | float = 1.0) -> float:
        """A metric of rows that were drawn so many times; NaN where nothing that was drawn has a weight."""
        return figure_of(metric, self.truth, answers, self.weight, drawn)


@dataclass(frozen=True)
class Gap:
    """What `difference` there is between two figures, its 95% interval, and what that says of the first."""

    theirs: float
    difference: float
    low: float
    high: float
    verdict: Verdict


def gap(rows: Rows, metric: Metric, mine: Floats, theirs: Floats) -> Gap:
    """Measure both answers, [rows, outputs], and their difference on the same draws."""

    def difference(drawn: Floats | float = 1.0) -> float:
        return rows.figure(metric, mine, drawn) - rows.figure(metric, theirs, drawn)

    low, high = intervals.interval(intervals.bootstrap(difference, len(rows.truth), rows.seed))
    verdict = told_apart(low, high, higher_is_better=metric.higher_is_better)
    return Gap(rows.figure(metric, theirs), difference(), low, high, verdict)


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
