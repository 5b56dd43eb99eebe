"""A path in a recipe to the files that it means: one, those that a pattern matches, a folder's, or one at a URL."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.core.errors import DataError, nearest
from modelyard.core.urls import is_url, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 100e9  # bytes that are fetched or unpacked where nothing else is said
PATTERN = frozenset("*?[")


@dataclass(frozen=True)
class File:
    """A file on this machine, and its name in messages."""

    path: Path
    name: str


def resolve(path: str, folder: Path) -> Path:
    """The file that a recipe in `folder` calls `path`.

    Raises:
        DataError: there is no such file, it may not be read, or it is empty.
    """
    try:
        file = (folder / Path(path).expanduser()).resolve()
        there = file.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # too long, of nobody's home, or with a null byte
        raise DataError("no such file", path, "give the path of a file") from error
    if not there:
        names = [entry.name for entry in file.parent.iterdir()] if file.parent.is_dir() else []
        problem = "is a folder" if file.is_dir() else "no such file"
        hint = nearest(file.name, names) if names else f"looked in {folder.resolve()}"
        raise DataError(problem, path, hint)
    if not os.access(file, os.R_OK):
        raise DataError("may not be read", path, "give yourself the right to read it")
    if file.stat().st_size == 0:
        raise DataError("is empty", path, "was it written to the end?")
    return file


def local(path: str, folder: Path, most: float = MOST) -> Path:
    """The one file that `path` means; what lies at a URL is fetched, at most so many bytes of it.

    Raises:
        DataError: as `resolve` raises it, or the URL cannot be fetched.
        MissingExtraError: fsspec, or the package of its protocol, is not installed.
    """
    if not is_url(path):
        return resolve(path, folder)
    files = _fetched(path, most)
    if len(files) != 1:
        raise DataError(f"means {len(files)} files, and one is read here", shown(path))
    return files[0].path


def found(path: str, folder: Path, most: float = MOST) -> tuple[File, ...]:
    """All files that `path` means, in the order of their names: `2026-*.csv`, a URL, or the one file that it names.

    Raises:
        DataError: there is none, or one is empty or may not be read.
        MissingExtraError: fsspec, or the package of the URL's protocol, is not installed.
    """
    if is_url(path):
        return _fetched(path, most)
    if not PATTERN & set(path) or _is_there(folder / Path(path)):
        return (File(resolve(path, folder), path),)
    pattern = str(Path(path).expanduser())
    matched = [Path(name) for name in sorted(glob.glob(pattern, root_dir=folder.resolve(), recursive=True))]  # noqa: PTH207 - it takes any path
    files = [file for file in matched if (folder / file).is_file()]
    if not files:
        raise DataError("matches no file", path, f"looked in {folder.resolve()}")
    return tuple(File(resolve(str(file), folder), str(file)) for file in files)


def inside(path: str, folder: Path, endings: Sequence[str]) -> tuple[File, ...] | None:
    """The files of one of the `endings` below the folder that `path` names, in order; None where it is no folder.

    Raises:
        DataError: the folder holds none.
    """
    place = folder / Path(path)
    if is_url(path) or "\0" in path or not _is_folder(place):
        return None
    files = [
        file
        for file in sorted(place.rglob("*"))
        if file.name.lower().endswith(tuple(endings)) and file.is_file() and not _hidden(file.relative_to(place))
    ]
    if not files:
        raise DataError("is a folder", path, f"it holds no file that ends in {' or '.join(endings)}")
    named = [File(file, str(Path(path) / file.relative_to(place))) for file in files]
    return tuple(replace(file, path=resolve(str(file.path), folder)) for file in named)


def _hidden(path: Path) -> bool:
    """What engines leave beside the rows: `_SUCCESS`, `.crc`."""
    return any(part.startswith(("_", ".")) for part in path.parts)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _fetched(url: str, most: float) -> tuple[File, ...]:
    from modelyard.data import fetching

    return tuple(File(path, name) for path, name in fetching.fetched(url, most))
