"""A model must tell little of any one training row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import at_most, unknown

if TYPE_CHECKING:
    from modelyard.core.report import Report, Verdict


@part
class Private(Gate):
    """It was trained with differential privacy, its epsilon at most `bound` (Dwork 2006); smaller tells less."""

    bound: float = Field(gt=0, description="the largest epsilon")

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the report's epsilon; a model that was not trained privately has none."""
        if candidate.epsilon is None:
            what = "the model was not trained privately, so nothing bounds what it tells of a training row"
            return unknown("private", what, self.bound)
        told = f"epsilon is {candidate.epsilon:.4g}"
        return at_most("private", candidate.epsilon, self.bound, told, f"{self.bound:g}")
