"""Columns of any kind as a few bins each, so that all of them can be told by counts: a missing value is a bin too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import seeds
from modelyard.core.types import Column, Floats, Ints, Kind, Values
from modelyard.features import folding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BINS = 8  # of numbers and times, by quantiles; or the most common levels, and one for the rest
ROWS = 10_000  # that are looked at, by chance
READ = frozenset({Kind.NUMBER, Kind.BOOLEAN, Kind.TIME, Kind.CATEGORY, Kind.IDENTIFIER})


@dataclass(frozen=True)
class Binned:
    """Columns in bins, `codes` [rows, columns] below `sizes` [columns], beside `target` [rows] and its `figures`.

    `figures` [rows, outputs] are the target as `folding.outputs` tells it, `rows` the places of those looked at.
    """

    names: tuple[str, ...]
    codes: Ints
    sizes: Ints
    target: Floats
    figures: Floats
    rows: Ints

    def __len__(self) -> int:
        """How many rows."""
        return len(self.codes)

    @property
    def starts(self) -> Ints:
        """Where each column's bins begin when all stand side by side, and where the last ends: [columns + 1]."""
        return np.concatenate([[0], np.cumsum(self.sizes)])

    def spread(self, rows: Ints | None = None) -> Floats:
        """A one for each row's bin of each column: [rows, bins] float32."""
        codes = self.codes if rows is None else self.codes[rows]
        out = np.zeros((len(codes), int(self.starts[-1])), dtype=np.float32)
        np.put_along_axis(out, codes + self.starts[:-1], 1.0, axis=1)
        return out


def of(
    names: Sequence[str],
    columns: Mapping[str, Values],
    known: Mapping[str, Column],
    target: Floats,
    seed: int,
    bins: int = BINS,
) -> Binned:
    """Columns in bins, at most `ROWS` of the rows."""
    rows = np.arange(len(target))
    if len(rows) > ROWS:
        rows = np.sort(seeds.generator(seed, "relevance").choice(len(rows), ROWS, replace=False))
    found = [codes(columns[name][rows], known[name].kind, bins) for name in names]
    sizes = np.array([int(one.max(initial=0)) + 1 for one in found], dtype=np.int64)
    stacked = np.stack(found, axis=1) if found else np.zeros((len(rows), 0), dtype=np.int64)
    return Binned(tuple(names), stacked, sizes, target[rows], folding.outputs(target)[rows], rows)


def codes(values: Values, kind: Kind, bins: int = BINS) -> Ints:
    """The bin of each value, [rows] int from 0 on, without a bin that is empty.

    >>> codes(np.array([1.0, 2.0, np.nan, 9.0]), Kind.NUMBER, 2).tolist()
    [0, 0, 2, 1]
    """
    found: Ints
    if kind in {Kind.CATEGORY, Kind.IDENTIFIER}:
        common = [level for level, _ in Counter(values.tolist()).most_common(bins)]
        places = {level: place for place, level in enumerate(common)}
        found = np.fromiter((places.get(v, bins) for v in values.tolist()), dtype=np.int64, count=len(values))
    else:
        found = quantiles(values.astype(np.float64) if values.dtype.kind == "f" else _numbers(values), bins)
    return np.asarray(np.unique(found, return_inverse=True)[1], dtype=np.int64).ravel()


def quantiles(values: Floats, bins: int) -> Ints:
    """The quantile bin of each number, [rows]; `bins` for one that is missing."""
    there = values[~np.isnan(values)]
    edges = np.unique(np.quantile(there, np.arange(1, bins) / bins, method="lower")) if len(there) else np.zeros(0)
    found = np.searchsorted(edges, values)
    found[np.isnan(values)] = bins
    return np.asarray(found)


def _numbers(moments: Values) -> Floats:
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64).astype(np.float64))
