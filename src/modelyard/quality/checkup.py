"""What a check of a table says: its columns, what is wrong with it, and whether it can be learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from modelyard.core.findings import Finding, Severity
from modelyard.core.refusals import Collected
from modelyard.core.types import Task
from modelyard.quality.profile import ColumnProfile
from modelyard.recipe.schema import SplitSpec

if TYPE_CHECKING:
    from modelyard.core.types import Json

Verdict: TypeAlias = Literal["ready", "doubtful", "unfit"]
SAID: Mapping[str, str] = {
    "ready": "nothing was found that would mislead a model",
    "doubtful": "a model learnt from it may be worse than it could be",
    "unfit": "a model learnt from it would mislead you",
}
LISTED = 100  # refused rows that are told one by one


@dataclass(frozen=True)
class Checkup:
    """What a check says of a recipe and its rows.

    `rows` are counted by part and `classes` over all; `profile` has an entry a column; `findings` come the worst first;
    `refused` are rows that the sources did not read, and repairs that they made.
    """

    name: str
    task: Task
    target: str
    model: str
    rows: Mapping[str, int]
    classes: Mapping[str, int]
    metrics: tuple[str, ...]
    notes: tuple[str, ...]
    profile: tuple[ColumnProfile, ...]
    findings: tuple[Finding, ...]
    refused: Collected
    split: SplitSpec
    dealt: tuple[str, ...] = ()  # what a split by a column comes to

    @property
    def severe(self) -> tuple[Finding, ...]:
        """The findings by which it is unfit."""
        return tuple(one for one in self.findings if one.severity is Severity.SEVERE)

    @property
    def verdict(self) -> Verdict:
        """Unfit by anything severe, doubtful by a warning or a row that was not read, else ready."""
        if self.severe:
            return "unfit"
        warned = any(one.severity is Severity.WARNING for one in self.findings)
        return "doubtful" if warned or self.refused.count else "ready"

    @property
    def sentence(self) -> str:
        """The verdict and how many findings it is by."""
        counts = {severity: sum(one.severity is severity for one in self.findings) for severity in Severity}
        words = {Severity.SEVERE: "severe", Severity.WARNING: "warnings", Severity.NOTE: "notes"}
        told = ", ".join(f"{count} {words[severity]}" for severity, count in counts.items() if count) or "no findings"
        return f"{self.verdict}: {SAID[self.verdict]} ({told})"

    def told(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        return {
            "name": self.name,
            "task": self.task,
            "target": self.target,
            "model": self.model,
            "rows": dict(self.rows),
            "split": list(self.dealt),
            "classes": dict(self.classes),
            "columns": [column.told() for column in self.profile],
            "metrics": list(self.metrics),
            "notes": list(self.notes),
            "verdict": self.verdict,
            "findings": [asdict(finding) for finding in self.findings],
            "profile": [asdict(column) for column in self.profile],
            "refused": {
                "count": self.refused.count,
                "rows": [asdict(row) for row in self.refused.listed[:LISTED]],
                "repairs": list(self.refused.repairs),
            },
        }

    def _repr_html_(self) -> str:
        """The page's body, for a notebook."""
        from modelyard.quality import page

        return page.body(self)


def evidence(told: Mapping[str, Json]) -> str:
    """The figures of a finding in a line; rows by their numbers, cut where they are many.

    >>> evidence({"count": 3, "rows": [4, 9, 12], "part": "test"})
    'count 3; rows 4, 9, 12; part test'
    """
    return "; ".join(f"{key} {_figures(value)}" for key, value in told.items() if value not in ([], ""))


def _figures(value: Json) -> str:
    if isinstance(value, list):
        shown = ", ".join(str(one) if isinstance(one, int) else _figures(one) for one in value[:8])
        return shown + (", ..." if len(value) > 8 else "")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
