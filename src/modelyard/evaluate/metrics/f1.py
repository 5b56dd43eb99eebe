"""The harmonic mean of precision and recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate.confusion import Average, averaged, counts

if TYPE_CHECKING:
    import numpy.typing as npt


@part
class F1(Metric):
    """The harmonic mean of precision and recall: the positive class's for a binary task, else the classes' average."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True
    decides: ClassVar[bool] = True

    average: Average = "macro"

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; 0 where it would be nothing of nothing."""
        right, answered, true = counts(truth, predicted, weight)
        return averaged(2 * right, answered + true, true, self.average)
