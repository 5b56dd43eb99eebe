"""Whether records are whole, many at once: as many fields as there are columns, and quotes only where they belong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

QUOTE, LINE_FEED, RETURN, ZERO = ord('"'), ord("\n"), ord("\r"), ord("0")
BLOCK = 1 << 20  # bytes that are looked at together, as they fit into a processor's cache
# What a number may begin with for a parser, and may not for what a column's type is told by.
LONGEST = 8 << 20  # bytes of a record, and so how far a quoted field may run
ODD = np.zeros(256, np.bool_)
ODD[list(b" \t+")] = True


@dataclass(frozen=True)
class Shape:
    """How many records and lines there are, and the columns with a field that may only begin like a number."""

    rows: int
    lines: int
    odd: frozenset[int]


def shape(content: bytes, width: int, separator: int) -> Shape | None:
    """The shape of records that all are whole and end in a line feed; None where any is not.

    A line end inside quotes belongs to its field. Field by field: the separators and line ends outside quotes must
    come in the order of a table's, `width - 1` of the one and then one of the other; so a blank line is seen too.
    """
    rows, lines, odd, start = 0, 0, np.zeros(width, np.bool_), 0
    while start < len(content):
        end = cut(content, start, start + BLOCK)
        end = end if end > start else cut(content, start, len(content))
        found = (
            _block(np.frombuffer(content, np.uint8, end - start, start), width, separator, odd) if end > start else None
        )
        if found is None:
            return None
        rows, lines, start = rows + found[0], lines + found[1], end
    return Shape(rows, lines, frozenset(np.flatnonzero(odd).tolist()))


def cut(content: bytes, start: int, stop: int) -> int:
    """The end of the last record that ends between `start`, where one begins, and `stop`; `start` where none does."""
    stop = min(stop, len(content))
    if content.find(b'"', start, stop) < 0:  # which is found much faster than counted
        return max(content.rfind(b"\n", start, stop) + 1, start)
    quotes = content.count(b'"', start, stop)
    end = content.rfind(b"\n", start, stop)
    while end >= 0:
        quotes -= content.count(b'"', end, stop)
        if quotes % 2 == 0:
            return end + 1
        stop, end = end, content.rfind(b"\n", start, end)
    return start


def _block(
    text: npt.NDArray[np.uint8], width: int, separator: int, odd: npt.NDArray[np.bool_]
) -> tuple[int, int] | None:
    """How many records and lines there are; columns of odd fields are set in `odd`."""
    places = np.flatnonzero((text == LINE_FEED) | (text == separator) | (text == QUOTE))
    marks = text[places]
    lines = marks == LINE_FEED
    found = np.count_nonzero(lines)
    quotes = marks == QUOTE
    has_quotes = bool(quotes.any())
    if has_quotes:
        if not _quoted(text, places[quotes], separator):
            return None
        outside = np.flatnonzero(~(quotes | np.logical_xor.accumulate(quotes)))
        places, lines = places[outside], lines[outside]
    rows = len(places) // width
    if len(places) != rows * width:
        return None
    table = lines.reshape(rows, width)
    if not (table[:, -1].all() and np.count_nonzero(lines) == rows):
        return None
    starts = np.empty_like(places)
    starts[0], starts[1:] = 0, places[:-1] + 1
    if len(text) > LONGEST and (places[width - 1 :: width] + 1 - starts[::width]).max() > LONGEST:
        return None
    odd |= _odd(text, starts, has_quotes=has_quotes).reshape(rows, width).any(axis=0)
    return rows, int(found)


def _quoted(text: npt.NDArray[np.uint8], at: npt.NDArray[np.int64], separator: int) -> bool:
    """Whether quotes stand where they may: around a field, and twice within it."""
    if len(at) % 2:
        return False
    before = text[at[0::2] - 1]
    opens = (before == separator) | (before == LINE_FEED) | (before == QUOTE)
    opens[0] |= at[0] == 0
    after = text[at[1::2] + 1]
    closes = (after == separator) | (after == LINE_FEED) | (after == QUOTE) | (after == RETURN)
    return bool(opens.all() and closes.all())


def _odd(text: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], *, has_quotes: bool) -> npt.NDArray[np.bool_]:
    """Fields that begin with white space, a plus, or a zero and another digit."""
    first = text[starts]
    if has_quotes:
        quoted = np.flatnonzero(first == QUOTE)
        starts[quoted] += 1
        first[quoted] = text[starts[quoted]]
    odd: npt.NDArray[np.bool_] = ODD[first]
    zeros = np.flatnonzero(first == ZERO)
    second = text[np.minimum(starts[zeros] + 1, len(text) - 1)]
    odd[zeros[(second >= ZERO) & (second <= ZERO + 9)]] = True
    return odd
