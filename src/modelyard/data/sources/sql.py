"""A table or a query of a database: SQLite or PostgreSQL, which are only read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core import room
from modelyard.core.errors import DataError
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.core.types import Column, Kind
from modelyard.data import fingerprint, querying, values
from modelyard.data.gathered import gathered

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl

CAST = "let the query say what it is, such as CAST(x AS TEXT)"


@part
class Sql(Source):
    """What a `query` gives, or a whole `table`, from the database at `url`; its secrets come from `${NAME}`.

    Values keep their types: decimals, dates, moments with a zone (in UTC), true and false. SQLite has no types for
    some of them: a table's columns are read as they were declared where all their values are such.
    """

    url: str = Field(repr=False, description="sqlite:///file.db, or postgresql://${USER}:${PASSWORD}@host/database")
    query: str | None = Field(default=None, description="a SELECT; end it with ORDER BY, or rows come in any order")
    table: str | None = Field(default=None, description="a table's name, its schema's before a point")
    parameters: dict[str, str | int | float | bool | None] = Field(
        default={}, description="what :NAME in the query stands for"
    )

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the database tells them
        """The rows; they are read in pieces, which lie on disk where memory has no room for them.

        Raises:
            DataError: the database cannot be reached or read, or a column holds values of different sorts.
            RoomError: the rows fit neither into memory nor onto the disk.
        """
        return fingerprint.remembered(self, folder, lambda: self._read(folder)).lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the rows that were read last; they are read for it where none were."""
        return fingerprint.last(self, folder, lambda: self.read(folder))

    def _read(self, folder: Path) -> pl.DataFrame:
        if (self.query is None) == (self.table is None):
            raise DataError("says both a query and a table, or neither", "sql", "say `query: SELECT ...` or `table:`")
        with querying.opened(self.url, folder) as database:
            statement = self.query or f"SELECT * FROM {database.quoted(self.table or '')}"  # noqa: S608 - it is quoted
            pieces = database.rows(statement, self.parameters, room.PIECE)
            with contextlib.closing(pieces):  # the connection is given back whatever happens
                frame = gathered(next(pieces), pieces, database.name, CAST)
            return _as_declared(frame, database.declared(self.table) if self.table else {})


def _as_declared(frame: pl.DataFrame, declared: dict[str, str]) -> pl.DataFrame:
    """Columns of SQLite as their table declares them, where every value is such."""
    told = [_cast(frame[name], kind) for name, kind in declared.items() if name in frame.columns]
    return frame.with_columns(told)


def _cast(series: pl.Series, kind: str) -> pl.Series:
    import polars as pl

    if kind.startswith("bool") and series.dtype.is_integer() and series.drop_nulls().is_in([0, 1]).all():
        return series.cast(pl.Boolean)
    if kind.startswith(("date", "timestamp")) and series.dtype == pl.String:
        moments = pl.Series(series.name, values.from_series(series, Column(series.name, Kind.TIME)))
        if moments.null_count() == series.null_count():
            return moments.cast(pl.Date) if kind == "date" else moments
    return series
