"""Texts that are empty, very long, or hold signs of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Ints
    from modelyard.quality.subject import Subject

MARKUP = r"</?(br|p|div|span|a|b|i|li|ul|table|td|tr|html|script)\b[^>]{0,200}>|&(amp|nbsp|quot|lt|gt|#\d{2,5});"


@part
class Texts(Inspection):
    """Columns of texts: the empty ones, those of over `longest` characters, and those with HTML in them."""

    longest: int = Field(default=20_000, ge=1, description="characters")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Three findings a column at most."""
        for column in subject.having(Kind.TEXT):
            series = subject.frame[column.name].cast(pl.String)
            empty = (series.fill_null("").str.strip_chars().str.len_chars() == 0).arg_true().to_numpy()
            yield from _told(subject, column.name, "empty_texts", "are empty", empty, 0.01)
            long = (series.str.len_chars() > self.longest).fill_null(value=False).arg_true().to_numpy()
            yield from _told(subject, column.name, "long_texts", f"have over {self.longest:,} characters", long, 0.0)
            marked = series.str.contains(MARKUP).fill_null(value=False).arg_true().to_numpy()
            yield from _told(subject, column.name, "markup", "hold HTML", marked, 1.0)


def _told(subject: Subject, name: str, word: str, said: str, places: Ints, share: float) -> Iterator[Finding]:
    if len(places):
        yield Finding(
            word,
            Severity.WARNING if len(places) > share * subject.frame.height else Severity.NOTE,
            f"{len(places):,} of {subject.frame.height:,} texts {said}",
            (name,),
            subject.listed(places),
            hint="leave the rows out, or mend the texts where they come from",
        )
