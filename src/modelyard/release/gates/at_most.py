"""A metric must stay under a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import judged, of_score, told, wanted

if TYPE_CHECKING:
    from modelyard.core.report import Report, Verdict


@part
class AtMost(Gate):
    """`metric` is at most `bound`; with `strict`, the upper end of its interval is."""

    metric: str
    bound: float
    slice: str | None = None
    strict: bool = Field(default=False, description="judge by the interval's upper end instead of the value")

    def metrics(self) -> tuple[str, ...]:
        """The one that is judged."""
        return (self.metric,)

    def slices(self) -> tuple[str, ...]:
        """The one on which it is judged, if it is not all rows."""
        return () if self.slice is None else (self.slice,)

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the value, or by the interval's upper end."""
        score = wanted(candidate, self.metric, self.slice)
        figure = judged(score, strict=self.strict, higher_is_better=False)
        passed = figure <= self.bound
        words = "which keeps to" if passed else "over"
        reason = f"{told(score)}, {words} the bound {self.bound:g}{' by its worse end' if self.strict else ''}"
        return of_score("at_most", score, self.bound, reason, passed=passed)
