"""Whether records are whole, many at once: as many fields as there are columns, and quotes only where they belong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

QUOTE, LINE_FEED, RETURN, ZERO = ord('"'), ord("\n"), ord("\r"), ord("0")
BLOCK = 1 << 20  # bytes that are looked at together, as they fit into a processor's cache
# What a number may begin with for a parser, and may not for what a column's type is told by.
ODD = np.zeros(256, np.bool_)
ODD[list(b" \t+")] = True


@dataclass(frozen=True)
class Shape:
    """How many records there are, and the columns with a field whose beginning may hide that it is no number."""

    rows: int
    odd: frozenset[int]


def shape(content: bytes, width: int, separator: int) -> Shape | None:
    """The shape of records that all are whole and end in a line feed; None where any is not.

    A line end inside quotes belongs to its field. Field by field: the separators and line ends outside quotes must
    come in the order of a table's, `width - 1` of the one and then one of the other; so a blank line is seen too.
    """
    rows, odd, start = 0, np.zeros(width, np.bool_), 0
    while start < len(content):
        end = cut(content, start, start + BLOCK)
        if end <= start:
            end = cut(content, start, len(content))
            if end <= start:
                return None
        found = _block(np.frombuffer(content, np.uint8, end - start, start), width, separator, odd)
        if found is None:
            return None
        rows, start = rows + found, end
    return Shape(rows, frozenset(np.flatnonzero(odd).tolist()))


def cut(content: bytes, start: int, stop: int) -> int:
    """The end of the last record that ends between `start`, where one begins, and `stop`; `start` where none does."""
    stop = min(stop, len(content))
    quotes = content.count(b'"', start, stop)
    end = content.rfind(b"\n", start, stop)
    while end >= 0:
        quotes -= content.count(b'"', end, stop)
        if quotes % 2 == 0:
            return end + 1
        stop, end = end, content.rfind(b"\n", start, end)
    return start


def _block(text: npt.NDArray[np.uint8], width: int, separator: int, odd: npt.NDArray[np.bool_]) -> int | None:
    """How many records there are; columns of odd fields are set in `odd`."""
    marks = (text == LINE_FEED) | (text == separator)
    quoted = text == QUOTE
    has_quotes = bool(quoted.any())
    places = np.flatnonzero(marks | quoted) if has_quotes else np.flatnonzero(marks)
    if has_quotes:
        outside = _outside(text, places, separator)
        if outside is None:
            return None
        places = outside
    rows = len(places) // width
    if len(places) != rows * width:
        return None
    ends = text[places].reshape(rows, width) == LINE_FEED
    if not (ends[:, -1].all() and np.count_nonzero(ends) == rows):
        return None
    starts = np.concatenate(([0], places[:-1] + 1))
    odd |= _odd(text, starts, has_quotes=has_quotes).reshape(rows, width).any(axis=0)
    return rows


def _outside(text: npt.NDArray[np.uint8], places: npt.NDArray[np.int64], separator: int) -> npt.NDArray[np.int64] | None:
    """The places of separators and line ends outside quotes; None where a quote stands where none may."""
    quotes = text[places] == QUOTE
    inside = np.logical_xor.accumulate(quotes)
    at = places[quotes]
    if len(at) % 2:
        return None
    before = text[at[0::2] - 1]
    opens = (before == separator) | (before == LINE_FEED) | (before == QUOTE)
    opens[0] |= at[0] == 0
    after = text[at[1::2] + 1]
    closes = (after == separator) | (after == LINE_FEED) | (after == QUOTE) | (after == RETURN)
    return places[~(quotes | inside)] if bool(opens.all() and closes.all()) else None


def _odd(text: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], *, has_quotes: bool) -> npt.NDArray[np.bool_]:
    """Fields that begin with white space, a plus, or a zero and another digit."""
    first = text[starts]
    if has_quotes:
        starts = starts + (first == QUOTE)
        first = text[starts]
    odd: npt.NDArray[np.bool_] = ODD[first]
    zeros = np.flatnonzero(first == ZERO)
    second = text[np.minimum(starts[zeros] + 1, len(text) - 1)]
    odd[zeros[(second >= ZERO) & (second <= ZERO + 9)]] = True
    return odd
