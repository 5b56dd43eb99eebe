"""What a source or an expectation needs and is not installed is told with the extra that brings it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard.core.errors import MissingExtraError
from modelyard.core.types import Column, Kind, Role, Schema, Table
from modelyard.data.sources.excel import Excel
from modelyard.data.sources.huggingface import Huggingface
from modelyard.data.sources.sql import Sql
from modelyard.quality import expecting
from modelyard.quality.expectations.rows import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.sources import Source

NEEDS: list[tuple[str, Source, str]] = [
    ("fastexcel", Excel(path="book.xlsx"), "data"),
    ("datasets", Huggingface(name="set"), "hub"),
    ("psycopg", Sql(url="postgresql://host/base", table="t"), "postgresql"),
]


@pytest.mark.parametrize(("package", "source", "extra"), NEEDS, ids=[package for package, _, _ in NEEDS])
def test_a_source(package: str, source: Any, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        source.read(tmp_path)
    assert caught.value.hint == f"pip install 'modelyard[{extra}]'"


def test_an_expectation(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(pl.DataFrame({"y": ["a"]}), Schema((Column("y", Kind.CATEGORY, Role.TARGET),)))
    monkeypatch.setitem(sys.modules, "pandera", None)
    with pytest.raises(MissingExtraError) as caught:
        expecting._kept(Rows(low=1), [table])
    assert caught.value.hint == "pip install 'modelyard[data]'"
