"""How sure an area under the ROC curve is (DeLong, DeLong and Clarke-Pearson 1988), in n log n (Sun and Xu 2014)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import intervals

if TYPE_CHECKING:
    from modelyard.core.types import Floats

STEPS = 60  # halvings, after which a bound is known to the last digit


def moves(positive: npt.NDArray[Any], score: Floats) -> Floats | None:
    """How far each row moves the area, [rows]; None where a side has fewer than two rows.

    A positive row's is its share of negatives ranked below, less the area, over `sqrt(m (m - 1))` for `m` positives,
    and so for negatives: the sum of squares is DeLong's variance, `S10 / m + S01 / n`, and that of the differences of
    two scores' moves the variance of the difference of their areas.
    """
    one, other = score[positive].astype(np.float64), score[~positive].astype(np.float64)
    m, n = len(one), len(other)
    if min(m, n) < 2:
        return None
    above, below = _share_below(one, other), 1 - _share_below(other, one)
    moved = np.empty(len(score))
    moved[positive] = (above - above.mean()) / math.sqrt(m * (m - 1))
    moved[~positive] = (below - below.mean()) / math.sqrt(n * (n - 1))
    return moved


def _share_below(these: Floats, those: Floats) -> Floats:
    """The share of `those` that lie below each of `these`, ties counted half."""
    ordered = np.sort(those)
    lower = np.searchsorted(ordered, these, "left") + np.searchsorted(ordered, these, "right")
    return np.asarray(lower / (2 * len(those)))


def span(area: float, moved: Floats, truth: npt.NDArray[Any]) -> tuple[float, float]:
    """The interval on the scale of log odds, where its ends cannot leave [0, 1]: it covers better than the plain one.

    Where every positive lies above every negative, or below, no move tells anything: the interval then is where a
    score of the same rows could lie by the variance that Hanley and McNeil give (Newcombe 2006, method 5).
    """
    z = intervals.Z95
    if 0 < area < 1:
        half = z * math.sqrt(float((moved**2).sum())) / (area * (1 - area))
        centre = math.log(area / (1 - area))
        return 1 / (1 + math.exp(half - centre)), 1 / (1 + math.exp(-half - centre))
    counts = np.unique(truth, return_counts=True)[1]
    positive = int(counts.min())
    far = _farthest(positive, len(truth) - positive, z)
    return (far, 1.0) if area >= 1 else (0.0, 1 - far)


def _farthest(m: int, n: int, z: float) -> float:
    """The smallest area that could have shown as 1: where `1 - area` is `z` standard errors."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        area = (low + high) / 2
        each = (1 - area) / (2 - area) + area / (1 + area)
        variance = area * (1 - area) * (1 + ((m + n) / 2 - 1) * each) / (m * n)
        low, high = (low, area) if 1 - area <= z * math.sqrt(variance) else (area, high)
    return low
