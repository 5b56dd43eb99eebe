"""Columns of pictures that a table names by paths, or holds as base64 text: opened, so that a frame holds their bytes.

Only rows of a person's own files are read so: a path that comes with a request is never opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import DataError, Problems
from modelyard.core.types import Kind
from modelyard.data import pictures

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

    from modelyard.core.types import Column


def names(columns: Iterable[Column]) -> list[str]:
    """Those of pictures."""
    return [column.name for column in columns if column.kind is Kind.IMAGE]


def opened(frame: pl.DataFrame, columns: Iterable[str], folder: Path, where: str) -> pl.DataFrame:
    """The frame with bytes in place of text in these columns; a relative path starts from `folder`.

    Raises:
        DataError: texts name no file that can be read, and are no picture as base64 either; all columns at once.
    """
    import polars as pl

    found = Problems(DataError)
    made: list[pl.Series] = []
    for name in columns:
        if name not in frame.columns or frame[name].dtype != pl.String:
            continue
        told = frame[name].to_list()
        known = {text: _content(text, folder) for text in dict.fromkeys(told) if text is not None}
        lost = [row for row, text in enumerate(told, 1) if text is not None and known[text] is None]
        if lost:
            problem = (
                f"{len(lost)} of {len(told)} rows hold neither a file's path nor a picture, the first row {lost[0]}"
            )
            found.add(problem, f"{where}: {name}", f"relative paths start from {folder.resolve()}")
        made.append(pl.Series(name, [None if text is None else known[text] for text in told], dtype=pl.Binary))
    found.raise_any()
    return frame.with_columns(made)


def _content(text: str, folder: Path) -> bytes | None:
    """A picture's bytes: of its base64 text, else of the file of that path; None where there is neither."""
    held = pictures.of_text(text)
    if held is not None:
        return held
    try:
        file = folder / text
        if not file.is_file() or file.stat().st_size > pictures.MOST_BYTES:
            return None
        return file.read_bytes()
    except (OSError, ValueError):  # too long, not ours to read, or with a null byte
        return None
