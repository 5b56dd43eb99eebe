"""Compressed files as the bytes that they hold: told by content, bounded, so that no bomb unpacks itself."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from modelyard.core import amounts, digest
from modelyard.core.errors import DataError
from modelyard.core.registry import missing_extra
from modelyard.data.files import MOST, File

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RATIO = 200.0  # of what is unpacked to what is packed: texts have some five to fifty
SMALL = 64 << 20  # bytes that any ratio may make
BLOCK = 1 << 20
MAGIC = {
    b"\x1f\x8b\x08": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
}
BROKEN = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Limits:
    """How many bytes are unpacked: so many, and so many for each packed one."""

    size: float = MOST
    ratio: float = RATIO


LIMITS = Limits()


class Unpacked:
    """What a file holds, read forward a block after the other."""

    def __init__(self, stream: Any, name: str, form: str, most: float) -> None:  # noqa: ANN401 - five libraries' streams
        """At most so many bytes are read of a stream of the form."""
        self._stream, self._name, self._form, self._most = stream, name, form, most
        self._read = 0

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many; none at the end.

        Raises:
            DataError: the file is cut short or altered, or unpacks to more than is allowed.
        """
        try:
            block: bytes = self._stream.read(size)
        except BROKEN as error:
            if not self._form:
                raise DataError("cannot be read", self._name, "is the disk whole?") from error
            hint = "it was cut short or altered: get it again"
            raise DataError(f"is no whole {self._form} file", self._name, hint) from error
        self._read += len(block)
        if self._read > self._most:
            told = f"unpacks to more than {amounts.size_told(self._most)}"
            hint = "is it what it should be? then say larger bounds: `max_ratio`, `max_bytes`"
            raise DataError(told, self._name, hint)
        return block


def form_of(path: Path) -> str:
    """How a file is packed, by its first bytes; empty where it is not.

    >>> from pathlib import Path
    >>> form_of(Path(__file__))
    ''
    """
    with path.open("rb") as file:
        head = file.read(10)
    for magic, form in MAGIC.items():
        if head.startswith(magic):
            return "" if form == "bzip2" and head[4:10] != b"1AY&SY" else form
    return ""


@contextmanager
def opened(file: File, limits: Limits = LIMITS) -> Iterator[Unpacked]:
    """A file's content, unpacked where it is packed.

    Raises:
        DataError: it is an archive of several files, cut short, altered, or a bomb.
        MissingExtraError: it is packed by zstd, and pyarrow is not installed.
    """
    form = form_of(file.path)
    packed = file.path.stat().st_size
    most = min(limits.size, max(SMALL, limits.ratio * packed)) if form else float("inf")
    with file.path.open("rb") as raw, _stream(raw, form, file.name) as stream:
        yield Unpacked(stream, file.name, form, most)


@contextmanager
def whole(file: File, limits: Limits = LIMITS) -> Iterator[Path]:
    """A file that can be read at any place: itself, or for as long as the block lasts a copy that is not packed.

    Raises:
        DataError: as `opened` raises it.
    """
    if not form_of(file.path):
        yield file.path
        return
    with tempfile.NamedTemporaryFile() as copy, opened(file, limits) as content:
        while block := content.read(BLOCK):
            copy.write(block)
        copy.flush()
        yield Path(copy.name)


def digest_of(files: Sequence[File], limits: Limits = LIMITS) -> str:
    """The SHA-256 of what a file holds, packed or not; of several, of their names and digests.

    Raises:
        DataError: as `opened` raises it.
    """
    digests = [_digest(file, limits) for file in files]
    if len(files) == 1:
        return digests[0]
    above = os.path.commonpath([str(Path(file.name).parent) for file in files])
    names = [os.path.relpath(file.name, above) for file in files]  # folders tell the values of partitions
    return digest.of_json(list(zip(names, digests, strict=True)))


def _digest(file: File, limits: Limits) -> str:
    def unpacked() -> str:
        running = hashlib.sha256()
        with opened(file, limits) as content:
            while block := content.read(BLOCK):
                running.update(block)
        return running.hexdigest()

    return digest.remembered(file.path, unpacked, "unpacked")


@contextmanager
def _stream(raw: IO[bytes], form: str, name: str) -> Iterator[Any]:
    if form == "zip":
        with _member(raw, name) as member:
            yield member
    elif form == "zstd":
        yield _zstd(raw, name)
    else:
        opener: dict[str, Any] = {"gzip": gzip.open, "xz": lzma.open, "bzip2": bz2.open}
        if form not in opener:
            yield raw
            return
        with opener[form](raw) as stream:
            yield stream


@contextmanager
def _member(raw: IO[bytes], name: str) -> Iterator[Any]:
    try:
        archive = zipfile.ZipFile(raw)
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        if len(members) != 1:
            raise DataError(f"is an archive of {len(members)} files", name, "a zip archive of one file is read")
        stream = archive.open(members[0])
    except BROKEN as error:
        raise DataError("is no whole zip file", name, "it was cut short, altered or locked: get it again") from error
    with archive, stream:
        yield stream


def _zstd(raw: IO[bytes], name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    try:
        import pyarrow as pa
    except ModuleNotFoundError as error:
        raise missing_extra(error, name) from error
    return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
