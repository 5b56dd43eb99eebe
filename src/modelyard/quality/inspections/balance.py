"""Classes that are rare, or have too few rows to be learnt and tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.data import values
from modelyard.quality import remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class Balance(Inspection):
    """Classes of less than a `share` of the rows, and of fewer than `rows` rows."""

    share: float = Field(default=0.1, gt=0, lt=1)
    rows: int = Field(default=30, ge=2)

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Classes with few rows first."""
        if not subject.task.classifies:
            return
        counted = subject.frame[subject.target.name].drop_nulls().value_counts().iter_rows()
        counts = {values.level(level): int(count) for level, count in counted}
        total = sum(counts.values())
        few = [name for name, count in counts.items() if count < self.rows]
        if few:
            least = min(counts.values())
            yield Finding(
                "few_rows_of_class",
                Severity.WARNING,
                f"{len(few)} of {len(counts)} classes have fewer than {self.rows} rows, the rarest {least}",
                (subject.target.name,),
                {"classes": len(few), "rarest": least},
                hint="add rows of them, or take classes together; figures for them will say little",
            )
        rarest = min(counts.values()) / total
        if rarest < self.share / max(1, len(counts) / 2):
            yield Finding(
                "imbalance",
                Severity.WARNING if rarest < 0.01 else Severity.NOTE,
                f"the rarest class has {rarest:.2%} of the rows: accuracy says little",
                (subject.target.name,),
                {"share": round(rarest, 6), "classes": len(counts)},
                remedies.lines({"class_weight": "balanced", "metrics": ["balanced_accuracy", "f1", "log_loss"]}),
            )
