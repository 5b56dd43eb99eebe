"""Of the rows answered with a class, the share that truly are of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import confusion, sums
from modelyard.evaluate.confusion import Average, averaged, parted

if TYPE_CHECKING:
    import numpy.typing as npt


@part
class Precision(Metric):
    """Of the rows answered with a class, the share that truly are of it.

    For a binary task the positive class's, else the classes' average.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True
    decides: ClassVar[bool] = True

    average: Average = "macro"

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; 0 where it would be nothing of nothing."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """What is right, answered and true: [rows, 3 * classes]."""
        return confusion.each(truth, predicted)

    def of(self, sums: Floats) -> Floats:
        """The average over the classes."""
        right, answered, true = parted(sums)
        return averaged(right, answered, true, self.average)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """Of the share, or of the classes' shares."""
        right, answered, _ = parted(confusion.each(truth, predicted))
        return confusion.span(right, answered, weight, self.average)
