"""Parts of the rows that anyone could name: levels and ranges of columns, and two of them together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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
    """Single conditions first, then pairs of them.

    `single` [rows, conditions] float32 are 0 or 1, `pairs` [pairs, 2] places among `paired`, which are conditions.
    """

    names: tuple[str, ...]
    single: Floats
    paired: Ints
    pairs: Ints

    def __len__(self) -> int:
        """How many parts."""
        return len(self.names) + len(self.pairs)

    def sums(self, of: Floats) -> Floats:
        """The sum of values [rows] over the rows of each part: [parts]."""
        each = of.astype(np.float32)
        both = (self._some * each[:, None]).T @ self._some
        return np.concatenate([each @ self.single, both[self.pairs[:, 0], self.pairs[:, 1]]])

    @cached_property
    def _some(self) -> Floats:
        return np.ascontiguousarray(self.single[:, self.paired])

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
        if place < len(self.names):
            return (place,)
        return tuple(self.paired[self.pairs[place - len(self.names)]].tolist())


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
    single = np.stack(masks, axis=1).astype(np.float32) if masks else np.zeros((len(table), 0), dtype=np.float32)
    most = np.sort(np.argsort(-single.sum(axis=0), kind="stable")[:PAIRED])
    shared = single[:, most].T @ single[:, most]
    rows = shared.diagonal()
    kept = [
        (a, b)
        for a, b in combinations(range(len(most)), 2)
        if owners[most[a]] != owners[most[b]] and fewest <= shared[a, b] < min(rows[a], rows[b])
    ]
    return Parts(tuple(names), single, most, np.array(kept, dtype=np.int64).reshape(-1, 2))


def _conditions(table: Table, column: Column) -> list[tuple[str, npt.NDArray[Any]]]:
    if column.kind is Kind.IDENTIFIER:
        return []
    if column.kind is not Kind.TEXT:
        return slices.of_column(table, column)
    name = f"length of {column.name}"
    lengths = pl.DataFrame({name: table.frame[column.name].cast(pl.String).str.len_chars()})
    return slices.of_column(Table(lengths, table.schema), Column(name, Kind.NUMBER))
