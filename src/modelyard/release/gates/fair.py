"""The groups of a column must not lie further apart than a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

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
    bound: float = Field(ge=0, le=1)
    kind: Apart = Field(default="difference", description="difference: at most the bound; ratio: at least")
    strict: bool = Field(default=False, description="judge by the interval's worse end instead of the value")

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
        over = "over" if self.kind == "difference" else "under"
        words = "which keeps to" if passed else over
        reason = f"{_told(found)}, {words} the bound {self.bound:g}"
        return of_score("fair", found, self.bound, reason, passed=passed)

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
    spread = f"95% interval {found.low:.4f} to {found.high:.4f}, {found.rows} rows in the smallest group"
    return f"the {found.kind} of {found.metric} on {found.column} is {found.value:.4f} ({spread}{between})"


def _lacking(metric: str, column: str) -> str:
    return f"the report holds no {metric} between groups on {column}"


def _hint(gate: Fair, report: Report, known: Collection[str]) -> str:
    measured = sorted({each.metric for each in report.disparities if each.column == gate.slice})
    return nearest(gate.metric, measured) if measured else nearest(gate.slice, sorted(known))
