"""The rows of a text file as records of a schema, a bounded piece at a time and without a frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.core import events, refusals
from modelyard.core.errors import DataError, MissingExtraError, Problems, nearest
from modelyard.core.refusals import Collected
from modelyard.core.sources import Recorded
from modelyard.core.types import Schema
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTED = 10_000  # rows that are looked at once while they are counted


@dataclass(frozen=True)
class Records:
    """The rows of a source as a client would send them; none is kept, and each call reads anew."""

    source: Recorded
    schema: Schema
    folder: Path

    def __len__(self) -> int:
        """How many rows: all are read for it.

        Raises:
            DataError: the source cannot be read.
        """
        with refusals.collecting():  # they are told when the rows are read
            return sum(len(piece) for piece in self.source.pieces(self.folder, COUNTED))

    def pieces(self, rows: int) -> Iterator[list[dict[str, Any]]]:
        """At most so many records after the other: the schema's columns alone.

        Raises:
            DataError: the source cannot be read, or a feature is none of its columns.
        """
        known = {column.name: column for column in self.schema.columns}
        for number, piece in enumerate(_told(self.source.pieces(self.folder, rows))):
            if number == 0:
                self._check({name for row in piece for name in row})
            yield [
                {
                    name: values.cell(value, known[name]) if isinstance(value, str) else value
                    for name, value in row.items()
                    if name in known
                }
                for row in piece
            ]

    def _check(self, names: set[str]) -> None:
        found = Problems(DataError)
        for column in self.schema.features:
            if column.name not in names:
                found.add("no such column", column.name, nearest(column.name, names))
        found.raise_any()


def _told(pieces: Iterator[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """The same pieces; when they end, what was refused on the way is told."""
    refused = Collected()
    while True:
        with refusals.collecting(refused):  # around each piece alone: what is done with it is none of it
            piece = next(pieces, None)
        if piece is None:
            break
        yield piece
    for note in refused.notes:
        events.note(note)


def of(source: object, schema: Schema, folder: Path, where: str) -> Records:
    """The records of a source.

    Raises:
        MissingExtraError: it is read as frames alone.
    """
    if not isinstance(source, Recorded):
        raise MissingExtraError(
            "needs the package 'polars', which is not installed", where, "pip install 'modelyard[tables]'"
        )
    return Records(source, schema, folder)
