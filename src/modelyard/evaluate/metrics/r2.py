"""Share of variance explained."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class R2(Metric):
    """1 less the squared error over the target's variance."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    higher_is_better: ClassVar[bool] = True
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """At most 1, 0 for the mean, below 0 for worse; NaN where the target does not vary."""
        around = float(np.average((truth - np.average(truth, weights=weight)) ** 2, weights=weight))
        wrong = float(np.average((truth - predicted[:, 0]) ** 2, weights=weight))
        return 1 - wrong / around if around > 0 else float("nan")
