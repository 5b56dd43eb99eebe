"""Groups of texts that say the same: exact copies, and near ones, which MinHash finds.

A text is the set of its shingles, its runs of a few characters. Two sets A and B are as similar as their Jaccard index
|A & B| / |A | B|, and the least value that a random permutation gives to either set is the same with just that
probability (Broder 1997). So many least values make a sketch; those of a similarity s fall together in one of b bands
of r values with probability 1 - (1 - s**r)**b (Leskovec, Rajaraman and Ullman 2020, section 3.4). Whatever falls
together is compared by its shingles themselves. No words are sought, so any script will do.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events
from modelyard.core.normal import normal
from modelyard.core.registry import missing_extra

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datasketch import MinHash

    from modelyard.core.types import Ints

Texts = tuple[str, ...]  # of one row, a text a column
RUN, DENSE_RUN = 5, 3  # characters of a shingle; of a text in Chinese, Japanese or Korean, whose characters say more
DENSE = 0x2E80  # where those scripts begin
FEWEST = 20  # shingles of a text that can be nearly another: one word of a shorter one may be all that it says
VALUES = 128  # of a sketch
FOUND = 0.995  # probability at least that a pair just similar enough is compared
FEW = 8  # texts that are compared each with each
SHOWN = 20  # texts of one group that later ones are compared with
MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads the bits of neighbouring values


def plain(text: str) -> str:
    """A text without what makes no difference: NFKC, case folded, white space squeezed.

    >>> plain(" Great   STUFF "), plain("Straße") == plain("STRASSE")
    ('great stuff', True)
    """
    return " ".join(normal(text).casefold().split())


def shingles(text: str) -> Ints:
    """The hashes of a text's shingles, each once and in order: [shingles] uint64."""
    units = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    width = DENSE_RUN if 2 * np.count_nonzero(units >= DENSE) > len(units) else RUN
    count = max(len(units) - width + 1, 0)
    hashes = np.zeros(count, dtype=np.uint64)
    for place in range(width):
        hashes = (hashes ^ units[place : place + count]) * MIX
        hashes ^= hashes >> np.uint64(29)
    return np.unique(hashes)


def similarity(left: Ints, right: Ints) -> float:
    """The Jaccard index of two sets of shingles, each in order."""
    both = len(np.intersect1d(left, right, assume_unique=True))
    return both / max(len(left) + len(right) - both, 1)


def near(left: Texts, right: Texts, least: float) -> bool:
    """Whether each text of one row is the other row's, or nearly so; a short or empty one is only if it is the same."""
    for mine, other in zip(left, right, strict=True):
        if mine == other:
            continue
        sets = shingles(mine), shingles(other)
        if min(map(len, sets)) < FEWEST or similarity(*sets) < least:
            return False
    return True


def grouped(texts: Sequence[Texts], others: Sequence[int], least: float) -> tuple[Ints, Ints]:
    """For each row the first row that is an exact copy of it, and the first of its group: [rows] and [rows] int64.

    A group holds exact copies, near copies, and near copies of those; a row without copies is a group of its own, and
    so is one that has no text at all. `texts` are `plain`; only rows with the same number in `others` can be copies.

    Raises:
        MissingExtraError: there is something to compare, and the package that sketches is not installed.
    """
    known: dict[tuple[Texts, int], int] = {}
    exact = [
        known.setdefault((t, o), row) if any(t) else row for row, (t, o) in enumerate(zip(texts, others, strict=True))
    ]
    alike: dict[int, list[int]] = {}
    for (_, other), row in known.items():
        alike.setdefault(other, []).append(row)
    groups = _Groups(len(texts))
    if least < 1:
        events.step("looking for copies", 0, len(known))
        done = 0
        for rows in alike.values():
            for one, two in _pairs(texts, rows, least, groups, done):
                if not groups.joined(one, two) and near(texts[one], texts[two], least):
                    groups.join(one, two)
            done += len(rows)
        events.step("looking for copies", len(known), len(known))
    return np.array(exact, dtype=np.int64), np.array([groups.first(row) for row in exact], dtype=np.int64)


class _Groups:
    """Which rows belong together; a group is known by its first row (Tarjan 1975)."""

    def __init__(self, rows: int) -> None:
        self._above = list(range(rows))

    def first(self, row: int) -> int:
        while self._above[row] != row:
            self._above[row] = self._above[self._above[row]]
            row = self._above[row]
        return row

    def joined(self, one: int, two: int) -> bool:
        return self.first(one) == self.first(two)

    def join(self, one: int, two: int) -> None:
        low, high = sorted((self.first(one), self.first(two)))
        self._above[high] = low


def _pairs(
    texts: Sequence[Texts], rows: list[int], least: float, groups: _Groups, done: int
) -> Iterator[tuple[int, int]]:
    """Pairs of rows that may be near copies: all where they are few, else those whose sketches share a band."""
    if len(rows) <= FEW:
        yield from combinations(rows, 2)
        return
    try:
        from datasketch import MinHash, MinHashLSH  # scipy, where there are texts to compare
    except ModuleNotFoundError as error:
        raise missing_extra(error, "hygiene of texts") from error
    blank = MinHash(num_perm=VALUES, hashfunc=int)
    index = MinHashLSH(num_perm=VALUES, params=_bands(least))
    shown: dict[int, int] = {}  # of each group: of a crowd of copies, the first few will do
    for place, row in enumerate(rows):
        if place % 1000 == 0:
            events.step("looking for copies", done + place, done + len(rows))
        sketch = _sketch("\n".join(texts[row]), blank)
        if sketch is None:
            continue
        yield from ((other, row) for other in sorted(index.query(sketch)))
        head = groups.first(row)
        shown[head] = shown.get(head, 0) + 1
        if shown[head] <= SHOWN:
            index.insert(row, sketch, check_duplication=False)


def _sketch(text: str, blank: MinHash) -> MinHash | None:
    """The least values of a text's shingles; None where it has too few."""
    hashes = shingles(text)
    if len(hashes) < FEWEST:
        return None
    sketch = blank.copy()
    sketch.update_batch((hashes >> np.uint64(32)).tolist())
    return sketch


def _bands(least: float) -> tuple[int, int]:
    """How many bands of how many values find a pair of the least similarity all but surely, and others most seldom.

    >>> _bands(0.8)
    (21, 6)
    """
    widths = (r for r in range(VALUES // 2, 0, -1) if 1 - (1 - least**r) ** (VALUES // r) >= FOUND)
    width = next(widths, 1)
    return VALUES // width, width
