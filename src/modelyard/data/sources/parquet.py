"""Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core import digest, room
from modelyard.core.errors import DataError
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.data.files import resolve
from modelyard.data.plain import plain

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl

FEW = 10_000  # rows that tell how much memory a row takes


@part
class Parquet(Source):
    """A Parquet file."""

    path: str

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the file tells them
        """The rows; relative paths start from `folder`. They are read at once, so that a spoilt page is told here.

        Raises:
            DataError: the file is missing, empty or no Parquet.
            RoomError: the rows fit neither into memory nor onto the disk.
        """
        import polars as pl

        file = resolve(self.path, folder)
        try:
            rows = pl.scan_parquet(file, glob=False)
            count, few = rows.select(pl.len()).collect().item(), rows.head(FEW).collect()
            if room.fits(few.estimated_size() / max(len(few), 1) * count):
                return rows.collect().lazy()
            starts = range(0, count, room.PIECE)
            return room.framed(plain(rows.slice(start, room.PIECE).collect()) for start in starts).lazy()
        except pl.exceptions.PolarsError as error:
            raise DataError("is no Parquet file", self.path, "was it cut short, or is it a CSV?") from error

    def scan(self, folder: Path) -> pl.LazyFrame:
        """The rows, unread; a spoilt page is told when it is come to.

        Raises:
            DataError: the file is missing or no Parquet.
        """
        import polars as pl

        try:
            rows = pl.scan_parquet(resolve(self.path, folder), glob=False)
            rows.collect_schema()
        except pl.exceptions.PolarsError as error:
            raise DataError("is no Parquet file", self.path, "was it cut short, or is it a CSV?") from error
        return rows

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the file."""
        return digest.of_file(resolve(self.path, folder))
