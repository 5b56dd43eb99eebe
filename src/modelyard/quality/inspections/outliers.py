"""Numbers far out: beyond what the column's own tail would bring, so that a heavy tail alone is not cried over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.quality import remedies, tails
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class Outliers(Inspection):
    """Values that would come up in one of `once` columns like this one, judged by each of its tails."""

    once: float = Field(default=10_000, gt=1, description="columns of which one would have such a value by chance")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column, that with the fewest first."""
        told = []
        for column in subject.having(Kind.NUMBER):
            found = values.from_series(subject.frame[column.name], column)
            places = tails.beyond(found, 1 / self.once)
            if len(places):
                told.append((len(places), column.name, places))
        for count, name, places in sorted(told, key=lambda one: one[0]):
            yield Finding(
                "outliers",
                Severity.WARNING,
                f"lies far beyond the tail of the others in {counted(count, 'row')}",
                (name,),
                subject.listed(places),
                remedies.prepare("clip", name),
                "mend them at the source, or bring them to a bound",
            )
