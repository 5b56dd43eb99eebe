"""Accuracy where every class counts as much as any other, however rare."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class BalancedAccuracy(Metric):
    """The mean over the classes of the share of their rows that is answered rightly (Brodersen 2010)."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True
    decides: ClassVar[bool] = True
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; a class that no row is of does not count."""
        right = weight * (predicted.argmax(axis=1) == truth)
        true = np.bincount(truth, weights=weight)
        shares = np.bincount(truth, weights=right)[true > 0] / true[true > 0]
        return float(shares.mean())
