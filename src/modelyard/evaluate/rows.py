"""Rows that are measured, and what is measured on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Counted, Metric
from modelyard.core.types import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence


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

    def taken(self, rows: npt.NDArray[Any]) -> Rows:
        """Some of the rows: [rows] bool, or the places of those wanted."""
        return Rows(self.truth[rows], self.weight[rows], self.seed)

    def figure(self, metric: Metric, answers: Floats, drawn: Floats | float = 1.0) -> float:
        """A metric of rows that were drawn so many times; NaN where nothing that was drawn has a weight."""
        return figure_of(metric, self.truth, answers, self.weight, drawn)


@dataclass(frozen=True)
class Term:
    """A metric of some answers [rows, outputs], which is added so many times, or with a `sign` of -1 taken away."""

    metric: Metric
    answers: Floats
    sign: float = 1

    def counts(self, rows: Rows) -> Floats | None:
        """What the rows add to sums by their weights, [rows, sums]; None where the metric is no function of sums."""
        if not isinstance(self.metric, Counted):
            return None
        return rows.weight[:, None] * self.metric.counts(rows.truth, self.answers, rows.weight)

    def of(self, sums: Floats, mass: Floats) -> Floats:
        """Figures [...] of sums [..., sums] over rows that weigh `mass`; NaN where nothing has a weight."""
        if not isinstance(self.metric, Counted):
            raise TypeError(f"{type(self.metric).__name__} is no function of sums")
        return np.asarray(np.where(mass > 0, self.metric.of(sums), math.nan))


def value(rows: Rows, terms: Sequence[Term]) -> float:
    """The sum of terms on all rows."""
    return sum(term.sign * rows.figure(term.metric, term.answers) for term in terms)


def figure_of(
    metric: Metric, truth: npt.NDArray[Any], answers: Floats, weight: Floats, drawn: Floats | float = 1.0
) -> float:
    """A metric of rows that were drawn so many times; NaN where nothing that was drawn has a weight."""
    weighed = weight * drawn
    return metric(truth, answers, weighed) if weighed.any() else math.nan
