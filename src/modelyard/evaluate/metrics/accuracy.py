"""Share of right answers."""

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
class Accuracy(Metric):
    """The share of rows whose most probable class is the true one."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True
    decides: ClassVar[bool] = True
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """Whether it is right."""
        return beside_one(predicted.argmax(axis=1) == truth)

    def of(self, sums: Floats) -> Floats:
        """The average."""
        return mean(sums)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """Wilson's."""
        right = predicted.argmax(axis=1) == truth
        return shares.span(right, np.ones(len(truth)), weight)
