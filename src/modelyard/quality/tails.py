"""The tails of a column's numbers: what lies beyond them, and how lopsided they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from modelyard.quality import codes as coded

if TYPE_CHECKING:
    from modelyard.core.types import Flags, Floats, Ints

FEWEST = 50  # numbers that have a tail to speak of
TAIL = 0.1  # share of the numbers that are one
SLACK = 1.5  # times an exponential tail's scale, as that is itself an estimate
HEAVY = 1.1  # times the deciles of an exponential tail from which it is a heavy one


def beyond(found: Floats, chance: float) -> Ints:
    """The rows that lie beyond a tail with at most this chance: [rows] with NaN to [outliers].

    The upper tail is the tenth above a threshold u, the lower one the same of the numbers turned round. Excesses x - u
    of an exponential tail have the scale of their median over ln 2; those of a power law do so by their logarithms,
    ln x - ln u (Hill 1975). Which of both a tail is, its own quantiles say: of an exponential one the ninth decile of
    the excesses is log2(10) times the median, of a heavier one more. Beyond it is what lies so far out that the largest
    of the tail's k would be there with a probability k exp(-excess / scale) below `chance`. Medians and deciles are not
    moved by what they are to find.
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
    known = coded.scaled(found[~np.isnan(found)])
    spread = known.std() if len(known) else 0.0
    return float(((known - known.mean()) ** 3).mean() / spread**3) if spread > 0 else 0.0


def _above(distance: Floats, chance: float) -> Flags:
    """Which distances from the middle lie beyond the upper tail, [rows] bool."""
    threshold = float(np.quantile(distance, 1 - TAIL))
    spread = float(np.quantile(np.abs(distance), 0.5))
    base = max(threshold, spread)
    if base <= 0:
        return np.zeros(len(distance), dtype=bool)
    tail = distance[distance > base]
    if len(tail) < 5:
        return np.zeros(len(distance), dtype=bool)
    limit = math.log(len(tail) / chance) / math.log(2)
    plain, power = tail - base, np.log(tail / base)
    middle, ninth = np.quantile(plain, [0.5, 0.9])
    if ninth > HEAVY * math.log2(10) * middle:
        bound = base * math.exp(min(limit * float(np.median(power)), 700))
    else:
        bound = base + SLACK * limit * float(middle)
    out: Flags = distance > bound
    return out
