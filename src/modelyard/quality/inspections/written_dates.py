"""Dates that are written as text or as digits, in one form or in several."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind, Role
from modelyard.quality import remedies, written
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column
    from modelyard.quality.subject import Subject
    from modelyard.quality.written import Day

FEWEST = 5  # different dates that make a column one of dates


@part
class WrittenDates(Inspection):
    """A column that is not read as time and of which at least a `share` of the different values are dates."""

    share: float = Field(default=0.8, gt=0, le=1, description="of the different values")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column: days and months in both orders, several forms, or one form."""
        for column in subject.schema.columns:
            if column.kind is Kind.TIME or column.role is Role.TARGET or column not in subject.unsaid:
                continue
            series = _texts(subject.frame[column.name])
            distinct = subject.different(series)
            forms = {value: form for value in distinct if (form := written.day(value)) is not None}
            if len(forms) >= max(FEWEST, self.share * len(distinct)):
                yield _found(subject, column, series, forms)


def _texts(series: pl.Series) -> pl.Series:
    """Text as it is, whole numbers as they are written; nothing else."""
    if series.dtype == pl.String:
        return series
    return series.cast(pl.String) if series.dtype.is_integer() else series.clear().cast(pl.String)


def _found(subject: Subject, column: Column, series: pl.Series, forms: dict[str, Day]) -> Finding:
    counts = Counter(form.form for form in forms.values())
    orders = {form.day for form in forms.values() if form.day}
    usual = counts.most_common(1)[0][0]
    rare = [value for value, form in forms.items() if form.form != usual]
    word, said = "written_dates", f"holds dates that are read as {column.kind}"
    if len(counts) > 1:
        word, said = "mixed_dates", f"holds dates in {len(counts)} forms"
    if len(orders) == 2:
        word, said = "ambiguous_dates", "holds dates whose day comes first in some rows and second in others"
        rare = [value for value, form in forms.items() if form.day == "second"]
    return Finding(
        word,
        Severity.WARNING,
        said,
        (column.name,),
        {"forms": len(counts), **subject.listed(series.is_in(rare).fill_null(value=False).arg_true().to_numpy())},
        remedies.clean(column.name, {"clean": "dates"}),
        "" if word == "written_dates" else "write them all as 2026-03-31; nobody can tell which is meant by 03/04",
    )
