"""Parts of the rows that anyone could name: levels and ranges of columns, and two of them together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.core.types import Column, Floats, Ints, Kind, Table
from modelyard.evaluate import slices

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARE = 0.02  # of the rows that a part holds at least, and leaves
PAIRED = 80  # parts, those of the most rows, that are looked at two at a time


@dataclass(frozen=True)
class Parts:
    """Single conditions first, then pairs of them: `single` [rows, conditions] of 0 and 1, `pairs` [pairs, 2]."""

    names: tuple[str, ...]
    single: Floats
    pairs: Ints

    def __len__(self) -> int:
        """How many parts."""
        return len(self.names) + len(self.pairs)

    def sums(self, of: Floats) -> Floats:
        """The sum of values [rows] over the rows of each part: [parts]."""
        both = (self.single * of[:, None]).T @ self.single
        return np.concatenate([both.diagonal(), both[self.pairs[:, 0], self.pairs[:, 1]]])

    def mask(self, place: int) -> npt.NDArray[Any]:
        """A part's rows, [rows] bool."""
        return np.asarray(self.single[:, self._conditions(place)].all(axis=1))

    def name(self, place: int) -> str:
        """What its rows have in common."""
        return " and ".join(self.names[one] for one in self._conditions(place))

    def parents(self, place: int) -> tuple[int, ...]:
        """The single conditions of a pair; none for a single one."""
        return () if place < len(self.names) else self._conditions(place)

    def _conditions(self, place: int) -> tuple[int, ...]:
        return (place,) if place < len(self.names) else tuple(self.pairs[place - len(self.names)].tolist())


def of(table: Table, columns: Sequence[Column]) -> Parts:
    """The parts with rows enough: levels, quarters of numbers and times, texts by their length.

    A part has 20 rows and 2% of all at least, and leaves as many. A pair is of two columns and smaller than either.
    """
    fewest = max(slices.FEWEST, SHARE * len(table))
    names, masks, owners = list[str](), list[npt.NDArray[Any]](), list[int]()
    for owner, column in enumerate(columns):
        for name, mask in _conditions(table, column):
            if fewest <= mask.sum() <= len(table) - fewest:
                names.append(name)
                masks.append(mask)
                owners.append(owner)
    single = np.stack(masks, axis=1).astype(np.float64) if masks else np.zeros((len(table), 0))
    shared = single.T @ single
    rows = shared.diagonal()
    most = np.sort(np.argsort(-rows, kind="stable")[:PAIRED]).tolist()
    kept = [
        (a, b)
        for a, b in combinations(most, 2)
        if owners[a] != owners[b] and fewest <= shared[a, b] < min(rows[a], rows[b])
    ]
    return Parts(tuple(names), single, np.array(kept, dtype=np.int64).reshape(-1, 2))


def _conditions(table: Table, column: Column) -> list[tuple[str, npt.NDArray[Any]]]:
    if column.kind is Kind.IDENTIFIER:
        return []
    if column.kind is not Kind.TEXT:
        return slices.of_column(table, column)
    name = f"length of {column.name}"
    lengths = pl.DataFrame({name: table.frame[column.name].cast(pl.String).str.len_chars()})
    return slices.of_column(Table(lengths, table.schema), Column(name, Kind.NUMBER))
