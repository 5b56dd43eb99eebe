"""Tables come about in one form everywhere: new, from an older yard, on either database, opened by many."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from modelyard.core.errors import YardError
from modelyard.release.ledger import migrate, tables
from modelyard.release.yard import Yard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Cluster

DIGESTS = ["a" * 64, "b" * 64]


def first_tables() -> sa.MetaData:
    """The tables of the first yards, word for word; they had no migrations."""
    first = sa.MetaData()
    sa.Table(
        "releases",
        first,
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("verdicts", sa.JSON, nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
    )
    sa.Table(
        "aliases",
        first,
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("alias", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    sa.Table(
        "reviews",
        first,
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, index=True),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    return first


def old_yard(folder: Path) -> None:
    """A yard as the first Modelyard left it: two releases, the second one the champion, and a review."""
    folder.mkdir()
    first = first_tables()
    engine = sa.create_engine(f"sqlite:///{folder}/yard.db")
    first.create_all(engine)
    with engine.begin() as connection:
        for version, digest in enumerate(DIGESTS, 1):
            verdict = {"gate": "at_least", "passed": True, "reason": "fine"}
            row = {"name": "risk", "version": version, "digest": digest, "made": f"2026-01-0{version}T00:00:00+00:00"}
            connection.execute(first.tables["releases"].insert().values(**row, verdicts=[verdict]))
        connection.execute(first.tables["aliases"].insert().values(name="risk", alias="champion", version=2))
        row = {"digest": DIGESTS[0], "by": "Ada", "note": "", "at": "2026-01-01T00:00:00+00:00"}
        connection.execute(first.tables["reviews"].insert().values(**row))
    engine.dispose()


def form(engine: sa.Engine) -> dict[str, Any]:
    """What a database says of its own tables, in words that both speak."""
    found = {}
    inspector = sa.inspect(engine)
    for name in sorted(set(inspector.get_table_names()) - {tables.VERSION}):
        found[name] = {
            "columns": {
                (column["name"], str(column["type"]).replace("DOUBLE PRECISION", "FLOAT"), column["nullable"])
                for column in inspector.get_columns(name)
            },
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "indexes": {
                (tuple(index["column_names"]), bool(index["unique"]))
                for index in inspector.get_indexes(name)
                if not index.get("duplicates_constraint")
            },
            "unique": {tuple(each["column_names"]) for each in inspector.get_unique_constraints(name)},
        }
    return found


def test_both_databases_end_where_the_tables_are_described(address: str, tmp_path: Path, postgres: Cluster) -> None:
    yard = Yard(address)
    with yard.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": tables.VERSION, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, tables.METADATA) == []
    described = sa.create_engine(postgres.database() if "://" in address else f"sqlite:///{tmp_path}/described.db")
    tables.METADATA.create_all(described)
    assert form(yard.engine) == form(described)
    described.dispose()
    yard.database.close()


def test_sqlite_and_postgresql_have_one_form(tmp_path: Path, postgres: Cluster) -> None:
    folder, database = Yard(tmp_path), Yard(postgres.database())
    assert form(folder.engine) == form(database.engine)
    for yard in (folder, database):
        yard.database.close()


def test_an_older_yard_is_recognised_and_brought_along(tmp_path: Path) -> None:
    old_yard(tmp_path / "old")
    yard, new = Yard(tmp_path / "old"), Yard(tmp_path / "new")
    assert form(yard.engine) == form(new.engine)
    assert [(r.version, r.alias, r.digest, r.gone) for r in yard.releases("risk")] == [
        (2, "champion", DIGESTS[1], ""),
        (1, "", DIGESTS[0], ""),
    ]
    assert [review.by for review in yard.reviews(DIGESTS[0])] == ["Ada"]
    assert [(act.kind, act.detail["version"], act.detail["before"]) for act in yard.history("risk")] == [
        ("release", 2, 1),
        ("release", 1, None),
    ]
    assert yard.aliases() == {"risk": {"champion": 2}}
    for each in (yard, new):
        each.database.close()


def test_an_older_yard_without_reviews_is_one_too(tmp_path: Path) -> None:
    old_yard(tmp_path / "old")
    engine = sa.create_engine(f"sqlite:///{tmp_path}/old/yard.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE reviews")
    engine.dispose()
    yard = Yard(tmp_path / "old")
    assert yard.reviews(DIGESTS[0]) == ()
    assert len(yard.releases()) == 2
    yard.database.close()


def test_the_newest_is_the_last_of_the_migrations() -> None:
    assert migrate.scripts().get_heads() == [tables.NEWEST]


def test_a_newer_yard_is_refused(address: str) -> None:
    yard = Yard(address)
    with yard.engine.begin() as connection:
        connection.execute(sa.update(sa.table(tables.VERSION, sa.column("version_num"))).values(version_num="0999"))
    yard.database.close()
    with pytest.raises(YardError, match=f"tables of version 0999, and this Modelyard knows up to {tables.NEWEST}") as e:
        Yard(address).releases()
    assert "upgrade" in e.value.hint


def test_a_migration_that_fails_leaves_the_yard_as_it_was(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr("alembic.operations.Operations.bulk_insert", fail)  # in the middle of the second step
    with pytest.raises(RuntimeError):
        Yard(address).releases()
    monkeypatch.undo()
    yard = Yard(address)
    assert yard.releases() == []
    yard.database.close()


OPEN = """
import sys
from modelyard.release.yard import Yard
print(Yard(sys.argv[1]).aliases())
"""


@pytest.mark.parametrize("before", ["new", "old"])
def test_many_may_open_a_yard_at_one_moment(before: str, address: str, tmp_path: Path) -> None:
    if before == "old":
        if "://" in address:
            engine = sa.create_engine(address)
            first_tables().create_all(engine)
            engine.dispose()
        else:
            old_yard(tmp_path / ".modelyard")
    command = [sys.executable, "-c", OPEN, address]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)]
    told = set()
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
        told.add(out)
    assert len(told) == 1


def test_opening_what_is_newest_does_without_alembic(address: str) -> None:
    Yard(address).database.engine.dispose()
    code = OPEN + "\nassert not {'alembic', 'mako', 'polars'} & set(sys.modules), 'imported'"
    told = subprocess.run(
        [sys.executable, "-c", code, address], check=False, capture_output=True, text=True, timeout=60
    )
    assert (told.returncode, told.stderr) == (0, "")
