"""Rows that are there more than once, and rows that say the same of another target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.quality import fingerprints
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Ints
    from modelyard.quality.subject import Subject

MOSTLY = 0.5  # share of different rows below which copies are what such a table is made of


@part
class DuplicateRows(Inspection):
    """Rows whose features and target are those of an earlier one, and rows that contradict one.

    A table of a few levels repeats itself by chance; one is cried over only where at least half of its rows differ.
    """

    share: float = Field(default=0.3, gt=0, le=1, description="of copies from which a split at random tests memory")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Copies, then contradictions."""
        columns = [column.name for column in subject.having()]
        features = fingerprints.of_rows(subject.frame, columns)
        rows = len(features)
        if len(np.unique(features)) < MOSTLY * rows and not fingerprints.rich(subject, columns):
            yield from _crowded(features)
            return
        whole = fingerprints.of_rows(subject.frame, [*columns, subject.target.name])
        copies = fingerprints.later(whole)
        if len(copies):
            worst = len(copies) >= self.share * rows
            yield Finding(
                "duplicate_rows",
                Severity.SEVERE if worst else Severity.WARNING if len(copies) >= 0.01 * rows else Severity.NOTE,
                f"{len(copies):,} of {rows:,} rows are copies of an earlier one: each counts more than once",
                (),
                subject.listed(copies),
                hint="leave the copies out, or give their rows a column to split by group",
            )
        yield from self._contradictions(subject, features, whole)

    def _contradictions(self, subject: Subject, features: Ints, whole: Ints) -> Iterator[Finding]:
        """Rows with the features of another and another target."""
        first = fingerprints.later(features)
        odd = np.setdiff1d(first, fingerprints.later(whole))
        if len(odd):
            yield Finding(
                "contradictory_rows",
                Severity.WARNING if len(odd) >= 0.01 * len(features) else Severity.NOTE,
                f"{len(odd):,} of {len(features):,} rows have the features of an earlier one and another target",
                (subject.target.name,),
                subject.listed(odd),
                hint="mend the wrong ones; if both are right, a column is missing that tells them apart",
            )


def _crowded(features: Ints) -> Iterator[Finding]:
    """A table that repeats itself."""
    different = len(np.unique(features))
    yield Finding(
        "few_different_rows",
        Severity.NOTE,
        f"{len(features):,} rows hold {different:,} different ones: the columns cannot tell more apart",
        (),
        {"different": different, "rows": len(features)},
    )
