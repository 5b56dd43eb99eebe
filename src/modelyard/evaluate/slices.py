"""The slices of a table: for whom is the model worse?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.types import Column, Kind, Role, Table
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Iterator

FEWEST = 20  # rows under which an interval says nothing
MOST = 20  # levels of a category that are told apart


def of(table: Table) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Each slice's name and its rows, [rows] bool: a level, or a quarter of a number's or a time's range."""
    for parts in groups(table).values():
        yield from parts


def groups(table: Table) -> dict[str, list[tuple[str, npt.NDArray[Any]]]]:
    """By column with the role slice: the names of its slices, no row in two of them, and their rows, [rows] bool."""
    return {column.name: of_column(table, column) for column in table.schema.having(Role.SLICE)}


def of_column(table: Table, column: Column) -> list[tuple[str, npt.NDArray[Any]]]:
    """The slices of one column that hold a row."""
    found = values.from_series(table.frame[column.name], column)
    return [(f"{column.name} {name}", mask) for name, mask in _of_column(column, found) if mask.any()]


def measured(table: Table) -> list[str]:
    """The names of the slices with enough rows to be measured."""
    return [name for name, mask in of(table) if mask.sum() >= FEWEST]


def _of_column(column: Column, found: npt.NDArray[Any]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    missing = values.missing(found)
    if column.kind in {Kind.NUMBER, Kind.TIME} and not missing.all():
        edges = np.unique(np.quantile(found[~missing].astype(np.float64), [0, 0.25, 0.5, 0.75, 1]))
        plain = found.astype(np.float64)
        if len(edges) == 1:
            yield f"= {_told(edges[0], column)}", ~missing
        for low, high in pairwise(edges):
            last = high == edges[-1]
            mask = ~missing & (plain >= low) & ((plain <= high) if last else (plain < high))
            yield f"{_told(low, column)} to {'' if last else 'under '}{_told(high, column)}", mask
    elif column.kind is Kind.BOOLEAN:
        for word, figure in (("true", 1.0), ("false", 0.0)):
            yield f"= {word}", found == figure
    elif column.kind is not Kind.IMAGE:  # a picture has no levels
        levels, counts = np.unique(found[~missing].astype(str), return_counts=True)
        for level in levels[np.argsort(-counts, kind="stable")][:MOST]:
            yield f"= {level}", np.array([value == level for value in found])
    yield "is missing", missing


def _told(edge: float, column: Column) -> str:
    if column.kind is Kind.TIME:
        return str(np.datetime64(int(edge), "us").astype("datetime64[D]"))
    return f"{edge:g}"
