"""Categories of very many levels, and levels of very few rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import hints
from modelyard.quality import remedies, written
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class Levels(Inspection):
    """More than `many` levels with few rows each; or a good part of the rows in levels of fewer than `rare` rows."""

    many: int = Field(default=50, ge=2)
    rare: int = Field(default=5, ge=2)

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Columns of many levels, then all that have rare ones together."""
        rare: dict[str, int] = {}
        for column in subject.having(Kind.CATEGORY):
            counts = subject.frame[column.name].drop_nulls().value_counts()["count"]
            rows, levels = int(counts.sum()), len(counts)
            few = int((counts < self.rare).sum())
            if levels > self.many and rows < 20 * levels:
                if _written(subject, column.name):
                    continue  # they are no levels once they are cleaned, and it is told how
                yield Finding(
                    "many_levels",
                    Severity.WARNING,
                    f"has {levels:,} levels in {rows:,} rows: most are met too seldom to be learnt",
                    (column.name,),
                    {"levels": levels, "rows": rows},
                    remedies.encode(column.name, "target_mean"),
                    "or leave it out, or read it as text",
                )
            elif few and levels > 2:
                rare[column.name] = few
        if rare:
            yield Finding(
                "rare_levels",
                Severity.NOTE,
                f"{counted(sum(rare.values()), 'level')} of under {self.rare} rows in {counted(len(rare), 'column')}",
                tuple(rare),
                {"levels": [*rare.values()]},
                hint="take rare ones together, or let them be",
            )


def _written(subject: Subject, name: str) -> bool:
    """Whether a column's levels read as numbers or dates."""
    series = subject.frame[name]
    if hints.hint(series) is not None:
        return True
    different = list(subject.different(series))
    return sum(isinstance(value, str) and written.day(value) is not None for value in different) > 0.5 * len(different)
