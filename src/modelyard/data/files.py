"""A path in a recipe to a file that is there."""

from __future__ import annotations

import os
from pathlib import Path

from modelyard.core.errors import DataError, nearest


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
        raise DataError("is empty", path)
    return file
