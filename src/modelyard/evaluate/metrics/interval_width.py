"""Mean width of the intervals."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import sums
from modelyard.evaluate.sums import beside_one, mean


@part
class IntervalWidth(Metric):
    """From `low` to `high`: of intervals that hold as often, the narrower tell more."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    higher_is_better: ClassVar[bool] = False

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In the target's units; NaN where the answers have no intervals."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """The width."""
        if predicted.shape[1] < 3:
            return np.full((len(truth), 2), np.nan)
        return beside_one(predicted[:, 2].astype(np.float64) - predicted[:, 1])

    def of(self, sums: Floats) -> Floats:
        """The average."""
        return mean(sums)
