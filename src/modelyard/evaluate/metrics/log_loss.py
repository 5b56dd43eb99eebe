"""Logarithmic loss: the price of being sure and wrong."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import sums
from modelyard.evaluate.sums import beside_one, mean

TINY = float(np.finfo(np.float64).eps)  # a probability of zero would cost infinitely much


@part
class LogLoss(Metric):
    """The mean of -ln of the probability given to the true class."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = False
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """At least 0, in nats."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """The loss."""
        exact = predicted.astype(np.float64)
        given = exact[np.arange(len(truth)), truth] / exact.sum(axis=1)
        return beside_one(-np.log(np.clip(given, TINY, 1 - TINY)))

    def of(self, sums: Floats) -> Floats:
        """The average."""
        return mean(sums)
