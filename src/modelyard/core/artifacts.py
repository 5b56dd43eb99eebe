"""Writes that are whole or not there: a reader, or a killed process, never leaves or sees half of one."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGING = ".part-"
DAY = 86_400  # seconds


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file atomically: into a neighbour first, then renamed over."""
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=STAGING, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)  # gone already, unless something went wrong


@contextmanager
def staged_folder(parent: Path) -> Iterator[Path]:
    """A folder to fill; when the block ends, what was not renamed away is gone.

    The caller renames it to its place with `publish`. A process killed inside the block leaves a `.part-` folder, which
    nothing reads and the next call here removes once it is a day old.
    """
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, place: Path) -> None:
    """Rename a staged folder to its place.

    Raises:
        FileExistsError: the place is taken by a folder that is not empty.
    """
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(place)
    except OSError as error:
        if place.exists():
            raise FileExistsError(str(place)) from error
        raise


def replace_folder(folder: Path, place: Path) -> None:
    """Put a staged folder where another lies: the old one is renamed away first and then removed."""
    old = Path(tempfile.mkdtemp(prefix=STAGING, dir=place.parent)) / "old"
    place.rename(old)
    folder.rename(place)
    shutil.rmtree(old.parent, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove what killed processes left here more than a day ago."""
    for entry in parent.glob(f"{STAGING}*"):
        with suppress(OSError):  # another process may just have removed its own
            if entry.is_dir() and time.time() - entry.stat().st_mtime > DAY:
                shutil.rmtree(entry, ignore_errors=True)
