"""The SHA-256 of rows that lie in no file: the same however they come, a piece after the other or all at once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import polars as pl

KEPT = 64  # sources whose last digest is remembered
_last: dict[str, str] = {}


def of_frame(frame: pl.DataFrame, piece: int = 1 << 16) -> str:
    """The digest of a frame's names, types and values, in their order.

    Of each column there are two running sums: one of the values one after the other, one of which are missing, and for
    texts of how long they are. So no piece's end is part of them.
    """
    told = [[name, str(dtype), _column(frame[name], piece)] for name, dtype in frame.schema.items()]
    return digest.of_json([frame.height, told])


def remembered(source: object, folder: Path, read: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """What `read` gives, whose digest is kept as that of what the source read last."""
    frame = read()
    if len(_last) >= KEPT:
        _last.pop(next(iter(_last)))
    _last[_key(source, folder)] = of_frame(frame)
    return frame


def last(source: object, folder: Path, read: Callable[[], object]) -> str:
    """The digest of the rows that a source read last; `read` is called where it has read none yet."""
    key = _key(source, folder)
    if key not in _last:
        read()
    return _last[key]


def forget() -> None:
    """What was read before is no longer what sources hold: a database's rows may be others now."""
    _last.clear()


def _key(source: object, folder: Path) -> str:
    return digest.of_bytes(f"{type(source).__name__} {vars(source)} {folder.resolve()}".encode())


def _column(series: pl.Series, piece: int) -> str:
    running = [hashlib.sha256(), hashlib.sha256(), hashlib.sha256()]
    for start in range(0, len(series), piece):
        part = series[start : start + piece]
        for total, content in zip(running, (part.is_null().to_numpy().tobytes(), *_content(part)), strict=False):
            total.update(content)
    return " ".join(total.hexdigest() for total in running)


def _content(part: pl.Series) -> Iterator[bytes]:
    """The values' bytes, and where they are of different lengths those."""
    import polars as pl

    if part.dtype == pl.Boolean or part.dtype.is_integer() or part.dtype.is_float():
        yield _numbers(part)
    elif part.dtype.is_temporal():
        yield _numbers(part.to_physical())
    elif part.dtype == pl.Binary:
        yield from _strings(value or b"" for value in part.to_list())
    elif part.dtype == pl.String or part.dtype.is_decimal():
        yield from _strings((value or "").encode() for value in part.cast(pl.String).to_list())
    else:
        yield from _strings(repr(value).encode() for value in part.to_list())


def _numbers(part: pl.Series) -> bytes:
    known = part.fill_null(value=False) if str(part.dtype) == "Boolean" else part.fill_null(0)
    array = known.to_numpy()
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


def _strings(values: Iterable[bytes]) -> Iterator[bytes]:
    held = list(values)
    yield b"".join(held)
    yield np.array([len(value) for value in held], dtype="<i8").tobytes()
