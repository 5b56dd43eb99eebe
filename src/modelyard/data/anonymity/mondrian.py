"""Rows dealt into the smallest classes that keep a promise.

LeFevre, DeWitt and Ramakrishnan, Mondrian multidimensional k-anonymity, 2006: a class is cut in two at the median of
the column in which it is widest, as long as both halves keep what is asked, else at the next widest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelyard.core.types import Ints
    from modelyard.data.anonymity.quasi import Quasi


def classes(columns: Sequence[Quasi], allowed: Callable[[Ints], bool]) -> list[Ints]:
    """The rows [members] of each class; all of them keep `allowed` if the whole does, which is not looked at."""
    waiting: list[Ints] = [np.arange(len(columns[0].codes))]
    done: list[Ints] = []
    while waiting:
        rows = waiting.pop()
        halves = next((pair for pair in _cuts(rows, columns) if all(allowed(half) for half in pair)), None)
        if halves is None:
            done.append(rows)
        else:
            waiting.extend(halves)
    return done


def _cuts(rows: Ints, columns: Sequence[Quasi]) -> Iterator[tuple[Ints, Ints]]:
    """The halves of each column that varies, the widest first: on either side of the median value."""
    spans = [(column.codes[rows].min(), column.codes[rows].max()) for column in columns]
    widths = [column.width(low, high) for column, (low, high) in zip(columns, spans, strict=True)]
    for place in sorted(range(len(columns)), key=lambda one: -widths[one]):
        low, high = spans[place]
        codes = columns[place].codes[rows]
        if low == high:
            continue
        middle = int(np.sort(codes)[(len(codes) - 1) // 2])
        for cut in dict.fromkeys((min(middle, high - 1), max(middle - 1, low))):
            yield rows[codes <= cut], rows[codes > cut]
