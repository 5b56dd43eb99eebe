"""Brier score (Brier 1950): the squared error of probabilities."""

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
class Brier(Metric):
    """The mean squared error of the positive class's probability; for several classes summed over them (Brier 1950)."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = False
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1] for a binary task, in [0, 2] else."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """The squared error."""
        wrong = predicted.astype(np.float64) - np.eye(predicted.shape[1])[truth]
        return beside_one(wrong[:, 1] ** 2 if predicted.shape[1] == 2 else (wrong**2).sum(axis=1))

    def of(self, sums: Floats) -> Floats:
        """The average."""
        return mean(sums)
