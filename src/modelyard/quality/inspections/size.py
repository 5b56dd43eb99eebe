"""Too little data for what is asked."""

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
class Size(Inspection):
    """Fewer than `least` rows; fewer than `per_column` rows (of the rarest class) for each column that is learnt from.

    Ten events a variable are the rule of thumb for regressions (Peduzzi et al. 1996).
    """

    least: int = Field(default=50, ge=3)
    per_column: float = Field(default=5, gt=0)

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The number of rows first."""
        rows, columns = subject.frame.height, len(subject.having())
        if rows < 4 * self.least:
            yield Finding(
                "few_rows",
                Severity.SEVERE if rows < self.least else Severity.NOTE,
                f"{rows} rows: whatever is measured on a fifth of them is hardly more than chance",
                (),
                {"rows": rows},
                hint="add rows; or let folds test each row once",
            )
        told = self._told(subject)
        if told < self.per_column * columns and columns > 1:
            yield Finding(
                "few_rows_per_column",
                Severity.SEVERE if told < columns / 2 else Severity.WARNING,
                f"{told:,} rows {'of the rarest class ' if subject.task.classifies else ''}for {columns:,} columns",
                (),
                {"rows": told, "columns": columns},
                remedies.lines({"model": "linear", "prepare": [{"step": "select"}]}),
                "learn from fewer columns, or from more rows",
            )

    def _told(self, subject: Subject) -> int:
        """The rows that decide: all, or for classes those of the rarest."""
        if not subject.task.classifies:
            return subject.frame.height
        counted = subject.frame[subject.target.name].drop_nulls().value_counts().iter_rows()
        return min(int(count) for level, count in counted if values.level(level) in subject.target.levels)
