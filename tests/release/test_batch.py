"""Many rows through a bundle: the same answers in pieces of any size, and files that are whole or not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelyard.core import events
from modelyard.core.errors import DataError, UsageError
from modelyard.release import batch
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.bundle import Bundle
    from modelyard.run import Run


@pytest.mark.parametrize("chunk", [7, 119, 120, 1000])
def test_pieces_of_any_size_give_the_same_answers(binary: Run, chunk: int) -> None:
    frame = making.table("binary")
    whole = binary.bundle.outputs(frame)
    for rows in (frame.lazy(), frame.to_dicts()):
        parts = list(batch.outputs(binary.bundle, rows, chunk))
        assert all(len(part) <= chunk for part in parts)
        np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


def test_progress_is_told(binary: Run) -> None:
    heard: list[events.Event] = []
    with events.listening(heard.append):
        list(batch.outputs(binary.bundle, making.table("binary").lazy(), 50))
    steps = [event for event in heard if isinstance(event, events.Step) and event.name == "answering"]
    assert [(step.done, step.total) for step in steps] == [(50, 120), (100, 120), (120, 120)]


def test_a_wrong_row_is_told_with_its_place_in_the_whole(binary: Run) -> None:
    rows = making.table("binary").drop(making.TARGET).to_dicts()
    rows[73]["income"] = "much"
    with pytest.raises(DataError) as caught:
        list(batch.outputs(binary.bundle, rows, 50))
    assert caught.value.where == "rows[73].income"
    frame = making.table("binary").with_columns(
        pl.when(pl.int_range(120) == 73).then(None).otherwise("income").alias("income")
    )
    with pytest.raises(DataError) as caught:
        list(batch.outputs(binary.bundle, frame.lazy(), 50))
    assert caught.value.where.endswith("income")
    assert caught.value.where.startswith("rows 51 to 100: ")


def test_no_rows_are_told(binary: Run) -> None:
    none: tuple[batch.Rows, ...] = (making.table("binary").head(0).lazy(), [])
    for rows in none:
        with pytest.raises(DataError, match="no rows"):
            list(batch.outputs(binary.bundle, rows))


@pytest.mark.parametrize("ending", [".jsonl", ".ndjson", ".csv", ".parquet"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_file_holds_the_bundle_s_answers(
    request: pytest.FixtureRequest, tmp_path: Path, task: str, ending: str
) -> None:
    run: Run = request.getfixturevalue(task)
    frame = making.table(task)
    expected = run.bundle.predict(frame)["predictions"]
    file = tmp_path / f"answers{ending}"
    assert batch.write(run.bundle, batch.answers(run.bundle, frame.lazy(), 50), file) == 120
    if ending.endswith(("json", "jsonl")):
        told = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert [record["prediction"] for record in told] == pytest.approx([r["prediction"] for r in expected])
        assert [set(record) for record in told] == [set(record) for record in expected]
        return
    table = pl.read_csv(file) if ending == ".csv" else pl.read_parquet(file)
    names = [f"probabilities.{name}" for name in run.bundle.names]
    assert table.columns == ["prediction", *names]
    assert table["prediction"].to_list() == pytest.approx([record["prediction"] for record in expected])
    for name in run.bundle.names:
        shares = [record["probabilities"][name] for record in expected]
        assert table[f"probabilities.{name}"].to_list() == pytest.approx(shares, abs=1e-6)


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
def test_intervals_stand_beside_the_prediction(ranged: Bundle, tmp_path: Path, ending: str) -> None:
    frame, file = making.table("regression"), tmp_path / f"answers{ending}"
    expected = ranged.predict(frame)["predictions"]
    batch.write(ranged, batch.answers(ranged, frame.lazy(), 50), file)
    read = {".jsonl": pl.read_ndjson, ".csv": pl.read_csv, ".parquet": pl.read_parquet}[ending]
    table = read(file)  # type: ignore[operator]
    assert table.columns == ["prediction", "low", "high"] == list(expected[0])
    for name in table.columns:
        assert table[name].to_list() == pytest.approx([record[name] for record in expected], rel=1e-6)
    assert (table["high"] - table["low"]).to_list() == pytest.approx([10.0] * 120, rel=1e-3)


def test_an_error_on_the_way_leaves_the_old_file_and_nothing_else(binary: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("what was there", encoding="utf-8")

    def fails() -> list[batch.Answers]:
        parts = list(batch.answers(binary.bundle, making.table("binary").lazy()))
        raise DataError(f"after {len(parts)} pieces")

    with pytest.raises(DataError, match="after 1 pieces"):
        batch.write(binary.bundle, (part for _ in range(1) for part in fails()), file)
    assert file.read_text(encoding="utf-8") == "what was there"
    assert list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    batch.check_place(tmp_path / "answers.JSONL")
    with pytest.raises(UsageError, match="none of"):
        batch.check_place(tmp_path / "answers.xlsx")
    (tmp_path / "answers.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        batch.check_place(tmp_path / "answers.csv")


def test_no_more_rows_than_a_piece_are_held_however_they_are_read(tmp_path: Path) -> None:
    pl.DataFrame({"x": range(1000)}).write_parquet(tmp_path / "rows.parquet", row_group_size=400)
    parts = list(batch._frames(pl.scan_parquet(tmp_path / "rows.parquet"), 150))
    assert all(part.height <= 150 for part in parts)
    assert pl.concat(parts)["x"].to_list() == list(range(1000))


def test_a_file_that_is_cut_short_is_told(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    pl.DataFrame({"x": range(100_000)}).write_parquet(file)
    content = bytearray(file.read_bytes())
    rows = pl.scan_parquet(file)
    rows.collect_schema()
    content[4 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4)
    file.write_bytes(bytes(content))
    with pytest.raises(DataError, match="cannot be read to its end"):
        list(batch._frames(rows, 1000))
