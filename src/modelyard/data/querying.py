"""Databases that are only read: SQLite opened so, PostgreSQL in a transaction that may not write; no secret is told."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa

from modelyard.core.errors import DataError
from modelyard.core.registry import missing_extra
from modelyard.data.files import resolve

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from pathlib import Path

POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
REACH = {"connect_timeout": 10, "tcp_user_timeout": 30_000, "keepalives_idle": 10}  # seconds, milliseconds, seconds
FORMS = "sqlite:///file.db or postgresql://${USER}:${PASSWORD}@host/database"


@dataclass(frozen=True)
class Opened:
    """A database that can be read from; `name` is how errors call it."""

    engine: sa.Engine
    name: str
    secrets: tuple[str, ...]

    def rows(self, statement: str, values: Mapping[str, Any], size: int) -> Generator[Sequence[Any], None, None]:
        """The names of the columns, then at most `size` rows after the other, as the database gives them.

        Raises:
            DataError: it cannot be reached, or the statement cannot be read.
        """
        with self._told(), self.engine.connect() as connection:
            told = sa.text(statement)
            spare = sorted(values.keys() - told._bindparams.keys())  # noqa: SLF001 - it has no other name
            if spare:
                raise DataError(f"the query has no parameter :{spare[0]}", self.name, "leave it out, or say it there")
            result = connection.execute(told, dict(values), execution_options={"yield_per": size})
            if not result.returns_rows:
                raise DataError("the query gives no rows", self.name, "say a SELECT")
            yield list(result.keys())
            for part in result.partitions():
                yield [tuple(row) for row in part]

    def declared(self, table: str) -> dict[str, str]:
        """The types that a table of SQLite was declared with, in small letters; other databases give values of them."""
        if self.engine.dialect.name != "sqlite":
            return {}
        with self._told(), self.engine.connect() as connection:
            found = connection.exec_driver_sql(f"PRAGMA table_info({self.quoted(table)})")
            return {row[1]: str(row[2]).lower() for row in found}

    def quoted(self, table: str) -> str:
        """A table's name, with its schema's before a point, as a statement writes it."""
        return ".".join(self.engine.dialect.identifier_preparer.quote_identifier(word) for word in table.split("."))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What a driver raises, in a sentence without a secret and without what a row holds."""
        try:
            yield
        except sa.exc.StatementError as error:
            raise DataError(f"cannot be read: {self._reason(error)}", self.name, self._hint(error)) from error
        except sa.exc.SQLAlchemyError as error:
            raise DataError(f"cannot be read: {type(error).__name__}", self.name) from error

    def _reason(self, error: sa.exc.StatementError) -> str:
        told = " ".join(str(error.orig or error).split("\n")[0].split())[:300]
        if isinstance(error, sa.exc.DBAPIError) and not isinstance(
            error, (sa.exc.OperationalError, sa.exc.ProgrammingError)
        ):
            return type(error.orig).__name__  # whose words may hold what a row holds
        told = told.partition(" with text")[0].partition(" (Background")[0]  # the former of a text that is no UTF-8
        for secret in self.secrets:
            told = told.replace(secret, "***")
        return told

    def _hint(self, error: sa.exc.StatementError) -> str:
        if "bind parameter" in str(error.orig or error):
            return "say its value: parameters: {NAME: ...}; a colon that is none is written \\:"
        if isinstance(error, sa.exc.OperationalError) and self.engine.dialect.name != "sqlite":
            return "is the server running, and may this user read there?"
        return "is the query right for this database?"


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Opened]:
    """The database of a URL, whose relative path starts from `folder`.

    Raises:
        DataError: it is no URL of SQLite or PostgreSQL, or the file is not there.
        MissingExtraError: PostgreSQL without its driver.
    """
    try:
        place = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # whose words may hold the password
        raise DataError("is no URL of a database", "url", f"such as {FORMS}") from None
    database = _opened(place, folder)
    try:
        yield database
    finally:
        database.engine.dispose()


def _opened(place: sa.URL, folder: Path) -> Opened:
    if place.drivername == "sqlite":
        return _sqlite(place, folder)
    if place.drivername not in POSTGRES:
        raise DataError(f"databases of '{place.drivername}' are not read", "url", f"give {FORMS}")
    return _postgresql(place)


def _sqlite(place: sa.URL, folder: Path) -> Opened:
    if not place.database or place.database == ":memory:":
        raise DataError("a database in memory holds nothing", "url", "such as sqlite:///file.db")
    file = resolve(place.database, folder)
    address = f"file:{quote(str(file))}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True)
        connection.set_authorizer(_authorised)
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True)
    return Opened(engine, place.database, ())


def _authorised(action: int, *_: object) -> int:
    """No other database is attached: that would make its file."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


def _postgresql(place: sa.URL) -> Opened:
    try:
        engine = sa.create_engine(
            place.set(drivername="postgresql+psycopg"),
            connect_args=REACH,
            poolclass=sa.NullPool,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",  # all pieces are of one moment
            execution_options={"postgresql_readonly": True},
        )
    except ModuleNotFoundError as error:
        raise missing_extra(error, "source 'sql'") from error
    options = [part for value in place.query.values() for part in ([value] if isinstance(value, str) else value)]
    secrets = [secret for secret in (str(place.password or ""), *options) if secret]
    coded = [code for secret in secrets for code in (secret, quote(secret, safe=""), quote_plus(secret))]
    return Opened(engine, f"postgresql database '{place.database or ''}'", tuple(coded))
