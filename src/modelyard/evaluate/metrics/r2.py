"""Share of variance explained."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import sums
from modelyard.evaluate.sums import over

ROUNDING = 1e-12  # of a variance that is none


@part
class R2(Metric):
    """1 less the squared error over the target's variance."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    higher_is_better: ClassVar[bool] = True
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """At most 1, 0 for the mean, below 0 for worse; NaN where the target does not vary."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:
        """The squared error, and the target, from its mean on so that no digits are lost, with its square."""
        apart = truth - np.average(truth, weights=weight)
        return np.stack([(truth - predicted[:, 0]) ** 2, apart**2, apart, np.ones(len(truth))], axis=1)

    def of(self, sums: Floats) -> Floats:
        """1 less the errors over what the target varies."""
        wrong, squares, total, rows = np.moveaxis(sums, -1, 0)
        around = squares - over(total**2, rows)
        varies = around > ROUNDING * squares
        return np.asarray(1 - over(wrong, np.where(varies, around, 0.0), np.nan))
