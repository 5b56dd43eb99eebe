"""Keys that should be there once and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality import fingerprints, names, remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class RepeatedKeys(Inspection):
    """A column that names its rows, by its name and as nearly every row has its own value, yet some share one."""

    share: float = Field(default=0.9, gt=0.5, le=1, description="of different values from which a column is a key")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column."""
        for column in subject.unsaid:
            if column.kind in {Kind.TEXT, Kind.TIME} or not names.identifier(column.name):
                continue
            known = subject.frame[column.name].is_not_null().arg_true().to_numpy()
            marks = fingerprints.of_rows(subject.frame, [column.name])[known]
            again = known[fingerprints.later(marks)]
            if 0 < len(again) <= (1 - self.share) * len(known):
                yield Finding(
                    "repeated_key",
                    Severity.WARNING,
                    f"{len(again):,} of {len(known):,} rows bear a key that an earlier row has",
                    (column.name,),
                    subject.listed(np.asarray(again)),
                    remedies.split("group", column.name),
                    "leave the second ones out, or keep rows of one key on one side of the split",
                )
