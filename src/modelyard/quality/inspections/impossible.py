"""Values that cannot be, by what a column's name says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.quality import names, remedies
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Flags, Floats
    from modelyard.quality.subject import Subject


@part
class Impossible(Inspection):
    """Ages below zero or beyond `oldest`, amounts below zero, percentages over 100, bodies that weigh nothing."""

    oldest: float = Field(default=125, gt=0, description="years")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding for each column and rule that is broken."""
        for column in subject.having(Kind.NUMBER):
            found = values.from_series(subject.frame[column.name], column)
            for word, said, wrong in self._rules(column.name, found):
                places = np.flatnonzero(wrong)
                if len(places):
                    yield Finding(
                        word,
                        Severity.WARNING,
                        f"{said} in {counted(len(places), 'row')}",
                        (column.name,),
                        subject.listed(places),
                        remedies.clean(column.name, {"clean": "missing", "words": [0]})
                        if word == "impossible_zero"
                        else "",
                        "mend them at the source, or let them count as missing",
                    )

    def _rules(self, name: str, found: Floats) -> Iterator[tuple[str, str, Flags]]:
        """The finding's word, what is said, and which rows are wrong [rows]."""
        if names.says(name, *names.AGE):
            yield "impossible_age", f"is an age of over {self.oldest:g}", found > self.oldest
        if names.says(name, *names.AMOUNTS) and np.nanmean(found < 0) < 0.2:
            yield "negative", "is below zero, which the name does not allow,", found < 0
        if names.says(name, *names.PERCENT) and np.nanmean((found < 0) | (found > 100)) < 0.2:
            yield "beyond_percent", "is a percentage below 0 or over 100", (found < 0) | (found > 100)
        if names.says(name, *names.BODIES) and _alone(found):
            yield "impossible_zero", "is zero, far from all other values,", found == 0


def _alone(found: Floats) -> bool:
    """Whether zero stands apart: the others are all positive, and none of them is near to it."""
    others = found[~np.isnan(found) & (found != 0)]
    return len(others) > 0 and bool(others.min() > 0.1 * np.median(others)) and len(others) > 0.5 * len(found)
