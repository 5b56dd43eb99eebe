"""Share of truths that lie within their intervals."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import shares, sums
from modelyard.evaluate.sums import beside_one, mean


@part
class Coverage(Metric):
    """How often the truth lies between `low` and `high`."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    higher_is_better: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; NaN where the answers have no intervals."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """Whether it lies within."""
        if predicted.shape[1] < 3:
            return np.full((len(truth), 2), np.nan)
        return beside_one((predicted[:, 1] <= truth) & (truth <= predicted[:, 2]))

    def of(self, sums: Floats) -> Floats:
        """The average."""
        return mean(sums)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """Wilson's."""
        if predicted.shape[1] < 3:
            return None
        return shares.span(self.counts(truth, predicted, weight)[:, 0], np.ones(len(truth)), weight)
