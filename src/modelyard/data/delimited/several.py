"""The pieces of several files, one file after the other, whose columns are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import DataError, Problems
from modelyard.data import unpacking
from modelyard.data.delimited.encodings import AUTO, UTF_8
from modelyard.data.delimited.pieces import Form, Piece, Pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.data.delimited.dialect import Dialect
    from modelyard.data.files import File

LOOK = 1 << 18  # bytes from further on that are looked at for the types of columns
WRONG = 5  # files with problems after which no further one is read


def pieces(files: Sequence[File], form: Form) -> Iterator[Piece]:
    """The pieces of all files; the problems of several files are told together.

    Raises:
        DataError: a file is not what `Pieces` reads, or has other columns than the first.
    """
    found, first, wrong = Problems(DataError), None, 0
    for file in files:
        try:
            for piece in Pieces(file, form):
                first = first or piece.dialect
                _same(first, piece.dialect, files[0].name, file.name)
                if not wrong:
                    yield piece
        except DataError as error:
            found.absorb(error)
            wrong += 1
            if wrong == WRONG:
                break
    found.raise_any()


def later(files: Sequence[File], form: Form) -> bytes:
    """Lines from the middle and the end of the rows, where they are no more work to reach than the first ones."""
    middle, last = files[len(files) // 2], files[-1]
    if form.encoding not in {AUTO, UTF_8}:
        return b""
    return _lines(middle, 0.5) + _lines(last, 1.0)


def _lines(file: File, share: float) -> bytes:
    size = file.path.stat().st_size
    if size < 4 * LOOK or unpacking.form_of(file.path):
        return b""
    with file.path.open("rb") as content:
        content.seek(int((size - LOOK) * share))
        text = content.read(LOOK)
    return text[text.find(b"\n") + 1 : text.rfind(b"\n") + 1]


def _same(first: Dialect, other: Dialect, name: str, other_name: str) -> None:
    if first.names == other.names:
        return
    lacks = [column for column in first.names if column not in other.names]
    adds = [column for column in other.names if column not in first.names]
    told = f"lacks {lacks[0]}" if lacks else f"adds {adds[0]}" if adds else "they are in another order"
    raise DataError(f"has other columns than {name}: {told}", other_name, "give all files the same columns")
