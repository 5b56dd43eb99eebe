"""What wrong decisions cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import sums
from modelyard.evaluate.sums import beside_one, mean

if TYPE_CHECKING:
    import numpy.typing as npt


@part
class ExpectedCost(Metric):
    """The mean cost of a row's decision, where the right one is free (Elkan 2001).

    Where nothing is said of costs, they are the recipe's `costs`.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY})
    higher_is_better: ClassVar[bool] = False
    decides: ClassVar[bool] = True

    false_negative: float = Field(default=1.0, gt=0, description="cost of a positive row that is answered negative")
    false_positive: float = Field(default=1.0, gt=0, description="cost of a negative row that is answered positive")

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """At least 0, in the unit of the costs."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """What it costs."""
        answered = predicted.argmax(axis=1)
        missed, alarmed = (answered < truth) * self.false_negative, (answered > truth) * self.false_positive
        return beside_one(missed + alarmed)

    def of(self, sums: Floats) -> Floats:
        """The average."""
        return mean(sums)
