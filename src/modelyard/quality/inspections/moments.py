"""Dates that cannot be, or hardly: in times to come, or long past."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.quality import names
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class Moments(Inspection):
    """Moments before the year `earliest`, and moments to come where most of the column is past."""

    earliest: int = Field(default=1900, ge=1, le=9998, description="the first year that is believed")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding for each side of each column."""
        now = np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us") + np.timedelta64(1, "D")
        first = np.datetime64(f"{self.earliest:04}-01-01", "us")
        for column in subject.having(Kind.TIME):
            found = values.from_series(subject.frame[column.name], column)
            known = ~np.isnat(found)
            for word, said, wrong in (
                ("long_past", f"lies before {self.earliest}", known & (found < first)),
                ("future", "has not come yet", known & (found > now)),
            ):
                places = np.flatnonzero(wrong)
                if 0 < len(places) < 0.5 * known.sum():
                    birth = names.says(column.name, *names.BIRTHS)
                    yield Finding(
                        word,
                        Severity.WARNING if birth or len(places) < 0.05 * known.sum() else Severity.NOTE,
                        f"{said} in {counted(len(places), 'row')}",
                        (column.name,),
                        subject.listed(places),
                        hint="mend them at the source, or leave the rows out",
                    )
