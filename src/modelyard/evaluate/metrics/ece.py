"""Expected calibration error: how far probabilities lie from what they say."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core import intervals
from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import sums
from modelyard.evaluate.sums import over

BINS = 15


@part
class Ece(Metric):
    """The mean distance of a bin's mean probability from its share of hits (Naeini 2015; Guo 2017, equation 3).

    The 15 bins hold equal weights of rows in the order of the positive class's probability, for several classes of the
    most probable one's; rows of one probability are never parted.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = False

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:
        """By bin, how far the probability lies from the hit; then the row itself: [rows, 16]."""
        told, hit = _told(truth, predicted)
        bins = np.eye(BINS)[_bins(told, weight)]
        return np.concatenate([bins * (told - hit)[:, None], np.ones((len(truth), 1))], axis=1)

    def of(self, sums: Floats) -> Floats:
        """The mean distance."""
        return over(np.abs(sums[..., :-1]).sum(axis=-1), sums[..., -1], np.nan)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """By the variance of each bin; the lower end allows for what chance alone adds, were nothing wrong.

        A bin's distance is that of a mean of `n` rows, and even where all is well it is not zero but
        `s sqrt(2 / pi)` on average, `s` being the mean's standard error.
        """
        told, hit = _told(truth, predicted)
        bins, share = _bins(told, weight), weight / weight.sum()
        apart = told - hit
        mass = np.bincount(bins, share, BINS)
        centre = over(np.bincount(bins, share * apart, BINS), mass)
        sure = np.maximum(told * (1 - told), 0.0)  # a probability may lie a rounding above one
        chance = np.bincount(bins, share**2 * sure, BINS)  # each bin's variance, were nothing wrong
        seen = np.bincount(bins, share**2 * (apart - centre[bins]) ** 2, BINS)
        value = float(np.abs(centre * mass).sum())
        half = intervals.Z95 * float(np.maximum(seen, chance).sum()) ** 0.5
        low = value - half - float(np.sqrt(chance).sum()) * math.sqrt(2 / math.pi)
        return max(low, 0.0), min(value + half, 1.0)


def _told(truth: npt.NDArray[Any], predicted: Floats) -> tuple[Floats, npt.NDArray[Any]]:
    """The probability that is judged, and whether it came true: [rows] each."""
    binary = predicted.shape[1] == 2
    told = (predicted[:, 1] if binary else predicted.max(axis=1)).astype(np.float64)
    return told, truth == 1 if binary else predicted.argmax(axis=1) == truth


def _bins(told: Floats, weight: Floats) -> npt.NDArray[np.int64]:
    """The bin of each row, [rows]."""
    levels, place = np.unique(told, return_inverse=True)
    mass = np.bincount(place, weights=weight, minlength=len(levels))
    middle = np.cumsum(mass) - mass / 2
    bins: npt.NDArray[np.int64] = np.minimum(BINS * middle / mass.sum(), BINS - 1).astype(np.int64)
    return bins[place]
