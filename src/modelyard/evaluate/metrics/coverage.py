"""Share of truths that lie within their intervals."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class Coverage(Metric):
    """How often the truth lies between `low` and `high`."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    higher_is_better: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; NaN where the answers have no intervals."""
        if predicted.shape[1] < 3:
            return float("nan")
        within = (predicted[:, 1] <= truth) & (truth <= predicted[:, 2])
        return float(np.average(within, weights=weight))
