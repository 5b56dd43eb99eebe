"""Expected calibration error: how far probabilities lie from what they say."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task

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
        binary = predicted.shape[1] == 2
        told = (predicted[:, 1] if binary else predicted.max(axis=1)).astype(np.float64)
        hit = truth == 1 if binary else predicted.argmax(axis=1) == truth
        levels, place = np.unique(told, return_inverse=True)
        mass = np.bincount(place, weights=weight, minlength=len(levels))
        apart = np.bincount(place, weights=weight * (told - hit), minlength=len(levels))
        middle = np.cumsum(mass) - mass / 2
        bins = np.minimum(BINS * middle / mass.sum(), BINS - 1).astype(np.int64)
        return float(np.abs(np.bincount(bins, weights=apart)).sum() / mass.sum())
