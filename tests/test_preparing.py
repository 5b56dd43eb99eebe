"""A prepared table is made once: the second time it is found, and nothing that is learnt from it differs."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa

import modelyard
from modelyard import run
from modelyard.core import events
from modelyard.core.errors import DataError, RoomError, UsageError
from modelyard.core.types import Kind
from modelyard.data import read as reading
from modelyard.data import shelf
from modelyard.data.shelf import Shelf
from modelyard.quality.expectations import fresh
from modelyard.release.yard import Yard
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

FOUND = "the table is as it was prepared before"


def recipe(folder: Path, **said: Any) -> dict[str, Any]:
    return making.recipe(folder, making.table("binary", 200), prepare=[{"step": "clip"}], **said)


def notes_of(said: dict[str, Any], home: Path) -> tuple[run.Run, list[str]]:
    heard: list[events.Event] = []
    with events.listening(heard.append):
        made = run.train(said, home=home)
    return made, [event.text for event in heard if isinstance(event, events.Note)]


def test_a_kept_table_gives_the_same_bundle_and_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = recipe(tmp_path, keep=True)
    plain = run.train({**said, "keep": False}, home=tmp_path / "other")
    first, told = notes_of(said, tmp_path / "yard")
    assert not any(FOUND in note for note in told)
    monkeypatch.setattr(reading, "_frames", lambda *_: pytest.fail("the rows were read again"))
    second, told_again = notes_of(said, tmp_path / "yard")
    assert any(FOUND in note for note in told_again)
    assert second.bundle.digest == first.bundle.digest
    assert [note for note in told_again if FOUND not in note] == told
    files = {name: (plain.bundle.folder / name).read_bytes() for name in ("encoders.json", "schema.json", "model.onnx")}
    assert {name: (second.bundle.folder / name).read_bytes() for name in files} == files
    assert (second.answers == plain.answers).all()


def test_small_tables_are_not_kept_unasked(tmp_path: Path) -> None:
    run.train(recipe(tmp_path), home=tmp_path / "yard")
    assert not Yard(tmp_path / "yard").prepared.exists()


def test_what_the_table_depends_on_is_in_its_key(tmp_path: Path) -> None:
    said = recipe(tmp_path, keep=True)
    changes: list[dict[str, Any]] = [
        {},
        {"seed": 8},
        {"split": {"test": 0.3}},
        {"columns": {"home": {"role": "slice"}}},
        {"model": "boosting", "metrics": ["accuracy"]},  # says nothing of rows
    ]
    for change in changes:
        run.prepare({**said, **change}, home=tmp_path / "yard")
    assert len(list(Yard(tmp_path / "yard").prepared.iterdir())) == 4
    frame = making.table("binary", 200, seed=1)
    frame.write_parquet(next(tmp_path.glob("*.parquet")))
    run.prepare(said, home=tmp_path / "yard")
    assert len(list(Yard(tmp_path / "yard").prepared.iterdir())) == 5


@pytest.mark.parametrize("harm", ["cut", "gone", "garbage", "columns"])
def test_what_is_spoilt_is_made_again(tmp_path: Path, harm: str) -> None:
    said = recipe(tmp_path, keep=True)
    ready = run.prepare(said, home=tmp_path / "yard")
    file = ready.folder / "train/rows.arrow"
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:1000])
    elif harm == "gone":
        shutil.rmtree(ready.folder / "valid")
    elif harm == "garbage":
        (ready.folder / shelf.META).write_bytes(b"{")
    else:
        meta = json.loads((ready.folder / shelf.META).read_bytes())
        meta["schema"]["columns"].pop()
        (ready.folder / shelf.META).write_text(json.dumps(meta), encoding="utf-8")
    again, told = notes_of(said, tmp_path / "yard")
    assert not any(FOUND in note for note in told)
    assert again.report.rows == {"train": 120, "valid": 40, "test": 40}


def test_spoilt_blocks_are_made_again(tmp_path: Path) -> None:
    said = recipe(tmp_path, keep=True)
    ready = run.prepare(said, home=tmp_path / "yard")
    first = run.train(said, home=tmp_path / "yard")
    blocks = list(ready.folder.rglob("*.npy"))
    assert blocks
    for file in blocks:
        file.write_bytes(b"no array")
    again = run.train(said, home=tmp_path / "yard")
    assert (again.answers == first.answers).all()


def test_the_least_used_table_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said, home = recipe(tmp_path, keep=True), tmp_path / "yard"
    one = run.prepare(said, home=home)
    two = run.prepare({**said, "seed": 8}, home=home)
    run.prepare(said, home=home)  # used again
    size = sum(file.stat().st_size for file in two.folder.rglob("*") if file.is_file())
    monkeypatch.setenv(shelf.LIMIT, str(1.8 * size / 1e9))
    three = run.prepare({**said, "seed": 9}, home=home)
    assert three.folder.exists()
    assert one.folder.exists()
    assert not two.folder.exists()


def test_nobody_else_may_read_what_is_kept(tmp_path: Path) -> None:
    run.prepare(recipe(tmp_path, keep=True), home=tmp_path / "yard")
    assert Yard(tmp_path / "yard").prepared.stat().st_mode & 0o077 == 0


def test_prepare_says_what_it_has_made(tmp_path: Path) -> None:
    ready = modelyard.prepare(recipe(tmp_path), home=tmp_path / "yard")
    assert ready.rows == {"train": 120, "valid": 40, "test": 40}
    assert set(ready.columns) == set(making.KINDS)
    assert ready.folder.is_dir()


def test_a_frame_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    frame = making.table("binary", 50).with_columns(pl.lit(None, dtype=pl.Float64).alias("none"))
    from modelyard.core import room

    room.write_ipc(frame, tmp_path / "rows.arrow")
    assert room.read_ipc(tmp_path / "rows.arrow").equals(frame)
    room.write_ipc(frame.clear(), tmp_path / "empty.arrow")
    assert room.read_ipc(tmp_path / "empty.arrow").schema == frame.schema
    (tmp_path / "no.arrow").write_bytes(b"no arrow")
    with pytest.raises(OSError, match="holds no rows"):
        room.read_ipc(tmp_path / "no.arrow")
    assert Shelf(tmp_path).find("nothing") is None


def test_kinds_of_blocks_are_all_kept(tmp_path: Path) -> None:
    said = making.recipe(
        tmp_path,
        making.table("binary", 120),
        keep=True,
        model={"name": "linear"},
        columns={"comment": {"encoder": "ngrams"}},
    )
    first = run.train(said, home=tmp_path / "yard")
    assert {Kind.TEXT, Kind.CATEGORY} <= {column.kind for column in first.bundle.schema.features}
    second = run.train(said, home=tmp_path / "yard")
    assert (second.answers == first.answers).all()


def test_a_database_that_has_changed_is_read_again_in_the_same_process(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path / 'rows.db'}"
    frame = making.table("binary", 200).drop("since", "年龄")
    said = {**recipe(tmp_path, keep=True), "data": {"source": "sql", "url": place, "table": "rows"}}
    for rows in (200, 150):
        with sa.create_engine(place).begin() as written:
            written.execute(sa.text("DROP TABLE IF EXISTS rows"))
            written.execute(sa.text(f"CREATE TABLE rows ({', '.join(frame.columns)})"))
            names = ", ".join(f":{name}" for name in frame.columns)
            written.execute(sa.text(f"INSERT INTO rows VALUES ({names})"), frame.head(rows).to_dicts())  # noqa: S608
        ready = run.prepare(said, home=tmp_path / "yard")
        assert sum(ready.rows.values()) == rows


def test_what_the_environment_says_of_rows_is_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {**recipe(tmp_path, keep=True), "split": {"test": "${HELD_OUT}"}}
    told = []
    for share in ("0.2", "0.4"):
        monkeypatch.setenv("HELD_OUT", share)
        told.append(run.prepare(said, home=tmp_path / "yard").rows["test"])
    assert told == [40, 80]


def test_rows_that_were_fresh_are_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = making.table("binary", 200).with_columns(
        pl.datetime_range(datetime(2026, 1, 1), datetime(2026, 1, 2), "7m", eager=True)[:200].alias("since")  # noqa: DTZ001
    )
    said = making.recipe(tmp_path, frame, keep=True, checks=[{"check": "fresh", "column": "since", "at_most": "2d"}])

    class Clock(datetime):
        day_now = 2

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 1, Clock.day_now, tzinfo=tz)

    monkeypatch.setattr(fresh, "datetime", Clock)
    assert sum(run.prepare(said, home=tmp_path / "yard").rows.values()) == 200
    monkeypatch.setattr(Clock, "day_now", 20)
    with pytest.raises(DataError, match="more than 2 days ago"):
        run.prepare(said, home=tmp_path / "yard")


@pytest.mark.parametrize("said", ["much", "-1", "nan"])
def test_a_bound_of_what_is_kept_that_is_no_number_is_told(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(shelf.LIMIT, said)
    with pytest.raises(UsageError, match="is no number of gigabytes"):
        Shelf(tmp_path).thin()


def test_where_nothing_can_be_kept_a_training_goes_on_and_a_wish_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "WORTH", 1)
    home = tmp_path / "yard"
    home.mkdir()
    (home / "prepared").write_text("a file where the folder would be", encoding="utf-8")
    made, told = notes_of(recipe(tmp_path), home)
    assert made.report.rows == {"train": 120, "valid": 40, "test": 40}
    assert "the prepared table found no place on disk: it is not kept" in told
    with pytest.raises(RoomError) as caught:
        run.prepare(recipe(tmp_path), home=home)
    assert "keep: false" in caught.value.hint
