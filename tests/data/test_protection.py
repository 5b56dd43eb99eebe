"""What a recipe's `protect` makes of columns: in every part, before anything else reads them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard import run
from modelyard.core.errors import DataError, RecipeError
from modelyard.core.types import Role
from modelyard.data import cleaning, values
from modelyard.data.personal import keyed
from modelyard.data.read import check_rows
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.data.read import Rows

MAILS = [f"ann{place}@example.org" for place in range(120)]
NOTES = [f"asked by {mail} to call" if place % 9 == 0 else f"well {place % 7}" for place, mail in enumerate(MAILS)]
NAMES = [f"{'Ann' if place % 2 else 'Bob'} Fox" for place in range(120)]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keyed.KEY, secrets.token_urlsafe(32))


def table() -> pl.DataFrame:
    planted = {"mail": MAILS, "note": NOTES, "name": NAMES}
    return making.table("binary").with_columns([pl.Series(name, told) for name, told in planted.items()])


def read(folder: Path, protect: dict[str, Any], **said: Any) -> Rows:
    return run.inspect(making.recipe(folder, table(), protect=protect, **said))[1]


def test_by_default_it_is_told_and_left(tmp_path: Path) -> None:
    rows = read(tmp_path, {})
    assert rows.train.frame["mail"].to_list() == MAILS
    told = [note for note in rows.notes if "personal data" in note]
    assert told == [
        "column mail holds personal data (e-mail), which is left as it is; say protect: {found: mask} or the like",
        (
            "column note holds personal data inside its texts (e-mail), which is left as it is; "
            "say protect: {found: mask} or the like"
        ),
        "column name holds personal data (name), which is left as it is; say protect: {found: mask} or the like",
    ]


@pytest.mark.parametrize(
    ("found", "mail", "note", "name"),
    [
        ("mask", r"^\[e-mail\]$", r"^asked by \[e-mail\] to call$", r"^\[name\]$"),
        ("hash", r"^[0-9A-Z]{26}-[0-9A-Z]{10}$", r"^asked by \[e-mail [0-9A-Z-]{37}\] to call$", r"^[0-9A-Z-]{37}$"),
        ("pseudonym", r"^email-[0-9A-Z-]{17}$", r"^asked by \[e-mail email-[0-9A-Z-]{17}\] to call$", r"^person-"),
    ],
)
def test_what_is_found_is_treated_everywhere(found: str, mail: str, note: str, name: str, tmp_path: Path) -> None:
    rows = read(tmp_path, {"found": found})
    frame = rows.train.frame
    for column, form in (("mail", mail), ("name", name)):
        assert frame[column].str.contains(form).all()
    assert frame["note"].str.contains(note).sum() == sum("@" in one for one in NOTES)
    assert frame["name"].n_unique() == (1 if found == "mask" else 2)
    again = check_rows(table(), rows.train.schema)
    assert again.frame["mail"].to_list() == frame["mail"].to_list()
    asked = values.from_list(NOTES, rows.train.schema["note"], lambda _row, _problem: None)
    assert asked.tolist() == frame["note"].to_list()


def test_what_is_dropped_is_not_kept(tmp_path: Path) -> None:
    rows = read(tmp_path, {"found": "drop"})
    assert {"mail", "name"}.isdisjoint(rows.train.frame.columns)
    assert {"mail", "name"}.isdisjoint(column.name for column in rows.train.schema.columns)
    assert rows.train.frame["note"].str.contains(r"\[e-mail\]").any()


def test_columns_are_treated_by_name_and_the_rest_as_found(tmp_path: Path) -> None:
    said = {"mail": "drop", "name": {"clean": "pseudonym", "domain": "client"}, "note": "keep"}
    rows = read(tmp_path, {"found": "mask", "columns": {**said, "income": {"clean": "generalise", "by": "range"}}})
    assert "mail" not in rows.train.frame.columns
    assert rows.train.frame["name"].str.starts_with("client-").all()
    assert rows.train.frame["note"].to_list() == NOTES
    assert rows.train.frame["income"].str.contains(r"^\[\d+, \d+\)$").all()


def test_ignored_columns_and_slices_are_treated_too(tmp_path: Path) -> None:
    rows = read(tmp_path, {"found": "hash"}, columns={"mail": {"role": "ignore"}, "name": {"role": "slice"}})
    schema = rows.train.schema
    assert (schema["mail"].role, schema["name"].role) == (Role.IGNORE, Role.SLICE)
    assert not any("@" in mail for mail in rows.train.frame["mail"].to_list())
    assert set(rows.train.frame["name"].to_list()).isdisjoint(NAMES)


@pytest.mark.parametrize(
    ("protect", "said", "kind", "told"),
    [
        (
            {"found": "mask"},
            {"target": "mail", "task": "multiclass"},
            DataError,
            "mail: the target holds personal data",
        ),
        ({"columns": {"outcome": "hash"}}, {}, DataError, "outcome: the target cannot be treated by 'hash'"),
        ({"columns": {"mial": "drop"}}, {}, RecipeError, "did you mean 'mail'?"),
        ({"columns": {"mail": "drp"}}, {}, RecipeError, "did you mean 'drop'?"),
        ({"sorts": ["fone"]}, {}, RecipeError, "no sort of personal data called 'fone'"),
        ({"found": "hash", "key": "NO_SUCH_KEY"}, {}, RecipeError, "NO_SUCH_KEY, which holds the key, is not set"),
        ({"found": "drop"}, {"columns": {"name": {"role": "slice"}}}, DataError, "the recipe needs it as slice"),
    ],
)
def test_what_cannot_be_is_told(
    protect: dict[str, Any], said: dict[str, Any], kind: type[Exception], told: str, tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught:
        read(tmp_path, protect, **said)
    assert told in str(caught.value)
    assert "@" not in str(caught.value)


def test_valid_and_test_files_are_treated_and_looked_at(tmp_path: Path) -> None:
    making.table("binary").with_columns(pl.lit("nothing here").alias("note")).write_parquet(tmp_path / "a.parquet")
    making.table("binary", seed=1).with_columns(pl.Series("note", NOTES)).write_parquet(tmp_path / "b.parquet")
    recipe = {"version": 1, "name": "two", "target": making.TARGET, "model": "linear", "protect": {"found": "mask"}}
    recipe |= {"data": {"train": str(tmp_path / "a.parquet"), "valid": str(tmp_path / "b.parquet")}}
    _plan, rows = run.inspect(recipe)
    assert rows.valid is not None
    assert not any("@" in note for note in rows.valid.frame["note"].to_list())
    assert "column note holds personal data inside its texts (e-mail), which is masked" in rows.notes


def test_a_key_that_is_gone_is_told_before_the_first_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = read(tmp_path, {"found": "hash"}).train.schema
    cleaning.ready(schema.columns)
    monkeypatch.delenv(keyed.KEY)
    with pytest.raises(RecipeError, match=f"{keyed.KEY}, which holds the key, is not set"):
        cleaning.ready(schema.columns)
