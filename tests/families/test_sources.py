"""The contract of sources: what is not there is told, and the digest is that of what is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard.core.errors import DataError
from modelyard.families import SOURCES
from tests.families import parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.core.sources import Source

FRAME = pl.DataFrame({"年龄": [31, None, 45], "home": ["rent", "父母家", None], "good": [True, False, True]})
OF_FOLDERS = {"folder"}  # whose path is no file's
OF_FILES = [
    name
    for name in SOURCES.names
    if "path" in getattr(SOURCES.part(name), "__pydantic_fields__", {}) and name not in OF_FOLDERS
]
of_files = pytest.mark.parametrize("name", OF_FILES)


def source(name: str, path: str) -> Source:
    built: Source = parts.build(SOURCES, name, {"path": path})
    return built


# How a file is written that the source reads back. A source without a line here still runs every other check.
WRITERS: list[tuple[str, Callable[[pl.DataFrame, Any], object]]] = [
    ("arrow", pl.DataFrame.write_ipc),
    ("csv", pl.DataFrame.write_csv),
    ("excel", lambda frame, file: frame.write_excel(str(file)) and file.with_suffix(".xlsx").rename(file)),
    ("jsonl", pl.DataFrame.write_ndjson),
    ("parquet", pl.DataFrame.write_parquet),
]


@pytest.mark.parametrize(("name", "write"), WRITERS, ids=[name for name, _ in WRITERS])
def test_rows_come_back(name: str, write: Callable[[pl.DataFrame, Any], object], tmp_path: Path) -> None:
    write(FRAME, tmp_path / "rows")
    read = source(name, "rows").read(tmp_path)
    assert isinstance(read, pl.LazyFrame)
    assert read.collect().equals(FRAME)


@of_files
def test_a_path_starts_from_the_folder_of_the_recipe(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/rows").write_bytes(b"content")
    monkeypatch.chdir("/")
    assert source(name, "data/rows").digest(tmp_path) == source(name, "rows").digest(tmp_path / "data")
    assert source(name, str(tmp_path / "data/rows")).digest(tmp_path) == source(name, "rows").digest(tmp_path / "data")


@of_files
def test_the_digest_is_of_the_content(name: str, tmp_path: Path) -> None:
    file = tmp_path / "rows"
    digests = []
    for content in (b"a,b\n1,2\n", b"a,b\n1,3\n", b"a,b\n1,2\n"):
        file.write_bytes(content)
        digests.append(source(name, "rows").digest(tmp_path))
    assert digests[0] == digests[2] != digests[1]
    file.rename(tmp_path / "renamed")
    assert source(name, "renamed").digest(tmp_path) == digests[0]


@of_files
def test_a_missing_file_is_told_with_the_nearest_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "customers.dat").write_bytes(b"x")
    with pytest.raises(DataError) as caught:
        source(name, "custmers.dat").read(tmp_path)
    assert caught.value.problems[0].problem == "no such file"
    assert caught.value.where == "custmers.dat"
    assert caught.value.hint == "did you mean 'customers.dat'?"


@of_files
@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("nowhere/rows", "no such file"),
        ("folder", "is a folder"),
        ("empty", "is empty"),
        ("nul\x00byte", "no such file"),
        ("long" * 2000, "no such file"),
        ("~nobody-of-this-name/rows", "no such file"),
    ],
    ids=lambda case: case[:12],
)
def test_a_place_that_holds_no_rows_is_told(name: str, path: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    with pytest.raises(DataError) as caught:
        source(name, path).read(tmp_path).collect()
    assert caught.value.problem == problem
    assert caught.value.where == path


@of_files
@pytest.mark.parametrize("content", [b"\x00\xff\xfe\x01" * 50, b"PAR1", b"\n\n", b"{", b'"'], ids=repr)
def test_what_it_does_not_read_is_told_and_not_guessed(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(content)
    with pytest.raises(DataError):
        source(name, "rows").read(tmp_path).collect()
