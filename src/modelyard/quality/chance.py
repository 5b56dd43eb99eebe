"""What chance alone would bring: so that many tests do not find something by being many, nor large tables by size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.types import Floats, Ints


def discoveries(p_values: Sequence[float], rate: float) -> list[bool]:
    """Which tests say something, no more than a share `rate` of them wrongly (Benjamini and Hochberg 1995).

    With the p-values in order, all up to the last i with p(i) <= i / m rate.

    >>> discoveries([0.001, 0.4, 0.02, 0.9], 0.05)
    [True, False, True, False]
    """
    found = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(found, kind="stable")
    below = np.flatnonzero(found[order] <= rate * np.arange(1, len(found) + 1) / max(len(found), 1))
    said = np.zeros(len(found), dtype=bool)
    if len(below):
        said[order[: below[-1] + 1]] = True
    return [bool(one) for one in said]


def gap(left: Floats, right: Floats) -> tuple[float, float]:
    """The largest gap between two samples' distribution functions, and how probable one as large is where they are one.

    The two-sample test of Kolmogorov (1933) and Smirnov (1939), its p-value by the asymptotic series
    2 sum (-1)^(k-1) exp(-2 k^2 x^2) with x = gap sqrt(n m / (n + m)).
    """
    if not len(left) or not len(right):
        return 0.0, 1.0
    both = np.concatenate([left, right])
    below = [np.searchsorted(np.sort(one), both, side="right") / len(one) for one in (left, right)]
    widest = float(np.abs(below[0] - below[1]).max())
    scaled = widest * math.sqrt(len(left) * len(right) / (len(left) + len(right)))
    terms = (2 * (-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return widest, min(1.0, max(0.0, sum(terms))) if scaled > 0.2 else 1.0


def moved(left: Ints, right: Ints) -> tuple[float, float]:
    """The share of rows that would have to change their level to make two counts [levels] alike, and its p-value.

    Half the sum of the differences of shares; the p-value is of chi squared, levels of fewer than five expected rows
    taken together.
    """
    from scipy.stats import chi2_contingency

    if not left.sum() or not right.sum():
        return 0.0, 1.0
    distance = float(np.abs(left / left.sum() - right / right.sum()).sum() / 2)
    least = min(left.sum(), right.sum()) / (left.sum() + right.sum())
    rare = (left + right) * least < 5
    table = np.stack([np.append(one[~rare], one[rare].sum()) for one in (left, right)])
    table = table[:, table.sum(axis=0) > 0]
    return distance, float(chi2_contingency(table)[1]) if table.shape[1] > 1 else 1.0


def twins(frame_counts: Sequence[Ints], rows: int) -> float:
    """How many pairs of rows would be the same if the columns had nothing to do with each other.

    Of `rows` (rows - 1) / 2 pairs a share of the product of the columns' sums of squared shares [levels].
    """
    same = math.prod(float(((count / max(count.sum(), 1)) ** 2).sum()) for count in frame_counts)
    return same * rows * (rows - 1) / 2
