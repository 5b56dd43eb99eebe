"""Texts that hold the name of their class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data.read import target_values
from modelyard.quality import remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Flags, Ints
    from modelyard.quality.subject import Subject

SHORTEST = 2  # signs of a class's name that is looked for


@part
class LabelInText(Inspection):
    """The class's own name stands in at least a `share` of its texts, and hardly in those of the others."""

    share: float = Field(default=0.3, gt=0, le=1)

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column."""
        if not subject.task.classifies:
            return
        table, drawn = subject.modelled
        target = target_values(table, subject.task)
        for column in subject.having(Kind.TEXT):
            series = table.frame[column.name].cast(pl.String).str.to_lowercase()
            told = [self._rows(series, name, target == code) for code, name in enumerate(subject.target.levels)]
            rows = np.unique(np.concatenate(told))
            if len(rows):
                yield Finding(
                    "label_in_text",
                    Severity.SEVERE,
                    f"{len(rows):,} of {len(series):,} texts hold the name of their own class",
                    (column.name, subject.target.name),
                    {"classes": sum(len(one) > 0 for one in told), **subject.listed(drawn[rows])},
                    remedies.ignore(column.name),
                    "cut the names out of the texts, unless rows to come hold them, too",
                )

    def _rows(self, series: pl.Series, name: str, mine: Flags) -> Ints:
        """The rows of a class that hold its name, if they are many and those of other classes are few."""
        if len(name) < SHORTEST or name.isdigit() or not mine.any():
            return np.zeros(0, dtype=np.int64)
        held = series.str.contains(name.lower(), literal=True).fill_null(value=False).to_numpy()
        telling = held[mine].mean() >= self.share and held[~mine].mean() <= 0.02
        return np.flatnonzero(held & mine) if telling else np.zeros(0, dtype=np.int64)
