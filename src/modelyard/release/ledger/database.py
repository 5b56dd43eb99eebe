"""The yard's database: SQLite in a folder, or PostgreSQL; opened in its newest form, read and written safely."""

from __future__ import annotations

import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from modelyard.core.errors import MissingExtraError, YardGoneError
from modelyard.release.ledger import migrate
from modelyard.release.ledger.place import HOME
from modelyard.release.ledger.tables import NEWEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.release.ledger.place import Place

PATIENCE = 30  # seconds for another process to finish writing
# A server that is gone is found out within seconds, even where nothing answers at all.
REACH = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5}
SETTINGS: dict[str, Any] = {
    "pool_pre_ping": True,  # a server that was restarted meanwhile is reached again
    "hide_parameters": True,
    "isolation_level": "READ COMMITTED",  # so that what waited for the lock sees what was written meanwhile
}
LOCK = 0x6D79_6172  # "myar": the writers' lock among others' in the same database
LOCKING = f"SELECT pg_advisory_xact_lock({LOCK}, hashtext(current_schema()))"


class Database:
    """One place's database, opened on first use."""

    def __init__(self, place: Place) -> None:
        """The database of a place, which is not touched yet."""
        self.place = place
        self._engine: sa.Engine | None = None

    @property
    def engine(self) -> sa.Engine:
        """The engine, the tables in their newest form.

        Raises:
            YardGoneError: the folder cannot be written, or the server not reached.
            YardError: a newer Modelyard made the yard.
            MissingExtraError: PostgreSQL without its driver.
        """
        if self._engine is None:
            with self._told("the yard cannot be opened"):
                engine = self._made()
                try:
                    with engine.connect() as connection:
                        newest = migrate.stored(connection) == NEWEST
                    if not newest:
                        with engine.execution_options(writes=True).begin() as connection:
                            migrate.upgrade(connection, str(self.place))
                except BaseException:
                    engine.dispose()
                    raise
            self._engine = engine
            weakref.finalize(self, engine.dispose)  # a yard that nobody holds any more keeps no connection open
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that reads.

        Raises:
            YardGoneError: the database cannot be reached, or does not answer.
        """
        with self._told("the yard cannot be read"), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that reads and then writes, one process at a time; whole, or as if it had not been.

        Raises:
            YardGoneError: the database cannot be reached, does not answer, or another process writes for too long.
        """
        engine = self.engine.execution_options(writes=True)
        with self._told("the yard cannot be written"), engine.begin() as connection:
            yield connection

    @contextmanager
    def appending(self) -> Iterator[sa.Connection]:
        """A transaction that only adds rows, and waits for no other where the database has no need of it.

        Raises:
            YardGoneError: as `writing` raises it.
        """
        engine = self.engine.execution_options(writes=self.place.is_folder)
        with self._told("the yard cannot be written"), engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of what is open; the next use opens it again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _made(self) -> sa.Engine:
        if self.place.is_folder:
            self.place.folder.mkdir(parents=True, exist_ok=True)
            engine = sa.create_engine(self.place.url, connect_args={"timeout": PATIENCE})
            sa.event.listen(engine, "connect", _prepare)
            sa.event.listen(engine, "begin", _begin_sqlite)
            return engine
        try:
            engine = sa.create_engine(self.place.url, connect_args=REACH, **SETTINGS)
        except ModuleNotFoundError as error:
            hint = 'pip install "modelyard[postgresql]"'
            raise MissingExtraError("a yard on PostgreSQL needs psycopg", str(self.place), hint) from error
        sa.event.listen(engine, "begin", _begin_postgresql)
        return engine

    @contextmanager
    def _told(self, problem: str) -> Iterator[None]:
        """What a driver raises, in a sentence without a secret; what is wrong with a row is for the caller."""
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except (OSError, sa.exc.SQLAlchemyError) as error:
            if self.place.is_folder:
                hint = f"set {HOME} to a folder that can be written"
            else:
                hint = f"is the server running, and may this user use the database? {HOME} or --home names it"
            raise YardGoneError(f"{problem}{self._reason(error)}", str(self.place), hint) from error

    def _reason(self, error: Exception) -> str:
        if isinstance(error, OSError):
            return f": {error.strerror}" if error.strerror else ""
        if not isinstance(error, sa.exc.OperationalError):  # others' words may hold what a client sent
            return f": {type(error).__name__}"
        first = " ".join(str(error.orig).split())[:300]
        return f": {self.place.without_secrets(first)}"


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    """Let SQLAlchemy begin transactions itself, and readers go on while one writes."""
    connection.isolation_level = None
    deadline = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except connection.OperationalError:  # this one change does not wait for others by itself
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes the lock before it reads: two releases at one moment get two versions."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    """The same by a lock of the yard's own, which readers and those who only add rows do not ask for."""
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        connection.exec_driver_sql(LOCKING)
