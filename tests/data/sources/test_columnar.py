"""Folders of Parquet and Arrow, JSON lines past damage: what is whole is read, the rest is told or refused."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard.core import refusals, room
from modelyard.core.errors import DataError
from modelyard.data.sources.arrow import Arrow
from modelyard.data.sources.jsonl import Jsonl
from modelyard.data.sources.parquet import Parquet

if TYPE_CHECKING:
    from pathlib import Path

ROWS = pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "城"]})


def partitioned(folder: Path) -> None:
    for year in (2025, 2026):
        (folder / f"rows/year={year}").mkdir(parents=True)
        ROWS.with_columns(pl.col("a") + year).write_parquet(folder / f"rows/year={year}/part.parquet")
    (folder / "rows/_SUCCESS").touch()


def test_a_folder_of_parquet_is_one_table_with_its_partitions(tmp_path: Path) -> None:
    partitioned(tmp_path)
    source = Parquet(path="rows")
    read = source.read(tmp_path).collect()
    assert read.columns == ["a", "b", "year"]
    assert read["year"].to_list() == [2025] * 3 + [2026] * 3
    assert source.scan(tmp_path).collect().equals(read)
    assert Parquet(path="rows/year=*/*.parquet").read(tmp_path).collect().equals(read)
    before = source.digest(tmp_path)
    (tmp_path / "rows/year=2026").rename(tmp_path / "rows/year=2027")
    assert source.digest(tmp_path) != before


def test_parquet_files_that_differ_are_told(tmp_path: Path) -> None:
    partitioned(tmp_path)
    ROWS.rename({"b": "c"}).write_parquet(tmp_path / "rows/year=2026/part.parquet")
    with pytest.raises(DataError, match="its files do not fit together") as caught:
        Parquet(path="rows").read(tmp_path)
    assert caught.value.where == "rows"
    (tmp_path / "rows/year=2026/part.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match="is no Parquet file") as caught:
        Parquet(path="rows").read(tmp_path)
    assert caught.value.where == "rows/year=2026/part.parquet"


def test_rows_of_parquet_that_do_not_decode_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PIECE", 1000)
    texts = pl.DataFrame({"a": [f"text {i}" for i in range(5000)]})
    texts.write_parquet(tmp_path / "rows", compression="zstd", row_group_size=1000)
    whole = bytearray((tmp_path / "rows").read_bytes())
    whole[200:400] = bytes(200)
    (tmp_path / "rows").write_bytes(whole)
    with refusals.collecting() as refused:
        read = Parquet(path="rows", damaged="refuse").read(tmp_path).collect()
    assert read["a"].to_list() == texts["a"].to_list()[1000:]
    assert (refused.count, refused.listed[0].where) == (1000, "rows: rows 1 to 1000")


@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
def test_arrow_is_read_whole_or_not_at_all(stream: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    write = pl.DataFrame.write_ipc_stream if stream else pl.DataFrame.write_ipc
    write(ROWS, tmp_path / "rows.arrow")
    assert Arrow(path="rows.arrow").read(tmp_path).collect().equals(ROWS)
    content = (tmp_path / "rows.arrow").read_bytes()
    (tmp_path / "packed").write_bytes(gzip.compress(content))
    assert Arrow(path="packed").read(tmp_path).collect().equals(ROWS)
    assert Arrow(path="packed").digest(tmp_path) == Arrow(path="rows.arrow").digest(tmp_path)
    (tmp_path / "rows.arrow").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="is no whole Arrow file"):
        Arrow(path="rows.arrow").read(tmp_path)


def test_a_folder_of_arrow_is_one_table(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    ROWS.write_ipc(tmp_path / "rows/1.arrow")
    ROWS.write_ipc_stream(tmp_path / "rows/2.arrow")
    assert Arrow(path="rows").read(tmp_path).collect()["a"].to_list() == [1, 2, 3, 1, 2, 3]
    ROWS.with_columns(pl.col("a").cast(pl.Float64)).write_ipc(tmp_path / "rows/3.arrow")
    with pytest.raises(DataError, match="has other columns than the first file") as caught:
        Arrow(path="rows").read(tmp_path)
    assert (caught.value.where, caught.value.hint) == ("rows/3.arrow", "a is Int64 there and Float64 here")


def test_lines_that_are_no_objects_are_refused(tmp_path: Path) -> None:
    deep = "[" * 200_000
    lines = ['{"a": 1}', "x", '{"a": {"b": 1}}', "", f'{{"a": {deep}', '{"a": 2.5, "b": "x"}', '{"a"']
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    source = Jsonl(path="rows.jsonl.gz", damaged="refuse")
    with refusals.collecting() as refused:
        read = source.read(tmp_path).collect()
    assert read.rows() == [(1.0, None), (2.5, "x")]
    assert [one.where.rpartition(":")[2] for one in refused.listed] == ["2", "3", "5", "7"]
    assert list(source.pieces(tmp_path, 9)) == [[{"a": 1}, {"a": 2.5, "b": "x"}]]


def test_a_column_of_several_sorts_is_text_in_every_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PIECE", 2)
    rows: list[dict[str, Any]] = [
        {"a": 1},
        {"a": 2.0},
        {"a": 3, "c": None},
        {"a": True},
        {"b": 4},
        {"a": "x", "b": 2.5},
    ]
    text = "\n".join(str(row).replace("'", '"').replace("None", "null").replace("True", "true") for row in rows)
    (tmp_path / "rows.jsonl").write_text(text)
    read = Jsonl(path="rows.jsonl").read(tmp_path).collect()
    assert read["a"].to_list() == ["1", "2", "3", "true", None, "x"]
    assert read["b"].to_list() == [None] * 4 + [4.0, 2.5]
    assert read["c"].null_count() == 6
