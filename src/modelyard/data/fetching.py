"""Files at URLs, by fsspec: fetched once a process, whole or not at all, at most so many bytes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.core import amounts, digest
from modelyard.core.errors import DataError, MissingExtraError, ModelyardError
from modelyard.core.registry import missing_extra
from modelyard.core.urls import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 20
LOCAL = frozenset({"file", "local"})
_kept: dict[str, Path] = {}


def fetched(url: str, most: float) -> list[tuple[Path, str]]:
    """The files at a URL, which may be a pattern where its store lists files, and their names in messages.

    Raises:
        DataError: there is none, it is larger than `most` bytes, or its store cannot be reached.
        MissingExtraError: fsspec, or the package of the protocol, is not installed.
    """
    shown = without_secrets(url)
    files, path = _store(url, shown)
    with _told(shown):
        places = sorted(files.glob(path)) if "*" in path and not shown.startswith("http") else [path]
    if not places:
        raise DataError("matches no file", shown)
    if protocols(files) & LOCAL:
        return [(Path(place), shown if len(places) == 1 else place) for place in places]
    named = {place: _named(shown, place, len(places)) for place in places}
    return [(_file(files, place, name, most), name) for place, name in named.items()]


def protocols(files: Any) -> set[str]:  # noqa: ANN401 - fsspec has no types
    """The names of a file system's protocol."""
    return {files.protocol} if isinstance(files.protocol, str) else set(files.protocol)


def _store(url: str, shown: str) -> tuple[Any, str]:
    if "::" in url:
        raise DataError("is a chain of file systems", shown.partition("::")[0], "give the URL of the file itself")
    scheme = url.partition("://")[0]
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise missing_extra(error, shown) from error
    try:
        files, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise MissingExtraError(f"{scheme}:// needs a package of its own", shown, str(error)) from None
    except Exception:  # noqa: BLE001 - each store has its own errors, whose words may hold the secret
        raise DataError(
            f"no store called '{scheme}://', or its options are wrong", shown, "such as s3://, https://"
        ) from None
    return files, path


def _named(shown: str, place: str, count: int) -> str:
    return shown if count == 1 else f"{shown.partition('://')[0]}://{place.lstrip('/')}"


def _file(files: Any, path: str, shown: str, most: float) -> Path:  # noqa: ANN401 - fsspec has no types
    """The file, from what this process has fetched where its store tells that it is still the same."""
    with _told(shown):
        size = files.info(path).get("size")
        key = digest.of_json([shown, size, str(files.ukey(path))])
        _check(size or 0, shown, most)
        if key not in _kept:
            _kept[key] = _copied(files, path, _place() / key, shown, most)
        if _kept[key].stat().st_size == 0:
            raise DataError("is empty", shown)
        return _kept[key]


def _copied(files: Any, path: str, place: Path, shown: str, most: float) -> Path:  # noqa: ANN401 - fsspec has no types
    part, taken = place.with_suffix(".part"), 0
    try:
        with files.open(path, "rb") as held, part.open("wb") as file:
            while block := held.read(BLOCK):
                taken += len(block)
                _check(taken, shown, most)
                file.write(block)
        return part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _check(size: float, shown: str, most: float) -> None:
    if size > most:
        told = f"is larger than the {amounts.size_told(most)} that are fetched"
        raise DataError(told, shown, "say a larger `max_bytes`, if it should be")


@cache
def _place() -> Path:
    """A folder that lasts as long as this process."""
    folder, owner = Path(tempfile.mkdtemp(prefix="modelyard-")), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # not a process that was forked from it
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


@contextmanager
def _told(shown: str) -> Iterator[None]:
    try:
        yield
    except ModelyardError:
        raise
    except FileNotFoundError:
        raise DataError("no such file", shown) from None
    except Exception as error:  # noqa: BLE001 - each store has its own errors, whose words may hold the secret
        hint = "is the address right, can it be reached from here, and may you read it?"
        raise DataError(f"cannot be fetched ({type(error).__name__})", shown, hint) from None
