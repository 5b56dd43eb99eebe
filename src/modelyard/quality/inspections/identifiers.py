"""Identifiers among the features: they hold for no row to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind, Role
from modelyard.quality import names, remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column
    from modelyard.quality.subject import Subject


@part
class Identifiers(Inspection):
    """A feature that names its rows: by its kind, by its name, or as nearly each of its codes comes once."""

    share: float = Field(default=0.8, gt=0, le=1, description="of different values from which codes name their rows")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Those that would be learnt from, then those that are left out already."""
        columns = sorted(subject.unsaid, key=lambda column: column.role is Role.IGNORE)
        for column in columns:
            why = self._why(subject.frame[column.name], column)
            if why:
                left = column.role is Role.IGNORE
                yield Finding(
                    "identifier",
                    Severity.NOTE if left else Severity.WARNING,
                    f"{why}: it cannot hold for rows to come" + (", and is left out" if left else ""),
                    (column.name,),
                    {"different": subject.frame[column.name].n_unique(), "rows": subject.frame.height},
                    remedies.ignore(column.name),
                )

    def _why(self, series: pl.Series, column: Column) -> str:
        if column.role is Role.IGNORE:
            return "names its rows" if column.kind is Kind.IDENTIFIER else ""
        if column.kind in {Kind.TEXT, Kind.TIME, Kind.BOOLEAN}:
            return ""
        if column.kind is Kind.IDENTIFIER:
            return "is an identifier, and the recipe makes it a feature"
        share = series.drop_nulls().n_unique() / max(len(series) - series.null_count(), 1)
        coded = series.dtype == pl.String or series.dtype.is_integer()
        if names.identifier(column.name) and coded:
            return "is called an identifier" + (" and differs in most rows" if share > 0.5 else "")
        codes = series.dtype == pl.String and share >= self.share and len(series) > 50
        return f"differs in {share:.0%} of the rows" if codes else ""
