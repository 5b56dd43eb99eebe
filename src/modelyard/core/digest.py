"""Digests: SHA-256 of bytes, files and JSON, so that one seed gives one digest on any machine."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelyard.core import artifacts, cache

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import numpy.typing as npt

BLOCK = 1 << 20
LARGE = 1 << 23  # bytes from which a file's digest is remembered
SETTLED = 2.0  # seconds after which a change of a file shows in its times


def of_bytes(content: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal.

    >>> of_bytes(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def of_arrays(arrays: Iterable[npt.NDArray[Any]]) -> str:
    """The SHA-256 of arrays' shapes, types and contents, none of which is copied where it lies in one piece."""
    running = hashlib.sha256()
    for array in arrays:
        running.update(f"{array.shape} {array.dtype};".encode())
        running.update(np.ascontiguousarray(array).data)
    return running.hexdigest()


def of_file(path: Path) -> str:
    """The SHA-256 of a file, read in blocks; that of a large one is remembered as long as the file is the same."""
    return remembered(path, lambda: _read(path))


def remembered(path: Path, make: Callable[[], str], use: str = "") -> str:
    """What `make` gave for a file as it is now, or gives; of a large file that is remembered from process to process.

    What is made of one file for another `use` is remembered apart.
    """
    before = path.stat()
    if before.st_size < LARGE:
        return make()
    memory = _memory(path, use)
    known = _remembered(memory)
    if known is not None and known.of == _marks(before):
        return known.digest
    found = make()
    if time.time() - max(before.st_mtime, before.st_ctime) > SETTLED and _marks(path.stat()) == _marks(before):
        with suppress(OSError):  # then it is read again the next time
            artifacts.write_file(memory, msgspec.json.encode(Known(_marks(before), found)))
    return found


def _read(path: Path) -> str:
    running = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            running.update(block)
    return running.hexdigest()


class Known(msgspec.Struct, frozen=True):
    """The digest of a file, and the marks that it had then: size, times of change in nanoseconds, number and device."""

    of: tuple[int, ...]
    digest: str


def _memory(path: Path, use: str) -> Path:
    told = f"{use}:{path.resolve()}".encode("utf-8", "surrogateescape")
    return cache.folder() / "digests" / f"{of_bytes(told)}.json"


def _remembered(memory: Path) -> Known | None:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=Known)
    except (OSError, msgspec.MsgspecError):
        return None


def _marks(told: os.stat_result) -> tuple[int, ...]:
    return told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino, told.st_dev


def of_json(value: Any) -> str:  # noqa: ANN401 - anything that msgspec can write
    """The SHA-256 of a value's canonical JSON: keys sorted, no white space.

    >>> of_json({"b": 1, "a": 2}) == of_json({"a": 2, "b": 1})
    True
    """
    return of_bytes(msgspec.json.encode(value, order="deterministic"))
