"""Rare levels that are one slip away from a frequent one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject

MOST = 500  # levels that are compared
SHORTEST = 5  # letters of what can be misspelt and still be told


@part
class Misspelt(Inspection):
    """A level that is `times` rarer than another of which it differs in one letter, or in two that changed places."""

    times: float = Field(default=20, gt=1)

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column."""
        for column in subject.having(Kind.CATEGORY):
            series = subject.frame[column.name]
            if series.dtype != pl.String:
                continue
            counts = {str(level): int(count) for level, count in series.drop_nulls().value_counts().iter_rows()}
            wrong = self._wrong(counts) if len(counts) <= MOST else {}
            if wrong:
                yield Finding(
                    "misspelt",
                    Severity.NOTE,
                    f"has {counted(len(wrong), 'rare level')} one slip away from a frequent one",
                    (column.name,),
                    {"levels": len(wrong), **subject.listed(series.is_in(list(wrong)).arg_true().to_numpy())},
                    hint="say what each is to be: {clean: levels, to: {WRONG: RIGHT}}",
                )

    def _wrong(self, counts: dict[str, int]) -> dict[str, str]:
        """Each misspelt level, and what it may mean."""
        frequent = [level for level, count in counts.items() if count >= self.times]
        found = {}
        for level, count in counts.items():
            if len(level) < SHORTEST or not level.replace(" ", "").isalpha():
                continue
            meant = [other for other in frequent if counts[other] >= self.times * count and slip(level, other)]
            if meant:
                found[level] = meant[0]
        return found


def slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter put in, left out or changed, or by two that changed places.

    >>> slip("berlin", "berlni"), slip("berlin", "berln"), slip("berlin", "bonn")
    (True, True, False)
    """
    if one == other or abs(len(one) - len(other)) > 1 or one[:-1] == other[:-1]:
        return False  # the last letter is what names are numbered by
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    first, second = one[start:], other[start:]
    swapped = len(first) > 1 and len(second) > 1 and first[0] == second[1] and first[1] == second[0]
    return (
        first[1:] == second[1:] or first[1:] == second or first == second[1:] or (swapped and first[2:] == second[2:])
    )
