"""The database goes away in the middle, and comes back."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from modelyard.core.errors import YardError, YardGoneError
from modelyard.release.ledger import database
from modelyard.release.yard import Yard
from tests.postgres import GET, Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelyard.run import Run


@pytest.fixture
def breakable() -> Iterator[Cluster]:
    """A server that no other test uses."""
    made = Cluster.make()
    if made is None:
        pytest.skip(GET)
    yield made
    made.remove()


def test_a_server_that_goes_and_comes_back(breakable: Cluster, binary: Run, other: Run, tmp_path: Path) -> None:
    yard = Yard(breakable.database(), tmp_path / "bundles")
    yard.offer(binary.bundle, [])
    key, _ = yard.keys.make("billing")
    breakable.stop()
    calls = (
        lambda: yard.offer(other.bundle, []),
        lambda: yard.promote("risk", 1),
        lambda: yard.rollback("risk"),
        lambda: yard.collect(keep=0, age=0),
        yard.keys.table,
        lambda: yard.keys.make("other"),
        lambda: yard.act("x", "y"),
        yard.aliases,
        lambda: Yard(yard.place.address).aliases(),
    )
    for call in calls:
        with pytest.raises(YardGoneError) as caught:
            call()
        assert (caught.value.code, caught.value.http_status) == ("yard_unreachable", 503)
        assert isinstance(caught.value, YardError)
    breakable.start()
    assert yard.aliases() == {"risk": {"champion": 1}}
    assert yard.keys.list() == (key,)
    assert yard.offer(other.bundle, []).version == 2
    yard.database.close()


def test_a_connection_cut_in_the_middle_of_a_write_leaves_nothing(
    postgres: Cluster, binary: Run, tmp_path: Path
) -> None:
    yard = Yard(postgres.database(), tmp_path / "bundles")
    yard.offer(binary.bundle, [])

    def write() -> None:
        with yard.database.writing() as connection:
            connection.execute(sa.text("DELETE FROM releases"))
            mine = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
            with sa.create_engine(postgres.url, poolclass=sa.NullPool).connect() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
            connection.execute(sa.text("DELETE FROM aliases"))

    with pytest.raises(YardGoneError, match="cannot be written"):
        write()
    assert yard.find("risk").version == 1
    yard.database.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cr3t%21@127.0.0.1:1/yard",
        "postgresql://ada@127.0.0.1:1/yard?password=s3cr3t%21",
        "postgresql://ada:s3cr3t%21@no-such-host.invalid/yard?sslmode=oops-s3cr3t%21",
    ],
)
def test_no_secret_is_told_of_a_server_that_is_not_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELYARD_BUNDLES", "unused")
    for call in (Yard(url).releases, lambda: Yard(url).keys.make("x")):
        with pytest.raises(YardGoneError) as caught:
            call()
        assert "s3cr3t" not in str(caught.value)
        assert "is the server running" in caught.value.hint


def test_a_wrong_password_is_not_told(postgres: Cluster, tmp_path: Path) -> None:
    """The server asks for one here, whatever it is."""
    hba = postgres.folder / "data" / "pg_hba.conf"
    before = hba.read_text()
    admin = sa.create_engine(postgres.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE ROLE ada LOGIN PASSWORD 'right'")
            hba.write_text(f"host all ada 127.0.0.1/32 scram-sha-256\n{before}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        url = f"postgresql://ada:s3cr3t%21@127.0.0.1:{postgres.port}/postgres"
        with pytest.raises(YardGoneError, match="password authentication failed") as caught:
            Yard(url, tmp_path).releases()
        assert "s3cr3t" not in str(caught.value)
    finally:
        hba.write_text(before)
        with admin.connect() as connection:
            connection.exec_driver_sql("SELECT pg_reload_conf()")
            connection.exec_driver_sql("DROP ROLE ada")


def test_a_user_who_may_not_use_the_tables_is_told(postgres: Cluster, binary: Run, tmp_path: Path) -> None:
    address = postgres.database()
    Yard(address, tmp_path).offer(binary.bundle, [])
    admin = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE guest LOGIN")
    try:
        with pytest.raises(YardGoneError, match="cannot be") as caught:
            Yard(address.replace("yard@", "guest@"), tmp_path).releases()
        assert "may this user use the database" in caught.value.hint
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP ROLE guest")


def test_a_database_without_a_place_for_bundles_says_so(
    postgres: Cluster, binary: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MODELYARD_BUNDLES", raising=False)
    with pytest.raises(YardError, match="nothing says where the bundles") as caught:
        Yard(postgres.database()).offer(binary.bundle, [])
    assert "MODELYARD_BUNDLES" in caught.value.hint


def test_a_sqlite_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "yard.db").write_bytes(b"this is a letter, and no database" * 100)
    with pytest.raises(YardGoneError, match="cannot be opened"):
        Yard(tmp_path).releases()


def test_who_waits_too_long_for_the_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    yard = Yard(tmp_path)
    yard.act("x", "y")
    busy = sqlite3.connect(tmp_path / "yard.db", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    assert len(yard.acts()) == 1  # who reads does not wait
    with pytest.raises(YardGoneError, match="locked"):
        yard.act("x", "y")
    busy.execute("ROLLBACK")
    busy.close()
    yard.act("x", "y")
    assert len(yard.acts()) == 2
