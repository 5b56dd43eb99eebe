"""Numbers that are written as text: with units, decimal commas, or words among them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import hints
from modelyard.quality import remedies, written
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column, Flags
    from modelyard.quality.subject import Subject
    from modelyard.quality.written import Number

FEWEST = 8  # different numbers that make a column one of numbers


@part
class WrittenNumbers(Inspection):
    """A column of text of which at least a `share` of the rows reads as a number."""

    share: float = Field(default=0.2, gt=0, le=1, description="of the rows that hold a text, from which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Whether it is numbers throughout or in part, and whether units or decimal marks are mixed."""
        for column in subject.written:
            if column.kind not in {Kind.CATEGORY, Kind.IDENTIFIER, Kind.TEXT}:
                continue
            series = subject.frame[column.name]
            forms = {value: written.number(value) for value in subject.different(series)}
            known = {value: form for value, form in forms.items() if form is not None}
            rows = series.is_in(list(known)).fill_null(value=False).to_numpy()
            there = series.is_in(list(forms)).fill_null(value=False).to_numpy()
            if len(known) >= FEWEST and rows.sum() >= self.share * there.sum() and not _dates(list(known)):
                yield from _told(subject, column, known, there & ~rows)
                yield from _mixed(subject, column.name, series, known)


def _dates(known: list[str]) -> bool:
    """Whether what reads as numbers reads as dates, too."""
    return sum(written.day(value) is not None for value in known) > 0.5 * len(known)


def _told(subject: Subject, column: Column, known: dict[str, Number], others: Flags) -> Iterator[Finding]:
    """Numbers throughout, or numbers and something else."""
    strangers = np.flatnonzero(others)
    left = " and is left out" if column.kind is Kind.IDENTIFIER else ""
    word = "mixed_types" if len(strangers) else "written_numbers"
    said = (
        f"holds numbers, and in {counted(len(strangers), 'row')} something else" if len(strangers) else "holds numbers"
    )
    yield Finding(
        word,
        Severity.WARNING,
        f"{said}, as text: it is read as {column.kind}{left}",
        (column.name,),
        {"numbers": len(known), "units": len({form.unit for form in known.values()}), **subject.listed(strangers)},
        _cleaned(subject, column.name),
        "" if not len(strangers) else "what is no number is to be mended, or to count as missing",
    )


def _cleaned(subject: Subject, name: str) -> str:
    """How the column becomes one of numbers: with its unit, where its values show that one fits them all."""
    hint = hints.hint(subject.frame[name])
    way = hint.clean[-1] if hint is not None and hint.kind is Kind.NUMBER else "number"
    return remedies.clean(name, "whitespace", way if isinstance(way, dict) else {"clean": "number"})


def _mixed(subject: Subject, name: str, series: pl.Series, known: dict[str, Number]) -> Iterator[Finding]:
    """Units or decimal marks that are not the same in all rows."""
    for word, said, of in (
        ("mixed_units", "units", {value: form.unit for value, form in known.items()}),
        ("mixed_decimal_marks", "decimal marks", {value: form.mark for value, form in known.items() if form.mark}),
    ):
        forms = series.replace_strict(list(of), list(of.values()), default=None, return_dtype=pl.String)
        counts = Counter(forms.drop_nulls().to_list())
        if len(counts) > 1:
            usual = counts.most_common(1)[0][0]
            rare = (forms != usual).fill_null(value=False)
            yield Finding(
                word,
                Severity.WARNING,
                f"numbers are written with {len(counts)} different {said}: the same figure may mean different things",
                (name,),
                {"different": len(counts), **subject.listed(rare.arg_true().to_numpy())},
                _cleaned(subject, name),
                "say which is meant, or mend the rows",
            )
