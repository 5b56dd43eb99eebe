"""Of the rows that truly are positive, the share answered negative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import confusion, sums
from modelyard.evaluate.sums import mean

if TYPE_CHECKING:
    import numpy.typing as npt


@part
class FalseNegativeRate(Metric):
    """The share of positive rows that are missed."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY})
    higher_is_better: ClassVar[bool] = False
    decides: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; NaN where no row is positive."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """Whether it is positive, and answered negative too, beside what it is a share of: [rows, 2]."""
        return confusion.among(predicted.argmax(axis=1) == 0, truth == 1)

    def of(self, sums: Floats) -> Floats:
        """The share."""
        return mean(sums)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """Wilson's."""
        return confusion.span_among(self.counts(truth, predicted, weight), weight)
