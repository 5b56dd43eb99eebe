"""Rows of text files without frames: the same rows, a piece after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.errors import DataError, MissingExtraError
from modelyard.core.types import Column, Kind, Role, Schema
from modelyard.data import records
from modelyard.data.sources.csv import Csv
from modelyard.data.sources.jsonl import Jsonl
from modelyard.data.sources.parquet import Parquet

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = Schema(
    (
        Column("fee", Kind.NUMBER),
        Column("城市", Kind.CATEGORY),
        Column("code", Kind.TEXT),
        Column("paid", Kind.BOOLEAN, Role.TARGET),
    )
)
TABLE = 'fee,城市,code,paid,more\n1.5,上海,01,yes,a\n-2e3,"北,京",,no,b\nNA,,7,,c\n'


def of_csv(folder: Path, content: str | bytes, **settings: Any) -> records.Records:
    (folder / "rows.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return records.of(Csv(path="rows.csv", **settings), SCHEMA, folder, "rows.csv")


def listed(found: records.Records, most: int = 2) -> list[dict[str, Any]]:
    pieces = list(found.pieces(most))
    assert all(len(piece) <= most for piece in pieces)
    return [row for piece in pieces for row in piece]


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        (TABLE, {}),
        ("\ufeff" + TABLE.replace("\n", "\r\n"), {}),
        (TABLE.encode("gb18030"), {"encoding": "gb18030"}),
        (TABLE.replace(",", "\t").replace("北\t京", "北,京"), {}),
    ],
)
def test_a_csv_file_is_read_in_pieces(tmp_path: Path, content: str | bytes, settings: dict[str, Any]) -> None:
    found = of_csv(tmp_path, content, **settings)
    assert len(found) == 3
    assert listed(found) == [
        {"fee": 1.5, "城市": "上海", "code": "01", "paid": "yes"},
        {"fee": -2000.0, "城市": "北,京", "code": None, "paid": "no"},
        {"fee": None, "城市": None, "code": "7", "paid": None},
    ]


@pytest.mark.parametrize("fee", ["1_000", " 1", "1,0", "nan", "inf", "0x1", "\u0661"])
def test_what_is_no_number_stays_text(tmp_path: Path, fee: str) -> None:
    (row,) = listed(of_csv(tmp_path, f'fee,城市,code\n"{fee}",a,b\n', missing=("",)))
    assert row["fee"] == fee


@pytest.mark.parametrize(
    ("content", "settings", "wanted"),
    [
        ("fee,城市\n1,a\n", {}, "code: no such column"),
        ("fee,城市,code\n1,a\n", {}, r"rows\.csv:2: has 2 fields where the header has 3"),
        ("fee,城市,code\n1,a,b\n\n2,a,b\n", {}, r"rows\.csv:3: is blank"),
        ("fee,fee\n1,2\n", {}, "2 columns are called 'fee'"),
        ("\nfee\n1\n", {}, "starts with a blank line"),
        ('fee,城市,code\n1,"a"b,c\n', {}, r"rows\.csv:2: has a quote in the middle of a field"),
        (TABLE.encode("gb18030"), {}, r"rows\.csv:1: is not utf-8"),
        (TABLE, {"encoding": "utf-99"}, "no encoding called 'utf-99'"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: str | bytes, settings: dict[str, Any], wanted: str) -> None:
    with pytest.raises(DataError, match=wanted):
        listed(of_csv(tmp_path, content, **settings))


def test_json_lines_are_read_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"fee": 1, "code": "01"}\n\n{"code": null, "城市": "x"}\n{"fee": 2.5}\n')
    found = records.of(Jsonl(path="rows.jsonl"), SCHEMA, tmp_path, "rows.jsonl")
    assert listed(found) == [{"fee": 1, "code": "01"}, {"code": None, "城市": "x"}, {"fee": 2.5}]
    (tmp_path / "rows.jsonl").write_text('{"fee": 1, "code": "a", "城市": "b"}\n[]\n')
    with pytest.raises(DataError, match=r"rows\.jsonl:2: is no flat JSON object"):
        listed(found)


def test_what_is_no_text_needs_frames(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="polars") as caught:
        records.of(Parquet(path="rows.parquet"), SCHEMA, tmp_path, "rows.parquet")
    assert caught.value.hint == "pip install 'modelyard[tables]'"
