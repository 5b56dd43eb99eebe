"""Databases: values keep their types, nothing is written, and no password is told."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa

from modelyard import filling, run
from modelyard.assemble import assemble
from modelyard.core import room
from modelyard.core.errors import DataError, RecipeError
from modelyard.data.sources.sql import Sql

if TYPE_CHECKING:
    from tests.postgres import Cluster

LITE = """
PRAGMA synchronous=OFF;
CREATE TABLE loans (id INTEGER, ok BOOLEAN, day DATE, at TIMESTAMP, sum NUMERIC(10,2), name TEXT, "odd ""name" BLOB);
INSERT INTO loans VALUES (2, 0, '2024-01-02', '2024-01-02 10:30:00', 2.5, NULL, x'00');
INSERT INTO loans VALUES (1, 1, '2024-01-01', NULL, 1, '父', NULL);
CREATE TABLE "select" (n INTEGER, flag BOOLEAN, day DATE);
INSERT INTO "select" VALUES (1, 7, 'soon');
CREATE TABLE mixed (x); INSERT INTO mixed VALUES (1), ('secret-cell');
CREATE TABLE broken (x TEXT); INSERT INTO broken VALUES (CAST(x'ff73656372657421' AS TEXT));
CREATE TABLE hollow (x TEXT);
"""
GREAT = """
CREATE TABLE loans (id BIGINT, ok BOOLEAN, day DATE, at TIMESTAMPTZ, sum NUMERIC(10,2), name TEXT, code UUID, m JSONB);
INSERT INTO loans VALUES (2, false, '2024-01-02', '2024-01-02 10:30:00+02', 2.50, NULL, NULL, '{"a": [1]}');
INSERT INTO loans VALUES (1, true, '2024-01-01', NULL, 1, '父', '6ecd8c99-4036-403d-bf84-cf8400f67836', NULL);
CREATE FUNCTION spoil() RETURNS int LANGUAGE sql AS 'DELETE FROM loans RETURNING 1';
"""


@pytest.fixture
def lite(tmp_path: Path) -> Path:
    """A folder with a database whose name would mean something in a URL."""
    connection = sqlite3.connect(tmp_path / "a #1%.db")
    connection.executescript(LITE)
    connection.close()
    return tmp_path


@pytest.fixture
def great(postgres: Cluster) -> str:
    """The URL of a database."""
    url = postgres.database()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(GREAT)
    return url


def of(folder: Path, **said: Any) -> pl.DataFrame:
    return Sql(url="sqlite:///a #1%.db", **said).read(folder).collect()


def test_a_table_of_sqlite_is_read_as_it_was_declared(lite: Path) -> None:
    frame = of(lite, table="loans")
    assert frame.to_dict(as_series=False) == {
        "id": [2, 1],
        "ok": [False, True],
        "day": [date(2024, 1, 2), date(2024, 1, 1)],
        "at": [datetime(2024, 1, 2, 10, 30), None],  # noqa: DTZ001
        "sum": [2.5, 1.0],
        "name": [None, "父"],
        'odd "name': [b"\x00", None],
    }
    odd = of(lite, table="select")
    assert odd.row(0) == (1, 7, "soon")  # not what was declared, and so as it is


def test_a_query_takes_parameters(lite: Path) -> None:
    query = "SELECT id, name FROM loans WHERE id >= :least AND at IS :at ORDER BY id"
    assert of(lite, query=query, parameters={"least": 1, "at": None}).rows() == [(1, "父")]
    injected = "SELECT id FROM loans WHERE name = :name"
    with pytest.raises(DataError, match="gives no rows"):
        of(lite, query=injected, parameters={"name": "x' OR '1'='1"})


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"table": "mixed"}, "'x' holds values of different sorts: Int64 and String|texts and whole numbers"),
    ({"table": "broken"}, "Could not decode to UTF-8 column 'x'"),
    ({"table": "hollow"}, "gives no rows"),
    ({"table": "loan"}, "no such table: loan"),
    ({"query": "SELECT nam FROM loans"}, "no such column: nam"),
    ({"query": "SELECT 1 AS a, 2 AS a"}, "2 columns are called 'a'"),
    ({"query": "DELETE FROM loans"}, "readonly database|no rows"),
    ({"query": "SELECT 1; DROP TABLE loans"}, "one statement at a time"),
    ({"query": "SELECT :a"}, "value is required for bind parameter 'a'"),
    ({"query": "SELECT 1", "parameters": {"b": 1}}, "no parameter :b"),
    ({"query": "SELECT 1", "table": "loans"}, "both a query and a table, or neither"),
    ({}, "both a query and a table, or neither"),
]


@pytest.mark.parametrize(("said", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_what_cannot_be_read_is_told_without_a_value(said: dict[str, Any], problem: str, lite: Path) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        of(lite, **said)
    assert "secret" not in str(caught.value)
    assert of(lite, table="loans").height == 2


def test_a_database_that_a_statement_attaches_is_not_written_either(lite: Path) -> None:
    with pytest.raises(DataError):
        of(lite, query="ATTACH 'other.db' AS other")
    assert not (lite / "other.db").exists()
    assert not Path("other.db").exists()


PLACES: list[tuple[str, str]] = [
    ("sqlite:///none.db", "no such file"),
    ("sqlite://", "a database in memory holds nothing"),
    ("mysql://user:hush-hush@host/base", "databases of 'mysql' are not read"),
    ("user:hush-hush@host", "is no URL of a database"),
    ("postgresql://user:hush-hush@127.0.0.1:1/base?password=hush-hush2", "cannot be read"),
]


@pytest.mark.parametrize(("url", "problem"), PLACES, ids=[problem for _, problem in PLACES])
def test_a_place_that_is_none_is_told_without_its_password(url: str, problem: str, tmp_path: Path) -> None:
    source = Sql(url=url, table="t")
    assert "hush" not in repr(source)
    with pytest.raises(DataError) as caught:
        source.read(tmp_path)
    assert problem in caught.value.problem
    assert "hush" not in str(caught.value)


def test_postgresql_keeps_types(great: str, tmp_path: Path) -> None:
    frame = Sql(url=great, query="SELECT * FROM loans ORDER BY id").read(tmp_path).collect()
    assert frame.to_dict(as_series=False) == {
        "id": [1, 2],
        "ok": [True, False],
        "day": [date(2024, 1, 1), date(2024, 1, 2)],
        "at": [None, datetime(2024, 1, 2, 8, 30, tzinfo=UTC)],
        "sum": [Decimal("1.00"), Decimal("2.50")],
        "name": ["父", None],
        "code": ["6ecd8c99-4036-403d-bf84-cf8400f67836", None],
        "m": [None, '{"a": [1]}'],
    }
    assert frame.schema["sum"] == pl.Decimal(38, 2)
    whole = Sql(url=great, table="public.loans").read(tmp_path).collect()
    assert whole.sort("id").equals(frame)
    found = Sql(url=great, query="SELECT id FROM loans WHERE name LIKE '%' AND id = :id", parameters={"id": 1})
    assert found.read(tmp_path).collect().rows() == [(1,)]


REFUSED: list[tuple[str, str]] = [
    ("SELECT spoil()", "ReadOnlySqlTransaction|read-only transaction"),
    ("DELETE FROM loans", "syntax error"),
    ("SELECT id FROM loans WHERE name = 5 OR id = 'secret-cell'", "cannot be read"),
    ("SELECT 'infinity'::timestamp", "cannot be read"),
    ("SELECT '10.0.0.1'::inet AS place", "'place' holds values of the type IPv4Address"),
    ("SELECT * FROM lones", 'relation "lones" does not exist'),
]


@pytest.mark.parametrize(("query", "problem"), REFUSED, ids=[query for query, _ in REFUSED])
def test_postgresql_is_only_read(query: str, problem: str, great: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        Sql(url=great, query=query).read(tmp_path)
    assert "secret-cell" not in str(caught.value)
    assert "infinity" not in str(caught.value)
    assert Sql(url=great, table="loans").read(tmp_path).collect().height == 2


def test_many_rows_come_in_pieces_of_one_moment(great: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PIECE", 100)
    monkeypatch.setattr(room, "fits", lambda _: False)
    query = "SELECT n, CASE WHEN n % 3 = 0 THEN NULL ELSE n * 0.5 END AS half FROM generate_series(1, 950) AS n"
    frame = Sql(url=great, query=query).read(tmp_path).collect()
    assert frame["n"].to_list() == list(range(1, 951))
    assert frame["half"].null_count() == 316


def test_the_digest_is_of_the_rows_that_were_read(lite: Path) -> None:
    source = Sql(url="sqlite:///a #1%.db", query="SELECT * FROM loans ORDER BY id")
    before = source.digest(lite)
    assert source.digest(lite) == before
    connection = sqlite3.connect(lite / "a #1%.db")
    connection.execute("UPDATE loans SET name = 'x' WHERE id = 1")
    connection.commit()
    connection.close()
    assert source.digest(lite) == before  # those that were read
    source.read(lite)
    assert source.digest(lite) != before


SECRETS: list[tuple[str, bool]] = [
    ("postgresql://u:hush@host/base", False),
    ("postgresql://host/base?password=hush", False),
    ("postgresql://${WHO}:hush@host/base", False),
    ("postgresql://u:${WORD:-hush}@host/base", False),
    ("postgresql://u:${WORD}@host/base", True),
    ("postgresql://${WHO:-bob}:${WORD}@host/base", True),
    ("${WHOLE}", True),
    ("postgresql://u@host/base", True),
    ("sqlite:///rows.db", True),
]


@pytest.mark.parametrize("place", ["alone", "part", "join"])
@pytest.mark.parametrize(("url", "fits"), SECRETS, ids=[url for url, _ in SECRETS])
def test_a_recipe_holds_no_password(url: str, fits: object, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"WHO": "u", "WORD": "from-outside", "WHOLE": "postgresql://u:from-outside@host/base"}.items():
        monkeypatch.setenv(name, value)
    source = {"source": "sql", "url": url, "table": "t"}
    join = {"train": "a.csv", "join": [{"data": source, "on": "k"}]}
    data = {"alone": source, "part": {"train": "a.csv", "test": source}, "join": join}[place]
    recipe = {"version": 1, "name": "n", "data": data, "target": "y"}
    if fits:
        assert "from-outside" not in str(filling.filled(assemble(recipe)))
        return
    with pytest.raises(RecipeError) as caught:
        assemble(recipe)
    assert caught.value.problem == "holds a password, which would lie in every bundle"
    assert "hush" not in str(caught.value)


def test_a_recipe_reads_a_query(lite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE", "a #1%.db")
    query = "SELECT n.value AS n, n.value % 4 AS part, n.value % 2 AS y FROM json_each('[1,2,3,4,5,6,7,8,9]') AS n"
    data = {"source": "sql", "url": "sqlite:///${BASE}", "query": query}
    said = {"version": 1, "name": "n", "data": data, "target": "y", "model": "linear"}
    (lite / "recipe.json").write_text(json.dumps(said), encoding="utf-8")
    plan, rows = run.inspect(lite / "recipe.json")
    assert rows.train.frame["n"].to_list() == list(range(1, 10))
    assert rows.digest == run.inspect(lite / "recipe.json")[1].digest
    assert filling.filled(plan)["data"]["train"]["url"] == "sqlite:///${BASE}"
