"""A path in a recipe to a file that is there."""

from __future__ import annotations

from pathlib import Path

from modelyard.core.errors import DataError, nearest


def resolve(path: str, folder: Path) -> Path:
    """The file that a recipe in `folder` calls `path`.

    Raises:
        DataError: there is no such file, or it is empty.
    """
    file = (folder / Path(path).expanduser()).resolve()
    if not file.is_file():
        names = [entry.name for entry in file.parent.iterdir()] if file.parent.is_dir() else []
        problem = "is a folder" if file.is_dir() else "no such file"
        hint = nearest(file.name, names) if names else f"looked in {folder.resolve()}"
        raise DataError(problem, path, hint)
    if file.stat().st_size == 0:
        raise DataError("is empty", path)
    return file
