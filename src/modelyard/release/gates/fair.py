"""The groups of a column must not lie further apart than a bound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from modelyard.core.errors import RecipeError, nearest
from modelyard.core.evidence import ODDS, ODDS_RATES, Apart, Disparity
from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import of_score

if TYPE_CHECKING:
    from collections.abc import Collection

    from modelyard.core.report import Report, Verdict


@part
class Fair(Gate):
    """`metric` differs between the groups of the column `slice` by `bound` at most; a ratio reaches it at least.

    With the metric `selection_rate` this is demographic parity, with `true_positive_rate` equal opportunity, with
    `equalized_odds` the worse of true and false positive rate; `kind: ratio, bound: 0.8` is the four-fifths rule.
    """

    metric: str
    slice: str
    bound: float = Field(ge=0, description="of a ratio 1 at most; a difference has the metric's own unit")
    kind: Apart = Field(default="difference", description="difference: at most the bound; ratio: at least")
    strict: bool = Field(default=False, description="judge by the interval's worse end instead of the value")

    @model_validator(mode="after")
    def _reached(self) -> Self:
        if self.kind == "ratio" and self.bound > 1:
            raise ValueError(f"a ratio is 1 where groups are alike and never more, so none reaches {self.bound:g}")
        return self

    def metrics(self) -> tuple[str, ...]:
        """The one that is judged, or the two of equalized odds."""
        return ODDS_RATES if self.metric == ODDS else (self.metric,)

    def columns(self) -> tuple[str, ...]:
        """The one whose groups are compared."""
        return (self.slice,)

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the value, or by the interval's worse end."""
        found = candidate.disparity(self.slice, self.metric, self.kind)
        if found is None:
            known = {each.column for each in candidate.disparities if (each.metric, each.kind) == self._what}
            raise RecipeError(_lacking(self.metric, self.slice), "gates", _hint(self, candidate, known))
        judged = _worse_end(found) if self.strict else found.value
        passed = judged <= self.bound if self.kind == "difference" else judged >= self.bound
        reason = f"{_told(found)}, {self._words(judged)} the bound {self.bound:g}"
        if self.strict and not math.isnan(found.value):
            reason += " by its worse end"
        return of_score("fair", found, self.bound, reason, passed=passed)

    def _words(self, judged: float) -> str:
        """How what is judged stands to the bound."""
        if math.isnan(judged):
            return "so it cannot be shown to keep to"
        if self.kind == "ratio":
            return "which keeps to" if judged >= self.bound else "under"
        return "which keeps to" if judged <= self.bound else "over"

    @property
    def _what(self) -> tuple[str, str]:
        return self.metric, self.kind


def _worse_end(found: Disparity) -> float:
    """The end of the interval that lies further apart, whichever group is then the one with more."""
    if found.kind == "difference":
        return max(found.high, -found.low)
    return min(found.low, 1 / found.high) if found.high > 0 else found.low


def _told(found: Disparity) -> str:
    between = f", from {found.lowest} to {found.highest}" if found.lowest else ""
    what, rows = f"the {found.kind} of {found.metric} on {found.column}", f"{found.rows} rows in the smallest group"
    if math.isnan(found.value):
        return f"{what} is not defined ({rows})"
    known = not math.isnan(found.low)
    spread = f"95% interval {found.low:.4f} to {found.high:.4f}" if known else "its 95% interval is not defined"
    return f"{what} is {found.value:.4f} ({spread}, {rows}{between})"


def _lacking(metric: str, column: str) -> str:
    return f"the report holds no {metric} between groups on {column}"


def _hint(gate: Fair, report: Report, known: Collection[str]) -> str:
    measured = sorted({each.metric for each in report.disparities if each.column == gate.slice})
    return nearest(gate.metric, measured) if measured else nearest(gate.slice, sorted(known))
