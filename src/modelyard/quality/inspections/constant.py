"""Columns that say the same in every row, or in nearly every one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Role
from modelyard.quality import remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from modelyard.quality.subject import Subject


@part
class Constant(Inspection):
    """A constant tells nothing; a column of which at least a `share` of the rows holds one value tells of few."""

    share: float = Field(default=0.995, gt=0.5, le=1, description="of the rows from which one value is nearly all")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Constant ones, then nearly constant ones."""
        constant, nearly = [], []
        for column in subject.unsaid:
            series = subject.frame[column.name]
            most = _most(series)
            if series.n_unique() <= 1:
                constant.append((column.name, column.role))
            elif column.role is Role.FEATURE and most >= self.share * len(series):
                nearly.append((column.name, most))
        for name, role in constant:
            left = " and is left out" if role is Role.IGNORE else ""
            yield Finding(
                "constant",
                Severity.NOTE if left else Severity.WARNING,
                f"says the same in every row{left}",
                (name,),
                {"rows": subject.frame.height},
                remedies.ignore(name),
            )
        for name, most in nearly:
            other = subject.frame.height - most
            yield Finding(
                "nearly_constant",
                Severity.NOTE,
                f"says the same in all but {other:,} of {subject.frame.height:,} rows",
                (name,),
                {"same": most, "rows": subject.frame.height},
                remedies.ignore(name),
                "keep it if those few rows matter",
            )


def _most(series: pl.Series) -> int:
    """How many rows hold the most frequent value, or none."""
    counts = series.value_counts(sort=True)
    return int(counts["count"][0]) if len(counts) else 0
