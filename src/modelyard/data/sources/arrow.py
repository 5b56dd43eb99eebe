"""Arrow: files (Feather too) and streams of record batches, one, those that a pattern matches, or a folder of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from modelyard.core import room
from modelyard.core.amounts import Bytes
from modelyard.core.errors import DataError
from modelyard.core.registry import missing_extra, part
from modelyard.core.sources import Source
from modelyard.core.urls import shown
from modelyard.data import unpacking
from modelyard.data.files import MOST, File, found, inside
from modelyard.data.plain import plain
from modelyard.data.unpacking import RATIO, Limits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import polars as pl

ENDINGS = (".arrow", ".feather", ".ipc", ".arrows")
MAGIC = b"ARROW1"


@part
class Arrow(Source):
    """Arrow IPC files and streams; a batch that is damaged says no more how many rows it had, so any is an error."""

    path: str
    max_bytes: Bytes = MOST
    max_ratio: float = Field(default=RATIO, gt=0)

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the file tells them
        """The rows, a batch after the other; relative paths start from `folder`.

        Raises:
            DataError: a file is missing, empty, no Arrow, cut short, or has other columns than the first.
            MissingExtraError: pyarrow is not installed.
            RoomError: the rows fit neither into memory nor onto the disk.
        """
        import polars as pl

        frames: list[pl.DataFrame] = []
        for file in self._files(folder):
            for frame in self._batches(file):
                if frames and frame.schema != frames[0].schema:
                    raise DataError("has other columns than the first file", file.name, _difference(frames[0], frame))
                frames.append(room.kept(frame))
        if not frames:
            raise DataError("holds no rows", shown(self.path), "was it written to the end?")
        return pl.concat(frames, rechunk=False).lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 of what the file holds, packed or not; of several, of their names and digests."""
        return unpacking.digest_of(self._files(folder), self._limits())

    def _files(self, folder: Path) -> tuple[File, ...]:
        return inside(self.path, folder, ENDINGS) or found(self.path, folder, self.max_bytes)

    def _limits(self) -> Limits:
        return Limits(self.max_bytes, self.max_ratio)

    def _batches(self, file: File) -> Iterator[pl.DataFrame]:
        import polars as pl

        try:
            import pyarrow as pa
        except ModuleNotFoundError as error:
            raise missing_extra(error, "source 'arrow'") from error
        try:
            with unpacking.whole(file, self._limits()) as path, pa.OSFile(str(path)) as opened:
                for batch in _read(opened):
                    batch.validate(full=True)  # before anything follows an offset to outside of it
                    yield plain(pl.DataFrame(pl.from_arrow(batch)))
        except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError, TypeError) as error:
            raise DataError(
                "is no whole Arrow file", file.name, "was it cut short, or is it something else?"
            ) from error


def _read(opened: Any) -> Iterator[Any]:  # noqa: ANN401 - pyarrow has no types
    """The batches of a file, whose end tells where they lie, or of a stream."""
    from pyarrow import ipc

    head = opened.read(len(MAGIC))
    opened.seek(0)
    if head == MAGIC:
        with ipc.open_file(opened) as reader:
            yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
    else:
        with ipc.open_stream(opened) as reader:
            yield from reader


def _difference(first: pl.DataFrame, other: pl.DataFrame) -> str:
    for name, dtype in first.schema.items():
        if other.schema.get(name) != dtype:
            here = f"{other.schema[name]} here" if name in other.columns else "not here"
            return f"{name} is {dtype} there and {here}"
    return "give all files the same columns in the same order"
