"""Parquet: a file, those that a pattern matches, or a folder, whose `key=value` folders are columns too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modelyard.core import refusals, room
from modelyard.core.amounts import Bytes
from modelyard.core.errors import DataError
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.core.urls import shown
from modelyard.data import unpacking
from modelyard.data.files import MOST, File, found, inside
from modelyard.data.plain import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    import polars as pl

FEW = 10_000  # rows that tell how much memory a row takes
ENDINGS = (".parquet", ".pq")


@part
class Parquet(Source):
    """Parquet files; with `damaged: refuse` rows that do not decode are left out and told, else any is an error."""

    path: str
    damaged: Literal["tell", "refuse"] = "tell"
    max_bytes: Bytes = MOST

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the file tells them
        """The rows; relative paths start from `folder`. They are read at once, so that a spoilt page is told here.

        Raises:
            DataError: a file is missing, empty, no Parquet, or has other columns than the others.
            RoomError: the rows fit neither into memory nor onto the disk.
        """
        import polars as pl

        files = self._files(folder)
        try:
            rows = _scanned(files)
            count, few = rows.select(pl.len()).collect().item(), rows.head(FEW).collect()
            if room.fits(few.estimated_size() / max(len(few), 1) * count):
                return rows.collect().lazy()
            starts = range(0, count, room.PIECE)
            return room.framed(plain(rows.slice(start, room.PIECE).collect()) for start in starts).lazy()
        except pl.exceptions.PolarsError as error:
            return self._carefully(files, error)

    def scan(self, folder: Path) -> pl.LazyFrame:
        """The rows, unread; a spoilt page is told when it is come to, or at once where it may be refused.

        Raises:
            DataError: a file is missing or no Parquet.
        """
        import polars as pl

        if self.damaged == "refuse":
            return self.read(folder)
        files = self._files(folder)
        try:
            rows = _scanned(files)
            rows.collect_schema()
        except pl.exceptions.PolarsError as error:
            return self._carefully(files, error)
        return rows

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the file; of several, of their names and digests."""
        return unpacking.digest_of(self._files(folder))

    def _files(self, folder: Path) -> tuple[File, ...]:
        return inside(self.path, folder, ENDINGS) or found(self.path, folder, self.max_bytes)

    def _carefully(self, files: Sequence[File], error: Exception) -> pl.LazyFrame:
        """File by file and piece by piece, after all at once went wrong: which piece is it?

        Raises:
            DataError: a file is no Parquet, a piece is spoilt and may not be refused, or files differ.
        """
        import polars as pl

        frames = [room.kept(frame) for file in files for frame in self._sound(file)]
        if not frames:
            raise DataError("holds no row that is whole", shown(self.path), "get it again") from error
        try:
            return pl.concat(frames, rechunk=False).lazy()
        except pl.exceptions.PolarsError:
            told = str(error).partition("File containing")[0].splitlines()[0][:200]
            hint = "give all files the same columns of the same types"
            raise DataError(f"its files do not fit together: {told}", shown(self.path), hint) from error

    def _sound(self, file: File) -> Iterator[pl.DataFrame]:
        import polars as pl

        no_parquet = DataError("is no Parquet file", file.name, "was it cut short, or is it a CSV?")
        try:
            rows = _scanned([file])
            count = rows.select(pl.len()).collect().item()
        except pl.exceptions.PolarsError as error:
            raise no_parquet from error
        for start in range(0, count, room.PIECE):
            stop = min(start + room.PIECE, count)
            try:
                yield plain(rows.slice(start, stop - start).collect())
            except pl.exceptions.PolarsError as error:
                if self.damaged == "tell":
                    raise no_parquet from error
                refusals.refuse(f"{file.name}: rows {start + 1} to {stop}", "cannot be decoded", stop - start)


def _scanned(files: Sequence[File]) -> pl.LazyFrame:
    import polars as pl

    partitioned = any("=" in parent for file in files for parent in file.name.split("/")[:-1])
    return pl.scan_parquet([file.path for file in files], glob=False, hive_partitioning=partitioned)
