"""What may be where a value is not known: rows drawn from the summaries that a bundle keeps.

A bundle keeps no row of anybody, so each column is drawn by itself: by its levels' shares, or by quantiles that each
stand for as many rows, missing values by their share. Texts are empty, and pictures are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core import seeds
from modelyard.core.types import Column, Kind, Values
from modelyard.data.values import DTYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.core.explaining import Columns
    from modelyard.core.types import Floats, Ints

LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)  # of the quantiles that every bundle keeps
Known = Mapping[str, Mapping[str, Any]]


def drawn(columns: Iterable[Column], known: Known, rows: int, seed: int) -> dict[str, Values]:
    """Values [rows] of each column; as even as so few rows can be, in an order by `seed`."""
    return {column.name: _drawn(column, known.get(column.name, {}), rows, seed) for column in columns}


def thinned(columns: Columns, most: int, seed: int) -> dict[str, Values]:
    """At most so many of the rows, by chance where there are more."""
    rows = len(next(iter(columns.values()), ()))
    if rows <= most:
        return dict(columns)
    kept = np.sort(seeds.generator(seed, "background").choice(rows, most, replace=False))
    return {name: found[kept] for name, found in columns.items()}


def options(column: Column, known: Mapping[str, Any]) -> Values:
    """The different values of a column that the summaries tell of, [values]; none of texts, pictures, identifiers."""
    if column.kind in {Kind.TEXT, Kind.IMAGE, Kind.IDENTIFIER}:
        return np.zeros(0, dtype=object)
    if column.kind is Kind.CATEGORY:
        return np.array(list(known.get("levels", {})) or list(column.levels), dtype=object)
    if column.kind is Kind.BOOLEAN:
        return np.array([0.0, 1.0])
    if not _summarised(known):
        return np.zeros(0, dtype=DTYPES[column.kind])
    return np.unique(np.concatenate([_whole(_quantiles(column, known, 20), column), _edges(column, known)]))


def position(column: Column, known: Mapping[str, Any], values: Values) -> Floats:
    """How far up in its column a value stands, in [0, 1]: the share of rows below it, [values] float64."""
    if not _summarised(known):
        return np.zeros(len(values))
    ends = _edges(column, known)
    found = np.concatenate([ends[:1], _quantiles(column, known, 20), ends[-1:]]).astype(np.float64)
    share = np.concatenate([[0.0], (np.arange(20) + 0.5) / 20, [1.0]])
    return np.interp(values.astype(DTYPES[column.kind]).astype(np.float64), *_steps(found, share))


def _edges(column: Column, known: Mapping[str, Any]) -> Values:
    """The values from the least to the largest that every bundle keeps."""
    if column.kind is Kind.TIME:
        return np.array([known["first"], known["last"]], dtype="datetime64[us]")
    return np.array(known["quantiles"], dtype=np.float64)


def _steps(found: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Quantiles without repeats, each with the middle of its shares."""
    different, places = np.unique(found, return_inverse=True)
    return different, np.bincount(places, share) / np.bincount(places)


def _drawn(column: Column, known: Mapping[str, Any], rows: int, seed: int) -> Values:
    out = np.full(rows, _nothing(column), dtype=DTYPES.get(column.kind, object))
    if column.kind is Kind.TEXT:
        out[:] = ""
        return out
    there = rows - round(rows * float(known.get("missing", 0.0)))
    some = _some(column, known, there)
    if len(some) == 0:
        return out
    order = seeds.generator(seed, "background", column.name).permutation(rows)
    out[order[:there]] = some
    return out


def _some(column: Column, known: Mapping[str, Any], rows: int) -> Values:
    """Values that are there, [rows], or none."""
    if column.kind is Kind.CATEGORY and known.get("levels"):
        counts = _dealt(np.array(list(known["levels"].values()), dtype=np.float64), rows)
        return np.repeat(np.array(list(known["levels"]), dtype=object), counts)
    if column.kind in {Kind.CATEGORY, Kind.IDENTIFIER} or not _summarised(known):
        return np.zeros(0, dtype=object)
    if column.kind is Kind.BOOLEAN:
        share = float(known["true"]) if "true" in known else float(np.mean(_quantiles(column, known, 20)))
        return (np.arange(rows) < round(rows * share)).astype(np.float64)
    return _whole(_quantiles(column, known, rows), column)


def _summarised(known: Mapping[str, Any]) -> bool:
    return "quantiles" in known or "first" in known


def _dealt(shares: Floats, rows: int) -> Ints:
    """How many of the rows each share gets, [shares]: the largest remainders are rounded up."""
    wanted = shares / shares.sum() * rows
    counts: Ints = np.floor(wanted).astype(np.int64)
    late = np.argsort(counts - wanted, kind="stable")[: rows - int(counts.sum())]
    counts[late] += 1
    return counts


def _quantiles(column: Column, known: Mapping[str, Any], count: int) -> Values:
    """Values that each stand for as many rows: [count]."""
    time = column.kind is Kind.TIME
    found = known.get("between") or ([known["first"], known["last"]] if time else known["quantiles"])
    told = np.array(found, dtype="datetime64[us]").astype(np.float64) if time else np.array(found, dtype=np.float64)
    share = (np.arange(len(told)) + 0.5) / len(told)
    if "between" not in known:  # a bundle of before
        share = np.linspace(0, 1, 2) if time else np.array(LEVELS)
    drawn_ = np.interp((np.arange(count) + 0.5) / max(count, 1), share, told)
    return drawn_.astype(np.int64).astype("datetime64[us]") if time else drawn_


def _whole(found: Values, column: Column) -> Values:
    """Numbers of a column of whole ones are whole."""
    return np.round(found) if column.kind is Kind.NUMBER and column.storage == "integer" else found


def _nothing(column: Column) -> Any:  # noqa: ANN401 - what stands for a missing value
    return {Kind.NUMBER: np.nan, Kind.BOOLEAN: np.nan, Kind.TIME: np.datetime64("NaT")}.get(column.kind)
