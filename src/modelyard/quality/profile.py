"""What each column holds, in figures that tell no row's value: shares, quantiles, a small histogram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events
from modelyard.core.types import Kind, Role
from modelyard.data import values
from modelyard.quality import codes as coded
from modelyard.quality import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from modelyard.core.types import Column, Floats, Json, Table
    from modelyard.data.read import Rows
    from modelyard.quality.subject import Subject

TOLD = ("name", "kind", "role", "encoder", "missing", "distinct", "reason")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BARS = 20  # of a histogram
SHOWN = 10  # levels
FEWEST = 5  # rows of a level that is shown, and beyond the outermost quantile that is


@dataclass(frozen=True)
class ColumnProfile:
    """A column: what it means and why, and what its rows hold.

    `quantiles` are of numbers, and of moments as ISO dates; `shares` of a category's levels that have at least five
    rows, or of true; `histogram` how many rows of the sample lie in each of equal bins between the outermost quantiles.
    Texts and identifiers show none of these.
    """

    name: str
    kind: Kind
    role: Role
    encoder: str | None
    missing: float
    distinct: int
    reason: str
    quantiles: Mapping[str, float | str] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    histogram: tuple[int, ...] = ()

    def told(self) -> dict[str, Json]:
        """What it means, and how much of it is missing and different."""
        return {key: getattr(self, key) for key in TOLD}


def profiled(subject: Subject, encoders: Mapping[str, str | None]) -> tuple[ColumnProfile, ...]:
    """All columns of all parts; `encoders` are the names of those that columns are read by."""
    columns = subject.schema.columns
    told = []
    for done, column in enumerate(columns):
        events.step("profiling", done, len(columns), column.name)
        told.append(_profile(subject, column, encoders.get(column.name)))
    events.step("profiling", len(columns), len(columns))
    return tuple(told)


def class_counts(rows: Rows) -> dict[str, int]:
    """How many rows each class has in all parts; nothing for numbers."""
    target = rows.train.schema.target
    counts = dict.fromkeys(target.levels, 0)
    if target.levels:
        for table in rows.given:
            for value, count in table.frame[target.name].drop_nulls().value_counts().iter_rows():
                counts[values.level(value)] += count
    return counts


def _profile(subject: Subject, column: Column, encoder: str | None) -> ColumnProfile:
    series = _whole(list(subject.parts.values()), column.name)
    quantiles, histogram = _spread(subject.sample, column)
    return ColumnProfile(
        name=column.name,
        kind=column.kind,
        role=column.role,
        encoder=encoder,
        missing=series.null_count() / max(len(series), 1),
        distinct=series.drop_nulls().n_unique(),
        reason=column.reason,
        quantiles=quantiles,
        shares=_shares(subject.frame[column.name], column),
        histogram=histogram,
    )


def _whole(parts: Sequence[Table], name: str) -> pl.Series:
    """A column's rows of all parts; as text where they hold them in different ways."""
    import polars as pl

    found = [table.frame[name] for table in parts]
    same = len({str(series.dtype) for series in found}) == 1
    return pl.concat(found if same else [series.cast(pl.String) for series in found])


def _spread(table: Table, column: Column) -> tuple[dict[str, float | str], tuple[int, ...]]:
    """Quantiles and histogram of numbers and moments, if there are enough that none tells of a single row."""
    if column.kind not in {Kind.NUMBER, Kind.TIME} or names.identifier(column.name):
        return {}, ()
    found = coded.as_floats(values.from_series(table.frame[column.name], column))
    known = found[~np.isnan(found)]
    if len(known) < FEWEST / QUANTILES[0]:
        return {}, ()
    at = np.quantile(known, QUANTILES)
    told = {f"{share:g}": _told(value, column.kind) for share, value in zip(QUANTILES, at, strict=True)}
    return told, _bars(known, float(at[0]), float(at[-1]))


def _told(value: float, kind: Kind) -> float | str:
    """Four digits of a number; the day of a moment."""
    return str(np.datetime64(int(value), "D")) if kind is Kind.TIME else float(f"{value:.4g}")


def _bars(known: Floats, low: float, high: float) -> tuple[int, ...]:
    if low >= high:
        return ()
    counts, _ = np.histogram(known[(known >= low) & (known <= high)], bins=BARS, range=(low, high))
    return tuple(counts.tolist())


def _shares(series: pl.Series, column: Column) -> dict[str, float]:
    """The most frequent levels; of a target of classes, too."""
    if column.kind not in {Kind.CATEGORY, Kind.BOOLEAN} and not (column.role is Role.TARGET and column.levels):
        return {}
    if column.kind is Kind.IDENTIFIER or names.identifier(column.name) or len(series) == 0:
        return {}
    counted = series.drop_nulls().value_counts().iter_rows()
    counts = sorted(((-count, values.level(level)) for level, count in counted if count >= FEWEST))[:SHOWN]
    return {level: round(-count / len(series), 6) for count, level in counts}
