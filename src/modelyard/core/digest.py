"""Digests: SHA-256 of bytes, files and JSON, so that one seed gives one digest on any machine."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

BLOCK = 1 << 20


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
    """The SHA-256 of a file, read in blocks."""
    running = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            running.update(block)
    return running.hexdigest()


def of_json(value: Any) -> str:  # noqa: ANN401 - anything that msgspec can write
    """The SHA-256 of a value's canonical JSON: keys sorted, no white space.

    >>> of_json({"b": 1, "a": 2}) == of_json({"a": 2, "b": 1})
    True
    """
    return of_bytes(msgspec.json.encode(value, order="deterministic"))
