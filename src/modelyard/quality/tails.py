"""The tails of a column's numbers: what lies beyond them, and how lopsided they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints

FEWEST = 50  # numbers that have a tail to speak of
TAIL = 0.1  # share of the numbers that are one
SLACK = 2.0  # times the tail's scale that are allowed for, as the scale is itself an estimate


def beyond(found: Floats, chance: float) -> Ints:
    """The rows that lie beyond both tails of all others, each with at most this chance: [rows] with NaN to [outliers].

    The upper tail is the tenth above a threshold u. Were it exponential, excesses x - u would have the scale of their
    median over ln 2; were it a power law, the excesses ln x - ln u would (Hill 1975). What lies so far out that the
    largest of the tail's k would be there with a probability k exp(-excess / scale) below `chance` under both is
    beyond it. A scale by the median is not moved by what it is to find.
    """
    known = np.flatnonzero(~np.isnan(found))
    numbers = found[known]
    if len(numbers) < FEWEST or len(np.unique(numbers)) < 10:
        return known[:0]
    middle = float(np.median(numbers))
    out = _above(numbers - middle, chance) | _above(middle - numbers, chance)
    return known[out]


def skewness(found: Floats) -> float:
    """The third standardized moment, within the numbers that are no outliers' outliers: 0 for what is symmetric."""
    known = found[~np.isnan(found)]
    spread = known.std() if len(known) else 0.0
    return float(((known - known.mean()) ** 3).mean() / spread**3) if spread > 0 else 0.0


def _above(distance: Floats, chance: float) -> np.ndarray:  # type: ignore[type-arg]
    """Which distances from the middle lie beyond the upper tail, [rows] bool."""
    threshold = float(np.quantile(distance, 1 - TAIL))
    spread = float(np.quantile(np.abs(distance), 0.5))
    base = max(threshold, spread)
    if base <= 0:
        return np.zeros(len(distance), dtype=bool)
    tail = distance[distance > base]
    if len(tail) < 5:
        return np.zeros(len(distance), dtype=bool)
    limit = SLACK * math.log(len(tail) / chance) / math.log(2)
    plain = base + limit * float(np.median(tail - base))
    power = base * math.exp(min(limit * float(np.median(np.log(tail / base))), 700))
    out: np.ndarray = distance > max(plain, power)  # type: ignore[type-arg]
    return out
