"""Mean absolute error."""

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
class Mae(Metric):
    """The mean distance from the truth."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    higher_is_better: ClassVar[bool] = False

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In the target's units."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """The distance."""
        return beside_one(np.abs(truth - predicted[:, 0]))

    def of(self, sums: Floats) -> Floats:
        """The average."""
        return mean(sums)
