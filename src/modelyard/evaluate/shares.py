"""The interval of a share of hits, and of a mean of several, without a draw.

A share of so many trials is Wilson's. What rises with a share, as F1 = 2 q / (1 + q) does with the share q of true
positives among all rows that are positive or answered so, has its ends at the ends of the share. A mean of shares of
different rows has the squared distances to its ends from theirs (MOVER: Zou and Donner 2008, equation 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import intervals

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.types import Floats


def same(share: float) -> float:
    """The share itself."""
    return share


def span(
    hits: npt.NDArray[Any],
    among: npt.NDArray[Any],
    weight: Floats,
    of: Callable[[float], float] = same,
    apart: float = 1.0,
) -> tuple[float, float]:
    """Low and high of the mean over groups of `of(share)`: `hits` and `among` are [rows] or [rows, groups] of 0 and 1.

    Rows of unequal weights count as fewer: the square of their weights' sum over the sum of their squares (Kish 1965).
    A group without a row is 0, between 0 and 1. Groups that share rows have distances whose squares are `apart` times
    as large.
    """
    found, mass, squares = _sums(weight, hits), _sums(weight, among), _sums(weight**2, among)
    below = above = centre = 0.0
    for one in range(len(mass)):
        share = float(found[one] / mass[one]) if mass[one] > 0 else 0.0
        trials = float(mass[one] ** 2 / squares[one]) if mass[one] > 0 else 0.0
        low, high = intervals.wilson(share, trials)
        centre += of(share)
        below += (of(share) - of(low)) ** 2
        above += (of(high) - of(share)) ** 2
    groups = len(mass)
    return (centre - (apart * below) ** 0.5) / groups, (centre + (apart * above) ** 0.5) / groups


def _sums(weight: Floats, each: npt.NDArray[Any]) -> Floats:
    """Weighted sums over the rows, [groups]."""
    return weight @ np.asarray(each, dtype=np.float64).reshape(len(weight), -1)
