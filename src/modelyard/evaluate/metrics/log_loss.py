"""Logarithmic loss: the price of being sure and wrong."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class LogLoss(Metric):
    """The mean of -ln of the probability given to the true class."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = False

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """At least 0, in nats."""
        labels = np.arange(predicted.shape[1])
        exact = predicted.astype(np.float64)
        exact /= exact.sum(axis=1, keepdims=True)
        return float(metrics.log_loss(truth, exact, labels=labels, sample_weight=weight))
