"""A metric must stay under a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import folded, judged, of_score, told, wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.protocols import Need
    from modelyard.core.report import Report, Verdict


@part
class AtMost(Gate):
    """`metric` is at most `bound`; with `strict`, the upper end of its interval is."""

    metric: str
    bound: float
    slice: str | None = None
    folds: bool = Field(default=False, description="judge the mean over folds instead of the test rows")
    strict: bool = Field(default=False, description="judge by the interval's upper end instead of the value")

    def metrics(self) -> tuple[str, ...]:
        """The one that is judged."""
        return (self.metric,)

    def slices(self) -> tuple[str, ...]:
        """The one on which it is judged, if it is not all rows."""
        return () if self.slice is None else (self.slice,)

    def needs(self) -> Mapping[Need, tuple[str, ...]]:
        """Folds, where it judges them."""
        return {"folds": ()} if self.folds else {}

    @model_validator(mode="after")
    def _folds_are_of_all_rows(self) -> Self:
        if self.folds and self.slice is not None:
            raise ValueError("folds are measured on all rows: leave out slice, or folds")
        return self

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the value, or by the interval's upper end."""
        score = folded(candidate, self.metric) if self.folds else wanted(candidate, self.metric, self.slice)
        figure = judged(score, strict=self.strict, higher_is_better=False)
        passed = figure <= self.bound
        words = "which keeps to" if passed else "over"
        reason = f"{told(score)}, {words} the bound {self.bound:g}{' by its worse end' if self.strict else ''}"
        return of_score("at_most", score, self.bound, reason, passed=passed)
