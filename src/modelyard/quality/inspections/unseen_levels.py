"""Levels that training never shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class UnseenLevels(Inspection):
    """Rows of valid or test, where the recipe gives them, with a level that no row of train has."""

    share: float = Field(default=0.01, ge=0, lt=1, description="of a part's rows from which it is more than a note")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding for each column and part."""
        for column in subject.having(Kind.CATEGORY):
            seen = subject.frame[column.name].unique()
            for part_name, table in subject.parts.items():
                series = table.frame[column.name]
                unseen = (series.is_not_null() & ~series.is_in(seen.implode())).arg_true().to_numpy()
                if part_name != "train" and len(unseen):
                    yield Finding(
                        "unseen_levels",
                        Severity.WARNING if len(unseen) > self.share * len(series) else Severity.NOTE,
                        f"{len(unseen):,} of {len(series):,} rows of {part_name} have a level that train does not show",
                        (column.name,),
                        {"part": part_name, **subject.listed(unseen, part_name)},
                        hint="are the levels written in the same way? Else add rows of them to train",
                    )
