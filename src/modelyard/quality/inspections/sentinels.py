"""Numbers and dates that stand for a missing value: they are learnt from as if they were measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.quality import codes as coded
from modelyard.quality import remedies
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Floats, Json
    from modelyard.quality.subject import Subject

NUMBERS = (-1, -9, 888, 8888, -888, *(sign * (10**digits - 1) for digits in range(2, 10) for sign in (1, -1)))
DATES = ("1900-01-01", "1899-12-30", "1899-12-31", "1901-01-01", "1970-01-01", "9999-12-31", "2099-12-31")


@part
class Sentinels(Inspection):
    """A value that is known to stand for nothing, comes back, and lies far beyond all others."""

    times: int = Field(default=3, ge=1, description="that it has to be there")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column."""
        for column in subject.having(Kind.NUMBER, Kind.TIME):
            found = coded.as_floats(values.from_series(subject.frame[column.name], column))
            known = _days() if column.kind is Kind.TIME else {float(number): number for number in NUMBERS}
            suspects = {number: told for number, told in known.items() if (found == number).sum() >= self.times}
            wrong = [number for number in suspects if _apart(found, number, list(suspects))]
            if wrong:
                places = np.flatnonzero(np.isin(found, wrong))
                told: list[Json] = [suspects[number] for number in wrong]
                yield Finding(
                    "sentinel",
                    Severity.WARNING,
                    f"holds what usually stands for a missing value, far from others, in {counted(len(places), 'row')}",
                    (column.name,),
                    subject.listed(places),
                    remedies.clean(column.name, {"clean": "missing", "words": told}),
                )


def _days() -> dict[float, str]:
    """The dates in days since 1970, as a column of moments is read."""
    return {float(np.datetime64(day, "D").astype(int)): day for day in DATES}


def _apart(found: Floats, number: float, suspects: list[float]) -> bool:
    """Whether it lies beyond all others by half of what most of them span."""
    others = found[~np.isnan(found) & ~np.isin(found, suspects)]
    if len(others) < 10:
        return False
    low, high = np.quantile(others, [0.05, 0.95])
    gap = others.min() - number if number < others.min() else number - others.max()
    return bool(gap > 0 and gap >= 0.5 * (high - low) and high > low)
