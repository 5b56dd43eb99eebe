"""The rows of a table that a verb asks about, with Polars or without."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.cli import words

if TYPE_CHECKING:
    import polars as pl

    from modelyard.core.types import Schema
    from modelyard.data.records import Records

LARGE = 32 << 20  # bytes of a text file: read as a frame it takes some eight times as many


def rows(word: str, verb: str, schema: Schema) -> pl.LazyFrame | Records:
    """A lazy frame, none of whose rows is read yet where the file allows it.

    The records of a CSV file or of JSON lines where Polars is not installed, or the file is so large that its frame
    would take much memory.

    Raises:
        UsageError: the word is no table.
        DataError: the table cannot be read.
        MissingExtraError: it needs Polars.
    """
    from modelyard.core.sources import Recorded, Scanned
    from modelyard.data import records
    from modelyard.families import source

    found = source(words.data(word, verb))
    if find_spec("polars") is None or (isinstance(found, Recorded) and _size(found) > LARGE):
        return records.of(found, schema, Path(), word)
    return found.scan(Path()) if isinstance(found, Scanned) else found.read(Path(), schema.texts)


def _size(source: object) -> int:
    """Bytes of a source's file; 0 where it is no plain file, which can be read but once."""
    file = Path(str(getattr(source, "path", "")))
    return file.stat().st_size if file.is_file() else 0
