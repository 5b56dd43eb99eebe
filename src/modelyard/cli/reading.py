"""The rows of a table that a verb asks about, with Polars or without."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.cli import words
from modelyard.core import refusals
from modelyard.core.urls import is_url

if TYPE_CHECKING:
    import polars as pl

    from modelyard.core.types import Schema
    from modelyard.data.records import Records

LARGE = 32 << 20  # bytes of a text file: read as a frame it takes some eight times as many
PACKED = 10  # times as many bytes, about, that a packed file holds


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
    with refusals.noted():
        return found.scan(Path()) if isinstance(found, Scanned) else found.read(Path(), schema.texts)


def _size(source: object) -> float:
    """Bytes of what a source's files hold, as near as their sizes tell; 0 where it is none that can be read twice."""
    from modelyard.data import files, unpacking

    path = str(getattr(source, "path", ""))
    if not is_url(path) and not files.PATTERN & set(path) and not Path(path).is_file():
        return 0
    most = float(getattr(source, "max_bytes", files.MOST))
    given = [file.path for file in files.found(path, Path(), most)]
    return sum(file.stat().st_size * (PACKED if unpacking.form_of(file) else 1) for file in given)
