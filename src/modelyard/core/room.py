"""Room for rows: in memory while much of it is free, else in a file whose used parts the system keeps there."""

from __future__ import annotations

import mmap
import os
import tempfile
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import memory
from modelyard.core.errors import RoomError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import polars as pl

    from modelyard.core.types import Ints

    Array = npt.NDArray[Any]

SHARE = 0.5  # of the memory that was free at first, which rows may take; the rest is for learning from them
SMALL = 1 << 20  # bytes that are always in memory
PIECE = 1 << 16  # rows that are moved at once
MAPPED = 32e6  # bytes of a piece of a mapped file
DISKS = Path("/var/tmp")  # noqa: S108 - /tmp may itself lie in memory; files here have no name


@cache
def at_first() -> int:
    """Bytes that were free when this was first asked."""
    return memory.available()


def fits(size: float) -> bool:
    """Whether so many bytes of rows may lie in memory."""
    if size <= SMALL or os.name != "posix":  # elsewhere a file cannot be without a name
        return True
    return memory.available() - size > (1 - SHARE) * at_first()


def empty(shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """An array to be written.

    Raises:
        RoomError: it does not fit into memory, and the disk has no place for it either.
    """
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    return np.empty(shape, dtype) if fits(size) else _on_disk(shape, dtype, size)


def taken(array: Array, rows: Ints) -> Array:
    """Some of the rows of an array, `array[rows]`: [rows] int."""
    shape = (len(rows), *array.shape[1:])
    if fits(int(np.prod(shape, dtype=np.int64)) * array.itemsize):
        picked: Array = array[rows]
        return picked
    out = empty(shape, array.dtype)
    for start in range(0, len(rows), PIECE):
        out[start : start + PIECE] = array[rows[start : start + PIECE]]
    return out


def joined(arrays: Sequence[Array]) -> Array:
    """The rows of arrays, one's after the other's."""
    rows = sum(map(len, arrays))
    return np.concatenate(arrays, out=empty((rows, *arrays[0].shape[1:]), np.result_type(*arrays)))


def frame_taken(frame: pl.DataFrame, rows: Ints) -> pl.DataFrame:
    """Some of the rows of a frame: [rows] int."""
    if fits(frame.estimated_size() * len(rows) / max(frame.height, 1)):
        return frame[rows]
    return framed(frame[rows[start : start + PIECE]] for start in range(0, len(rows), PIECE))


def frame_where(frame: pl.DataFrame, there: Array) -> pl.DataFrame:
    """The rows of a frame that are `there` [rows] bool, in their order."""
    import polars as pl

    if fits(frame.estimated_size() * np.count_nonzero(there) / max(frame.height, 1)):
        return frame.filter(pl.Series(there))
    rows = _mapped_rows(frame)
    starts = range(0, frame.height, rows)
    return framed(frame[start : start + rows].filter(pl.Series(there[start : start + rows])) for start in starts)


def kept(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame in memory, or on disk where memory has no room for it.

    Raises:
        RoomError: the disk has no place for it either.
    """
    return frame if fits(frame.estimated_size()) else framed([frame])


def framed(pieces: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The rows of frames, one's after the other's, on disk; in memory where pyarrow is not installed.

    Raises:
        RoomError: the disk has no place for them.
    """
    import polars as pl

    mapped = find_spec("pyarrow") is not None
    return pl.concat(map(_frame_on_disk, pieces) if mapped else pieces, rechunk=False)


def write_ipc(frame: pl.DataFrame, path: Path, there: Array | None = None) -> None:
    """Write the rows of a frame, or those that are `there` [rows] bool, piece by piece so that they can be mapped."""
    import polars as pl
    import pyarrow as pa

    writer, rows = None, _mapped_rows(frame)
    for start in range(0, max(frame.height, 1), rows):
        some = frame.slice(start, rows)
        if there is not None:
            some = some.filter(pl.Series(there[start : start + rows]))
        piece = some.rechunk().to_arrow(compat_level=_newest())
        writer = writer or pa.ipc.new_file(str(path), piece.schema)
        writer.write_table(piece)
    if writer is not None:
        writer.close()


def _mapped_rows(frame: pl.DataFrame) -> int:
    """Rows of a piece that takes little memory while it is written."""
    return max(int(MAPPED * frame.height / max(frame.estimated_size(), 1)), PIECE // 4)


def read_ipc(path: Path) -> pl.DataFrame:
    """The rows of such a file, mapped: what is not looked at is not read.

    Raises:
        OSError: there is no such file, or it is none.
    """
    import polars as pl
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as mapped:
            return pl.DataFrame(pl.from_arrow(pa.ipc.open_file(mapped).read_all(), rechunk=False))
    except pa.ArrowInvalid as error:
        raise OSError("holds no rows that can be mapped") from error


def _newest() -> Any:  # noqa: ANN401 - Polars' own class
    """Arrow's newest forms, which Polars' columns have in memory."""
    import polars as pl

    return pl.CompatLevel.newest()


def _on_disk(shape: tuple[int, ...], dtype: npt.DTypeLike, size: int) -> Array:
    with _disk(size) as folder, tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):  # a full disk is an error here, and would be a crash later
            os.posix_fallocate(file.fileno(), 0, size)
        file.truncate(size)
        return np.frombuffer(mmap.mmap(file.fileno(), size), dtype).reshape(shape)


def _frame_on_disk(piece: pl.DataFrame) -> pl.DataFrame:
    import polars as pl
    import pyarrow as pa

    with _disk(piece.estimated_size()) as folder, tempfile.NamedTemporaryFile(dir=folder, suffix=".arrow") as file:
        piece.rechunk().write_ipc(file.name, compression="uncompressed")
        with pa.memory_map(file.name) as mapped:  # polars would read the file into memory
            return pl.DataFrame(pl.from_arrow(pa.ipc.open_file(mapped).read_all(), rechunk=False))


@contextmanager
def _disk(size: float) -> Iterator[Path]:
    """The folder for files of rows: TMPDIR where that is said."""
    folder = DISKS if DISKS.is_dir() and "TMPDIR" not in os.environ else Path(tempfile.gettempdir())
    try:
        yield folder
    except OSError as error:
        problem = f"the rows do not fit into memory, and {size / 1e9:.1f} GB of them found no place on disk"
        raise RoomError(problem, str(folder), "free some, or let TMPDIR name a folder on a larger disk") from error
