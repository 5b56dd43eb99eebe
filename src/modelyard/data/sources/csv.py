"""Comma-separated values of any size, strictly: what is damaged is told or refused line by line."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.amounts import Bytes
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.core.urls import shown
from modelyard.data import unpacking
from modelyard.data.delimited import encodings, several
from modelyard.data.delimited.encodings import UTF_8
from modelyard.data.delimited.pieces import Damaged, Form, Piece
from modelyard.data.files import MOST, File, found
from modelyard.data.unpacking import RATIO, Limits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    import polars as pl

SMALL = 1 << 20  # bytes that are read at once where rows are read without frames
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "#N/A")


@part
class Csv(Source):
    """CSV files with a header line; encoding, separator and the kinds of the columns are found out.

    `path` is a file, a pattern such as `2026-*.csv`, or a URL; packed by gzip, zstd, xz, bzip2 or zip where it is. With
    `damaged: refuse` rows that are damaged are left out and told one by one; else any is an error. At most `max_bytes`
    are fetched or unpacked, and `max_ratio` for each packed byte.
    """

    path: str
    encoding: str = encodings.AUTO
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    missing: tuple[str, ...] = MISSING
    damaged: Damaged = "tell"
    max_bytes: Bytes = MOST
    max_ratio: float = Field(default=RATIO, gt=0)

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:
        """The rows; relative paths start from `folder`; the columns called `texts` are read as text.

        Raises:
            DataError: a file is missing, empty, wrongly encoded, ragged, or has two columns of one name.
        """
        from modelyard.data.delimited import frames

        files, form = self._files(folder), self._form()
        rows = frames.read(lambda: several.pieces(files, form), self.missing, texts, several.later(files, form))
        return rows.lazy()

    def pieces(self, folder: Path, rows: int) -> Iterator[list[dict[str, str | None]]]:
        """At most so many rows after the other, every value as text.

        Raises:
            DataError: as `read` raises it, when it comes to what is wrong.
        """
        records = self._records(several.pieces(self._files(folder), replace(self._form(), block=SMALL)))
        while piece := list(islice(records, rows)):
            yield piece

    def _records(self, pieces: Iterable[Piece]) -> Iterator[dict[str, str | None]]:
        csv.field_size_limit(1 << 30)
        missing = {"", *self.missing}
        for piece in pieces:
            lines = io.TextIOWrapper(io.BytesIO(piece.content), UTF_8, newline="")
            for row in csv.reader(lines, delimiter=piece.dialect.separator, strict=True):
                cells = zip(piece.dialect.names, row or [""], strict=True)
                yield {name: None if value in missing else value for name, value in cells}

    def digest(self, folder: Path) -> str:
        """The SHA-256 of what the file holds, packed or not; of several, of their names and digests."""
        return unpacking.digest_of(self._files(folder), self._limits())

    def _files(self, folder: Path) -> tuple[File, ...]:
        return found(self.path, folder, self.max_bytes)

    def _limits(self) -> Limits:
        return Limits(self.max_bytes, self.max_ratio)

    def _form(self) -> Form:
        return Form(encodings.codec(self.encoding, shown(self.path)), self.separator, self.damaged, self._limits())
