"""Texts without labels: from files of lines, and from the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelyard.core.errors import DataError
from modelyard.data import corpus

if TYPE_CHECKING:
    from pathlib import Path

LONG = [f"这家酒店的早餐很好，房间也很干净，下次还会再来的 {row}" for row in range(40)]
FRAME = pl.DataFrame({"text": LONG, "city": ["北京", None] * 20, "title": LONG[::-1], "stars": list(range(40))})


def test_lines_of_files(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("\ufeff二 \n\n三\r\n", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.txt").write_text("four", encoding="utf-8")
    (tmp_path / "a.csv").write_text("no", encoding="utf-8")
    found = corpus.plain_files(tmp_path)
    assert found == [tmp_path / "b.txt", tmp_path / "deep" / "c.txt"]
    assert corpus.lines(found) == ["二", "三", "four"]
    assert corpus.plain_files(tmp_path / "b.txt") == [tmp_path / "b.txt"]
    assert corpus.plain_files(tmp_path / "a.csv") is None


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no \.txt file"):
        corpus.plain_files(tmp_path)
    (tmp_path / "gb.txt").write_bytes("中文".encode("gb18030"))
    with pytest.raises(DataError, match="is not utf-8"):
        corpus.lines([tmp_path / "gb.txt"])
    with pytest.raises(DataError, match="no such file"):
        corpus.lines([tmp_path / "none.txt"])


def test_columns_that_read_as_texts() -> None:
    assert corpus.of_columns(FRAME, []) == [*LONG, *LONG[::-1]]
    assert corpus.of_columns(FRAME, ["city"]) == ["北京"] * 20


@pytest.mark.parametrize(
    ("names", "told"),
    [(["stars"], "holds no text but Int64"), (["txt"], "no such column"), ([], "no column reads as texts")],
)
def test_columns_that_do_not(names: list[str], told: str) -> None:
    frame = FRAME if names else FRAME.select("city", "stars")
    with pytest.raises(DataError, match=told):
        corpus.of_columns(frame, names)
