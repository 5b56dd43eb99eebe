"""Root mean squared error."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class Rmse(Metric):
    """The root of the mean squared distance from the truth."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    higher_is_better: ClassVar[bool] = False
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In the target's units."""
        return float(np.sqrt(np.average((truth - predicted[:, 0]) ** 2, weights=weight)))
