"""A metric must reach a bound."""

from __future__ import annotations

from pydantic import Field

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.core.report import Report, Verdict
from modelyard.release.judge import told, wanted


@part
class AtLeast(Gate):
    """`metric` is at least `bound`; with `strict`, the lower end of its interval is."""

    metric: str
    bound: float
    slice: str | None = None
    strict: bool = Field(default=False, description="judge by the interval's lower end instead of the value")

    def metrics(self) -> tuple[str, ...]:
        """The one that is judged."""
        return (self.metric,)

    def slices(self) -> tuple[str, ...]:
        """The one on which it is judged, if it is not all rows."""
        return () if self.slice is None else (self.slice,)

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the value, or by the interval's lower end."""
        score = wanted(candidate, self.metric, self.slice)
        judged = score.low if self.strict else score.value
        words = "which reaches" if judged >= self.bound else "under"
        return Verdict("at_least", judged >= self.bound, f"{told(score)}, {words} the bound {self.bound:g}")
