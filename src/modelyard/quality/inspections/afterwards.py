"""Columns that are known only after the fact, by their names and their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.quality import codes as coded
from modelyard.quality import foretelling, remedies
from modelyard.quality import names as named
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column, Floats
    from modelyard.quality.subject import Subject


@part
class Afterwards(Inspection):
    """A name such as `closed_at` or `final_amount`, and dates that lie after the moment of the prediction."""

    skill: float = Field(default=0.5, gt=0, le=1, description="from which a column with such a name is severe")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """By names, then by dates."""
        yield from self._by_name(subject)
        yield from _by_date(subject)

    def _by_name(self, subject: Subject) -> Iterator[Finding]:
        columns = [c for c in subject.having() if c.kind is not Kind.TEXT and named.says(c.name, *named.AFTERWARDS)]
        if not columns:
            return
        table, _ = subject.modelled
        wanted = foretelling.aim(table, subject.task)
        fold = foretelling.folds(len(table), subject.recipe.seed)
        for column in columns:
            told = foretelling.alone(coded.of_column(table, column), wanted, fold)
            severe = told >= self.skill
            yield Finding(
                "afterwards",
                Severity.SEVERE if severe else Severity.WARNING,
                f"has a name of what is known only afterwards, and tells {told:.0%} of what could be told",
                (column.name,),
                {"skill": round(told, 4)},
                remedies.ignore(column.name),
                "keep it if it is known when a prediction is asked for",
            )


def _by_date(subject: Subject) -> Iterator[Finding]:
    """Dates after the column that the split goes by: that is when a prediction would be made."""
    columns = getattr(subject.recipe.split, "column", None) or ()
    by = columns if isinstance(columns, str) else next(iter(columns), "")
    if str(subject.recipe.split.by) != "time" or not by or subject.schema[by].kind is not Kind.TIME:
        return
    when = _days(subject, subject.schema[by])
    for column in subject.having(Kind.TIME):
        if column.name == by:
            continue
        later = np.flatnonzero(_days(subject, column) > when)
        if len(later) > 0.01 * len(when):
            yield Finding(
                "afterwards",
                Severity.SEVERE,
                f"lies after the moment of the prediction in {len(later):,} of {len(when):,} rows",
                (column.name, by),
                subject.listed(later),
                remedies.ignore(column.name),
            )


def _days(subject: Subject, column: Column) -> Floats:
    return coded.as_floats(values.from_series(subject.frame[column.name], column))
