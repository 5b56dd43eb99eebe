"""How far two groups lie apart, by the interval that each has alone: their rows are others, so chance is too.

The squared distances of the ends of a difference are sums of those of both ends (MOVER: Zou and Donner 2008, equation
3; of two shares it is Newcombe's 1998, method 10), and a ratio has its ends where a difference `one - ratio * other`
would hold 0 (Donner and Zou 2012). Two groups without a mistake are not sure to be alike, as they are to
resamples of their rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelyard.core import intervals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.evidence import Apart
    from modelyard.evaluate.pairs import Figure

UNKNOWN = (math.nan, math.nan)
# The ends of two intervals are both right in 95% of cases where each is this much farther away than it is alone.
BOTH = intervals.NORMAL.inv_cdf(1 - (1 - intervals.COVERAGE) / 4) / intervals.Z95


def span(figures: Sequence[tuple[Figure, Figure]], kind: Apart) -> tuple[float, float] | None:
    """The 95% interval of how far two groups lie apart, of their figures in one metric, or in both of equalized odds.

    Of one metric it has a sign: the group with the larger figure stands first in the difference, and below in the
    ratio, and where 0 (a ratio's: 1) is inside it is not certain which group has more.

    Of two metrics, it is where the worse of them lies, whichever that is and whichever group has more by it. It is at
    most as bad as the worse of both worse ends: that bound is wrong only where the truly worse metric's own is. But it
    is at least as bad as both better ends say: for both to be right, each is moved away as far as two need it
    (Bonferroni). (NaN, NaN) where a figure is not defined, or a ratio of what may be negative or of nothing by nothing;
    None where a ratio has no bound, as the larger figure may be 0.
    """
    each = [_of(one, other, kind) for one, other in figures]
    if any(math.isnan(low) for _, low, _ in each):
        return UNKNOWN
    if any(math.isinf(high) for _, _, high in each):
        return None
    if len(each) == 1:
        return each[0][1:]
    if kind == "difference":
        least = max(value - BOTH * (value - low) for value, low, _ in each)
        return max(least, -1.0), max(max(high, -low) for _, low, high in each)
    most = min(value + BOTH * (high - value) for value, _, high in each)
    return min(min(low, 1 / high) for _, low, high in each), most


def _of(one: Figure, other: Figure, kind: Apart) -> tuple[float, float, float]:
    """How far two groups lie apart in one metric, and the ends of that."""
    less, more = sorted((one, other), key=lambda figure: figure.value)
    if kind == "difference":
        return difference(more, less)
    return ratio(less, more)


def difference(one: Figure, other: Figure) -> tuple[float, float, float]:
    """`one - other`, low and high."""
    value = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    return value, value - below, value + above


def ratio(one: Figure, other: Figure) -> tuple[float, float, float]:
    """`one / other`, low and high, of figures that are not negative; NaN where the other is 0.

    Written so that nothing is taken away from what it nearly is.
    """
    if not (one.value >= 0 and other.value > 0):
        return (math.nan, *UNKNOWN)
    product = one.value * other.value
    low_one, high_one = (end * (2 * one.value - end) for end in (max(one.low, 0.0), one.high))
    low_other, high_other = (end * (2 * other.value - end) for end in (max(other.low, 0.0), other.high))
    root = math.sqrt(max(product**2 - low_one * high_other, 0.0))
    low = low_one / (product + root) if product + root > 0 else 0.0
    root = math.sqrt(max(product**2 - high_one * low_other, 0.0))
    high = (product + root) / low_other if low_other > 0 else math.inf
    return one.value / other.value, low, high
