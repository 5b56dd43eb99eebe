"""Rows that came one after the other and are split as if they had not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.quality import names, remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject

TIMELESS = frozenset({"random", "stratified", "None"})


@part
class TimeOrder(Inspection):
    """A column of moments, and a split at random: what is measured then knows the future."""

    days: float = Field(default=1, gt=0, description="that the moments span at least")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """One finding, of the fullest column."""
        if str(subject.recipe.split.by) not in TIMELESS or len(subject.parts) > 1:
            return
        best = ("", 0)
        for column in subject.unsaid:
            if column.kind is not Kind.TIME or names.says(column.name, *names.BIRTHS):
                continue
            found = values.from_series(subject.frame[column.name], column)
            known = found[~np.isnat(found)]
            span = (known.max() - known.min()) / np.timedelta64(1, "D") if len(known) else 0
            if span >= self.days and len(np.unique(known)) > 10 and len(known) > best[1]:
                best = (column.name, len(known))
        if best[0]:
            yield Finding(
                "time_order",
                Severity.WARNING,
                "tells when a row came, and the split is at random: the test rows are no later than those learnt from",
                (best[0],),
                {"rows": best[1]},
                remedies.split("time", best[0]),
                "leave it at random if no row has to do with earlier ones",
            )
