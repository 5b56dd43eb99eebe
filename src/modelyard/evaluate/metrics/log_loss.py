"""Logarithmic loss: the price of being sure and wrong."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task

TINY = float(np.finfo(np.float64).eps)  # a probability of zero would cost infinitely much


@part
class LogLoss(Metric):
    """The mean of -ln of the probability given to the true class."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = False
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """At least 0, in nats."""
        exact = predicted.astype(np.float64)
        given = exact[np.arange(len(truth)), truth] / exact.sum(axis=1)
        return float(np.average(-np.log(np.clip(given, TINY, 1 - TINY)), weights=weight))
