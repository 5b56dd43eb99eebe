"""CSV as people have it: what can be read is read, what cannot is told with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.errors import DataError
from modelyard.data.sources.csv import Csv

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def read(folder: Path, content: str | bytes, **settings: Any) -> pl.DataFrame:
    (folder / "rows.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return Csv(path="rows.csv", **settings).read(folder).collect()


READS: list[tuple[str, str | bytes, dict[str, Any], dict[str, list[Any]]]] = [
    ("plain", "a,b\n1,x\n2,y\n", {}, {"a": [1, 2], "b": ["x", "y"]}),
    ("no last line end", "a,b\n1,x", {}, {"a": [1], "b": ["x"]}),
    ("blank lines at the end", "a,b\n1,x\n\n\n", {}, {"a": [1], "b": ["x"]}),
    ("Windows line ends", "a,b\r\n1,x\r\n2,y\r\n", {}, {"a": [1, 2], "b": ["x", "y"]}),
    ("old Mac line ends", "a,b\r1,x\r2,y\r", {}, {"a": [1, 2], "b": ["x", "y"]}),
    ("byte order mark", b"\xef\xbb\xbfa,b\n1,x\n", {}, {"a": [1], "b": ["x"]}),
    ("byte order mark, UTF_8", b"\xef\xbb\xbfa,b\n1,x\n", {"encoding": "UTF_8"}, {"a": [1], "b": ["x"]}),
    ("UTF-16", "年龄,b\n1,坏\n".encode("utf-16"), {"encoding": "utf-16"}, {"年龄": [1], "b": ["坏"]}),
    ("GB18030", "年龄,城市\n30,北京\n".encode("gb18030"), {"encoding": "gb18030"}, {"年龄": [30], "城市": ["北京"]}),
    ("latin-1", "a,b\n1,caf\xe9\n".encode("latin-1"), {"encoding": "latin-1"}, {"a": [1], "b": ["café"]}),
    ("semicolons", "a;b\n1,5;x\n", {}, {"a": ["1,5"], "b": ["x"]}),
    ("tabs", "a\tb\n1\tx, y\n", {}, {"a": [1], "b": ["x, y"]}),
    ("bars", "a|b\n1|x\n", {}, {"a": [1], "b": ["x"]}),
    ("separator said", "a:b,c\n1:2\n", {"separator": ":"}, {"a": [1], "b,c": [2]}),
    ("commas in a quoted header", '"a,x";"b,y"\n1;2\n', {}, {"a,x": [1], "b,y": [2]}),
    ("quoted line ends", 'a,b\n"x\ny",2\n"z",4\n', {}, {"a": ["x\ny", "z"], "b": [2, 4]}),
    ("quoted Windows line ends", 'a,b\r\n"x\r\ny",2\r\n', {}, {"a": ["x\r\ny"], "b": [2]}),
    ("quotes in quotes", 'a,b\n"5"" pipe",2\n', {}, {"a": ['5" pipe'], "b": [2]}),
    ("leading zeros are text", "zip,b\n01234,1\n99999,2\n", {}, {"zip": ["01234", "99999"], "b": [1, 2]}),
    ("zeros and fractions are numbers", "a,b\n0,0.5\n-3,00.5\n", {}, {"a": [0, -3], "b": ["0.5", "00.5"]}),
    ("long numbers are text to the last digit", f"a,b\n{'9' * 40},1\n3,2\n", {}, {"a": ["9" * 40, "3"], "b": [1, 2]}),
    ("numbers of eighteen digits", f"a,b\n{'9' * 18},1\n", {}, {"a": [999_999_999_999_999_999], "b": [1]}),
    ("one late fraction", "a,b\n" + "1,x\n" * 3000 + "1.5,x\n", {}, {"a": [1.0] * 3000 + [1.5], "b": ["x"] * 3001}),
    ("one late word", "a,b\n" + "1,x\n" * 3000 + "one,x\n", {}, {"a": ["1"] * 3000 + ["one"], "b": ["x"] * 3001}),
    ("words for missing", "a,b\nNA,x\n3,NULL\n4,\n5,nan\n", {}, {"a": [None, 3, 4, 5], "b": ["x", None, None, None]}),
    ("own words for missing", "a,b\n-,NA\n3,x\n", {"missing": ["-"]}, {"a": [None, 3], "b": ["NA", "x"]}),
    ("nothing known", "a,b\n,1\n,2\n", {}, {"a": [None, None], "b": [1, 2]}),
    ("true and false", "a,b\ntrue,1\nfalse,2\n", {}, {"a": [True, False], "b": [1, 2]}),
    ("one column with a gap", "a\n1\n\n3\n", {}, {"a": [1, None, 3]}),
    ("no line ends but these", "a,b\n1\x85\u2028\x0c,2\n", {}, {"a": ["1\x85\u2028\x0c"], "b": [2]}),
    ("null bytes", "a,b\nx\x00y,2\n", {}, {"a": ["x\x00y"], "b": [2]}),
    ("a sign for comments is none", "a,b\n#1,2\n", {}, {"a": ["#1"], "b": [2]}),
]


@pytest.mark.parametrize(("content", "settings", "wanted"), [c[1:] for c in READS], ids=[c[0] for c in READS])
def test_what_can_be_read_is_read(
    content: str | bytes, settings: dict[str, Any], wanted: dict[str, list[Any]], tmp_path: Path
) -> None:
    assert read(tmp_path, content, **settings).to_dict(as_series=False) == wanted


WRONG: list[tuple[str, str | bytes, dict[str, Any], list[str]]] = [
    ("header only", "a,b\n", {}, ["rows.csv: has a header and no rows"]),
    ("header without a line end", "a,b", {}, ["rows.csv: has a header and no rows"]),
    ("white space", "  \n \n", {}, ["rows.csv: is empty\n  hint: a CSV file has a header line"]),
    ("line ends", "\n\n", {}, ["rows.csv: is empty"]),
    ("only a byte order mark", b"\xef\xbb\xbf", {}, ["rows.csv: is empty"]),
    ("blank first line", "\na,b\n1,2\n", {}, ["rows.csv:1: starts with a blank line"]),
    ("short line", "a,b\n1,2\n3\n", {}, ["rows.csv:3: has 1 fields where the header has 2"]),
    ("long line", "a,b\n1,2,3\n", {}, ["rows.csv:2: has 3 fields where the header has 2"]),
    ("long line in one column", "a\n1,2\n", {}, ["rows.csv:2: has 2 fields where the header has 1"]),
    ("blank line in the middle", "a,b\n1,2\n\n3,4\n", {}, ["rows.csv:3: is blank"]),
    (
        "many ragged lines",
        "a,b\n" + "1\n" * 9 + "1,2\n",
        {},
        [*(f"rows.csv:{line}: has 1 fields" for line in range(2, 7)), "rows.csv: and 4 more lines of the kind"],
    ),
    ("lines are counted, not rows", 'a,b\n"x\ny",1\n2\n', {}, ["rows.csv:4: has 1 fields"]),
    (
        "two columns of one name",
        "a,年,a,年,a\n1,2,3,4,5\n",
        {},
        ["rows.csv:1: 3 columns are called 'a'", "rows.csv:1: 2 columns are called '年'"],
    ),
    ("no name", "a,,c\n1,2,3\n", {}, ["rows.csv:1: column 2 has no name"]),
    ("a separator at the end", "a,b,\n1,2,\n", {}, ["rows.csv:1: column 3 has no name"]),
    (
        "several things",
        "a,a\n1\n",
        {},
        ["rows.csv:1: 2 columns are called 'a'", "rows.csv:2: has 1 fields where the header has 2"],
    ),
    (
        "GB18030 unsaid",
        "年龄,城市\n30,北京\n".encode("gb18030"),
        {},
        ["rows.csv:1: is not utf-8: byte 0 does not decode\n  hint: say how it is encoded: data: {source: csv, "],
    ),
    ("latin-1 unsaid", b"a,b\n1,x\n2,caf\xe9\n", {}, ["rows.csv:3: is not utf-8: byte 13 does not decode"]),
    ("another encoding than said", b"\xff\xff\xff", {"encoding": "gb18030"}, ["rows.csv:1: is not gb18030"]),
    (
        "no encoding",
        "a\n1\n",
        {"encoding": "utf-88"},
        ["rows.csv: no encoding called 'utf-88'\n  hint: such as utf-8, gb18030"],
    ),
    ("no encoding of texts", "a\n1\n", {"encoding": "rot13"}, ["rows.csv: no encoding called 'rot13'"]),
    ("a quote in the middle", 'a,b\n1,2\n5" pipe,2\n', {}, ["rows.csv:3: has a quote in the middle of a field"]),
    ("words behind a quote", 'a,b\n"x"y,2\n', {}, ["rows.csv:2: has a quote in the middle of a field"]),
    ("a quote that is not closed", 'a,b\n1,"x\n2,y\n', {}, ["rows.csv: cannot be read as CSV"]),
]


@pytest.mark.parametrize(("content", "settings", "told"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG])
def test_what_cannot_be_read_is_told(
    content: str | bytes, settings: dict[str, Any], told: list[str], tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, content, **settings)
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == len(told), found
    for problem, wanted in zip(found, told, strict=True):
        assert problem.startswith(wanted)
