"""Probabilities must mean what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import judged, of_score, told, wanted

if TYPE_CHECKING:
    from modelyard.core.report import Report, Verdict

METRIC = "ece"


@part
class Calibrated(Gate):
    """The expected calibration error (`ece`) is at most `bound`; with `strict`, the upper end of its interval is.

    With few rows that error is never 0, as each bin's share of hits is a matter of luck too.
    """

    bound: float = Field(default=0.05, ge=0, le=1)
    slice: str | None = None
    strict: bool = Field(default=False, description="judge by the interval's upper end instead of the value")

    def metrics(self) -> tuple[str, ...]:
        """The calibration error."""
        return (METRIC,)

    def slices(self) -> tuple[str, ...]:
        """The one on which it is judged, if it is not all rows."""
        return () if self.slice is None else (self.slice,)

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the value, or by the interval's upper end."""
        score = wanted(candidate, METRIC, self.slice)
        passed = judged(score, strict=self.strict, higher_is_better=False) <= self.bound
        words = "so probabilities mean what they say" if passed else "so probabilities do not mean what they say"
        limit = f"bound {self.bound:g}{' by its worse end' if self.strict else ''}"
        return of_score("calibrated", score, self.bound, f"{told(score)}, {limit}: {words}", passed=passed)
