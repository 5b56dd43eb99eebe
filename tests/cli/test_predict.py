"""Answers for files and for standard input."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard.cli import reading
from modelyard.cli.predict import parse
from modelyard.core.errors import DataError
from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call, Trained

ROW = {"age": 30, "fee": 90, "note": "complains"}


@pytest.fixture
def expected(trained: Trained) -> list[dict[str, Any]]:
    """What the bundle itself answers for the table."""
    frame = pl.read_csv(trained.folder / "customers.csv")
    return Bundle.load(trained.bundle).predict(frame)["predictions"]


def test_printed_answers_are_the_bundle_s(call: Call, trained: Trained, expected: list[dict[str, Any]]) -> None:
    told = call("predict", trained.bundle, trained.folder / "customers.csv", "--quiet")
    assert told.status == 0
    assert told.json == {"predictions": expected}
    assert len(told.out.splitlines()) == 122  # a record a line
    assert call("predict", trained.bundle, trained.folder / "customers.csv", "--quiet", "--json").out == told.out


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "csv"])
def test_every_sort_of_table_is_read(
    call: Call, trained: Trained, tmp_path: Path, expected: list[dict[str, Any]], ending: str
) -> None:
    frame = pl.read_csv(trained.folder / "customers.csv")
    file = tmp_path / f"rows.{ending}"
    if ending == "parquet":
        frame.write_parquet(file)
    elif ending == "jsonl":
        frame.write_ndjson(file)
    else:
        frame.write_csv(file)
    assert call("predict", trained.bundle, file, "--quiet").json == {"predictions": expected}


@pytest.mark.parametrize("large", [False, True], ids=["frame", "records"])
def test_patterns_and_packed_files_are_read_past_damage(
    call: Call,
    trained: Trained,
    tmp_path: Path,
    expected: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    large: bool,  # noqa: FBT001 - a case
) -> None:
    monkeypatch.setattr(reading, "LARGE", 0 if large else reading.LARGE)
    content = (trained.folder / "customers.csv").read_text()
    head, *rows = content.splitlines(keepends=True)
    (tmp_path / "1.csv").write_text(head + "".join(rows[:50]) + "damaged\n")
    (tmp_path / "2.csv").write_bytes(gzip.compress((head + "".join(rows[50:])).encode()))
    source = f"{{source: csv, path: '{tmp_path}/*.csv', damaged: refuse}}"
    told = call("predict", trained.bundle, source)
    assert told.json == {"predictions": expected}
    assert f"1 row could not be read, the first at {tmp_path}/1.csv:52: has 1 fields" in " ".join(told.err.split())


def test_written_answers(call: Call, trained: Trained, tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    for ending in ("jsonl", "csv", "parquet"):
        out = tmp_path / f"answers.{ending}"
        told = call("predict", trained.bundle, trained.folder / "customers.csv", "--out", out)
        assert told.status == 0
        assert told.out == f"wrote 120 answers to {out}\n"
    lines = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == expected
    for frame in (pl.read_csv(tmp_path / "answers.csv"), pl.read_parquet(tmp_path / "answers.parquet")):
        assert frame.columns == ["prediction", "probabilities.no", "probabilities.yes"]
        assert frame["prediction"].to_list() == [row["prediction"] for row in expected]
        shares = [row["probabilities"]["yes"] for row in expected]
        assert frame["probabilities.yes"].to_list() == pytest.approx(shares, abs=1e-6)
    assert {entry.name for entry in tmp_path.iterdir()} == {"answers.jsonl", "answers.csv", "answers.parquet"}


def test_written_answers_as_json(call: Call, trained: Trained, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    told = call("predict", trained.bundle, trained.folder / "customers.csv", "--out", out, "--json").json
    assert told == {"out": str(out), "rows": 120, "name": "churn", "digest": trained.told["digest"]}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([ROW, {**ROW, "fee": 5}]),
        "\n".join([json.dumps(ROW), "", json.dumps({**ROW, "fee": 5})]),
    ],
    ids=["a list", "lines"],
)
def test_standard_input(call: Call, trained: Trained, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    told = call("predict", trained.bundle, "-")
    assert told.status == 0
    assert told.json == Bundle.load(trained.bundle).predict([ROW, {**ROW, "fee": 5}])


def test_one_object_over_several_lines_is_one_row() -> None:
    assert parse(json.dumps(ROW, indent=2).encode()) == [ROW]


@pytest.mark.parametrize(
    ("content", "where"),
    [(b'{"a": 1}\n{"a"\n', "standard input:2"), (b"[1, 2]", "standard input:1"), (b"\xff\xfe", ":1")],
)
def test_what_is_no_json_is_told_with_its_line(content: bytes, where: str) -> None:
    with pytest.raises(DataError) as caught:
        parse(content)
    assert where in caught.value.where


def test_no_more_than_five_wrong_lines_are_told() -> None:
    with pytest.raises(DataError) as caught:
        parse(b"wrong\n" * 50)
    assert len(caught.value.problems) == 5


BAD = [
    (["{bundle}", "wrong.csv"], "expected a number", "data_invalid"),
    (["{bundle}", "less.csv"], "no such column", "data_invalid"),
    (["{bundle}", "customers.csv", "--out", "answers.txt"], "the ending '.txt' is none of .jsonl", "usage"),
    (["{bundle}", "customers.csv", "--out", "folder.csv"], "is a folder", "usage"),
    (["{bundle}", "none.csv"], "no such file", "data_invalid"),
]


@pytest.mark.parametrize(("words", "problem", "code"), BAD, ids=[" ".join(case[0][1:]) for case in BAD])
def test_bad_rows_leave_nothing_behind(
    call: Call, folder: Path, trained: Trained, words: list[str], problem: str, code: str
) -> None:
    table = (folder / "customers.csv").read_text(encoding="utf-8")
    (folder / "wrong.csv").write_text(table + "c9,old,1,calm,no\n", encoding="utf-8")
    (folder / "less.csv").write_text("id,note\nx,calm\n", encoding="utf-8")
    (folder / "folder.csv").mkdir()
    before = {entry.name for entry in folder.iterdir()}
    called = [word.format(bundle=trained.bundle) for word in words]
    out = [] if "--out" in called else ["--out", "answers.jsonl"]
    for more in ([], out):
        told = call("predict", *called, *more, "--json")
        assert told.status == 2
        assert told.json["code"] == code
        assert problem in told.json["problem"]
    assert {entry.name for entry in folder.iterdir()} == before


def test_predicting_needs_nothing_that_trains(trained: Trained) -> None:
    script = f"""
import sys
from modelyard.cli.main import main
try:
    main(["predict", {str(trained.bundle)!r}, {str(trained.folder / "customers.csv")!r}, "--quiet"])
except SystemExit as ended:
    assert ended.code == 0
print("loaded:", sorted({{"torch", "transformers", "sklearn", "scipy", "onnx"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_large_file_is_answered_as_a_small_one(
    call: Call, trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    frame = pl.read_csv(trained.folder / "customers.csv")
    file = tmp_path / f"rows.{ending}"
    (frame.write_csv if ending == "csv" else frame.write_ndjson)(file)
    small = call("predict", trained.bundle, file, "--quiet").out
    monkeypatch.setattr(reading, "LARGE", 0)
    assert call("predict", trained.bundle, file, "--quiet").out == small


PEAK = """
import re, sys
from pathlib import Path
from modelyard.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert ended.code == 0
print(int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1]) * 1024)
"""
WIDE, ROWS = 4000, 20_000  # characters of a column that is not read, and rows: 80 MB of a file


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc, which tells the peak")
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_memory_does_not_grow_with_the_file(trained: Trained, tmp_path: Path, ending: str) -> None:
    frame = pl.read_csv(trained.folder / "customers.csv")
    peaks = []
    for rows in (ROWS // 20, ROWS):
        some = pl.concat([frame] * (rows // frame.height + 1)).head(rows)
        letters = pl.Series([f"{row:07}" * (WIDE // 7) for row in range(rows)])
        file = tmp_path / f"{rows}.{ending}"
        wide = some.with_columns(letters.alias("padding"))
        if ending == "csv":
            wide.write_csv(file)
        else:
            wide.write_parquet(file, compression="uncompressed", row_group_size=2000)
        called = ["predict", str(trained.bundle), str(file), "--out", str(tmp_path / "answers.jsonl"), "--quiet"]
        done = subprocess.run([sys.executable, "-c", PEAK, *called], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout.split()[-1]))
    small, large = peaks
    assert large - small < WIDE * ROWS / 2
