"""Of the rows that truly are of a class, the share answered with it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate.confusion import Average, averaged, counts


@part
class Recall(Metric):
    """Of the rows that truly are of a class, the share answered with it: the positive class's for a binary task, else the classes' average."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True

    average: Average = "macro"

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; 0 where it would be nothing of nothing."""
        right, answered, true = counts(truth, predicted, weight)
        return averaged(right, true, true, self.average)
