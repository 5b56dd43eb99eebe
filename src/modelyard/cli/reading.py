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


def rows(word: str, verb: str, schema: Schema) -> pl.LazyFrame | Records:
    """A lazy frame; where Polars is not installed the records of a CSV file or of JSON lines.

    Raises:
        UsageError: the word is no table.
        DataError: the table cannot be read.
        MissingExtraError: it needs Polars.
    """
    from modelyard.data import records
    from modelyard.families import source

    found = source(words.data(word, verb))
    if find_spec("polars") is None:
        return records.of(found, schema, Path(), word)
    return found.read(Path(), schema.texts)
