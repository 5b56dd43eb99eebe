"""Rows or identifiers whose order tells the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind, Role
from modelyard.quality import codes as coded
from modelyard.quality import foretelling, remedies
from modelyard.quality import names as named
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column, Floats, Table
    from modelyard.quality.subject import Subject

DIGITS = r"(\d+)\D*$"  # of an identifier: its last number


@part
class Order(Inspection):
    """Where a row stands, or what number its identifier has, foretells the target on rows that were not looked at."""

    skill: float = Field(default=0.4, gt=0, le=1, description="how well, from 0 to 1, from which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Identifiers first."""
        table, drawn = subject.modelled
        wanted = foretelling.aim(table, subject.task)
        fold = foretelling.folds(len(table), subject.recipe.seed)
        for column in subject.unsaid:
            if column.kind is Kind.IDENTIFIER or named.identifier(column.name):
                told = foretelling.alone(coded.binned(_numbers(table, column)), wanted, fold)
                if told >= self.skill:
                    yield _identifier(column, told)
        told = foretelling.alone(coded.binned(drawn.astype(np.float64)), wanted, fold)
        if told >= self.skill:
            yield Finding(
                "ordered_rows",
                Severity.WARNING,
                f"where a row stands tells its target ({told:.0%} of what could be told): the rows are sorted by it",
                (subject.target.name,),
                {"skill": round(told, 4)},
                hint="fine for a split at random; leave out every column that counts rows, and split by nothing else",
            )


def _identifier(column: Column, told: float) -> Finding:
    used = column.role is Role.FEATURE
    return Finding(
        "ordered_identifier",
        Severity.SEVERE if used else Severity.WARNING,
        f"is an identifier whose order tells the target ({told:.0%} of what could be told)"
        + ("" if used else "; it is left out"),
        (column.name,),
        {"skill": round(told, 4)},
        remedies.ignore(column.name),
        "ask how the numbers were given: whatever ordered them is not known for rows to come",
    )


def _numbers(table: Table, column: Column) -> Floats:
    """The number of each identifier, [rows] float64, NaN where it has none."""
    series = table.frame[column.name]
    if series.dtype == pl.String:
        series = series.str.extract(DIGITS).cast(pl.Float64, strict=False)
    elif not series.dtype.is_numeric():
        return np.full(len(series), np.nan)
    return series.cast(pl.Float64).fill_null(np.nan).to_numpy()
