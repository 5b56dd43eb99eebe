"""Text files past damage: every record is read or refused with its line, whatever the size of the blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damaging import counting
from modelyard.core import refusals
from modelyard.core.errors import DataError
from modelyard.data.delimited import frames, several
from modelyard.data.delimited.pieces import Form, Pieces
from modelyard.data.files import File
from modelyard.data.sources.csv import MISSING, Csv
from modelyard.data.unpacking import LIMITS

if TYPE_CHECKING:
    from pathlib import Path

FORM = Form("auto", None, "refuse", LIMITS)
CODE = r"^0\d|^[+-]?\d{19,}$"

# The file; the rows that are read; the lines that are refused, and why.
DAMAGED: list[tuple[str, bytes, list[list[Any]], dict[str, str]]] = [
    ("short", b"a,b\n1,2\n3\n4,5\n", [[1, 2], [4, 5]], {"3": "has 1 fields where the header has 2"}),
    ("long", b"a,b\n1,2,3\n4,5\n", [[4, 5]], {"2": "has 3 fields where the header has 2"}),
    ("blank", b"a,b\n1,2\n\n4,5\n\n\n", [[1, 2], [4, 5]], {"3": "is blank"}),
    ("no such bytes", b"a,b\nx,\xff\ny,z\n", [["y", "z"]], {"2": "is not utf-8"}),
    ("null bytes", b"a,b\nx,\0\ny,z\n", [["y", "z"]], {"2": "holds null bytes"}),
    ("a quote within", b'a,b\n5" pipe,2\n4,5\n', [[4, 5]], {"2": "has a quote in the middle of a field"}),
    ("words behind a quote", b'a,b\n"x"y,2\n4,5\n', [[4, 5]], {"2": "has a quote in the middle of a field"}),
    ("never closed", b'a,b\n1,"x\n4,5\n6,7\n', [[4, 5], [6, 7]], {"2": "opens a quote that is not closed"}),
    (
        "closed by another",
        b'a,b\n1,"x\n4,"y"\n6,"z"\n',
        [[4, "y"], [6, "z"]],
        {"2": "opens a quote that is not closed"},
    ),
    ("cut at the end", b"a,b\n1,2\n3", [[1, 2]], {"3": "has 1 fields where the header has 2"}),
    ("several lines", b'a,b\n"x\ny",2,3\n4,5\n', [[4, 5]], {"2": "has 3 fields where the header has 2, over 2 lines"}),
    ("lines are counted", b'a,b\n"x\ny",1\n2\n', [["x\ny", 1]], {"4": "has 1 fields where the header has 2"}),
]


@pytest.mark.parametrize(("content", "rows", "lines"), [c[1:] for c in DAMAGED], ids=[c[0] for c in DAMAGED])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_what_is_damaged_is_refused_with_its_line(
    content: bytes, rows: list[list[Any]], lines: dict[str, str], ends: bytes, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_bytes(content.replace(b"\n", ends))
    with refusals.collecting() as refused:
        read = Csv(path="rows.csv", damaged="refuse").read(tmp_path).collect()
    wanted = [[v.replace("\n", ends.decode()) if isinstance(v, str) else v for v in row] for row in rows]
    assert [list(row) for row in read.rows()] == wanted
    assert {one.where: one.why for one in refused.listed} == {f"rows.csv:{line}": why for line, why in lines.items()}
    with pytest.raises(DataError) if b"\0" not in content else refusals.collecting():
        Csv(path="rows.csv").read(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,a\n1,2\n", "2 columns are called 'a'"),
        (b'"a,b\n1,2\n', "has a header with broken quotes"),
        (b'a,n""b\n1,2\n', "has a header with broken quotes"),
        (b"a,\xff\n1,2\n", "is not utf-8: byte 2 does not decode"),
        (b"a\0,b\n1,2\n", "has a header with null bytes"),
        (b"a,b\n1\n2\n", "holds no row that is whole: 2 were refused"),
        (b"a,b\n", "has a header and no rows"),
    ],
)
def test_a_damaged_header_is_an_error_whatever_is_said(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        Csv(path="rows.csv", damaged="refuse").read(tmp_path)
    assert caught.value.problem == told
    assert caught.value.where.startswith("rows.csv")
    assert caught.value.hint


def test_line_ends_of_several_kinds_and_marks_within_are_mended_and_told(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"a,b\n1,2\r3,4\r\n\xef\xbb\xbf5,6\n")
    with refusals.collecting() as refused:
        read = Csv(path="rows.csv").read(tmp_path).collect()
    assert read.rows() == [(1, 2), (3, 4), (5, 6)]
    assert sorted(refused.repairs) == [
        "rows.csv: byte order marks within the file were left out",
        "rows.csv: line ends of several kinds were made one",
    ]


def test_a_field_and_a_line_run_only_so_far(tmp_path: Path) -> None:
    long = b"x" * (9 << 20)
    (tmp_path / "rows.csv").write_bytes(b'a,b\n1,2\n"' + long + b'",3\n' + long + b"\n4,5\n")
    with refusals.collecting() as refused:
        read = Csv(path="rows.csv", damaged="refuse").read(tmp_path).collect()
    assert read.rows() == [(1, 2), (4, 5)]
    assert [(one.where, one.why) for one in refused.listed] == [
        ("rows.csv:3", "is longer than 8 MiB"),
        ("rows.csv:4", "is longer than 8 MiB"),
    ]


PARTS = st.sampled_from(
    [b"1", b"x", b",", b"\n", b"\r", b"\r\n", b'"', b'""', b'","', b"\xff", b"\xc3\xa9", b"\0", b"\n2,y\n"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(PARTS, max_size=40), block=st.integers(1, 60))
def test_every_record_is_read_or_refused(parts: list[bytes], block: int, tmp_path: Path) -> None:
    content = b"a,b\n0,z\n" + b"".join(parts)
    (tmp_path / "rows.csv").write_bytes(content)
    with refusals.collecting() as refused:
        pieces = list(Pieces(File(tmp_path / "rows.csv", "rows.csv"), replace(FORM, block=block)))
    expected = counting.records(content.decode(errors="modelyard.marked"), ",")
    assert sum(piece.rows for piece in pieces) == len(expected.good)
    assert refused.count == expected.bad


CELLS = st.sampled_from(
    [
        *["1", "2", "-3", "7.5", ".5", "1e5", "5.", "true", "FALSE", "x", "01", "+6", "inf", "1e400", "NA"],
        "",
        " 4",
        "9" * 18,
        "9" * 19,
        "9" * 25,
        '"8"',
        '"a,b"',
        "é",
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    columns=st.lists(st.tuples(CELLS, CELLS, CELLS, st.integers(0, 30)), min_size=2, max_size=4),
    rows=st.integers(1, 30),
    block=st.integers(20, 300),
)
def test_types_are_those_of_all_rows(
    columns: list[tuple[str, str, str, int]], rows: int, block: int, tmp_path: Path
) -> None:
    table = [[late if row == at else (one, other)[row % 2] for one, other, late, at in columns] for row in range(rows)]
    text = "\n".join(",".join(row) for row in [[f"c{n}" for n in range(len(columns))], *table]) + "\n"
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    written = pl.read_csv(text.encode(), null_values=list(MISSING), infer_schema=False)
    codes = dict.fromkeys([c for c in written.columns if written[c].str.contains(CODE).any()], pl.String)
    wanted = pl.read_csv(text.encode(), null_values=list(MISSING), infer_schema_length=None, schema_overrides=codes)
    found, form = [File(tmp_path / "rows.csv", "rows.csv")], replace(FORM, block=block)
    read = frames.read(lambda: several.pieces(found, form), MISSING, (), text.encode()[len(text) // 2 :])
    assert read.equals(wanted), (read, wanted)
    assert read.schema == wanted.schema


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "cp1252", "utf-16", "utf-8"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_the_last_row_of_another_encoding_needs_no_line_end(tmp_path: Path, encoding: str, end: str) -> None:
    (tmp_path / "rows.csv").write_bytes(f"a,b\n1,x\n2,y\n3,z{end}".encode(encoding))
    rows = Csv(path="rows.csv", encoding=encoding).read(tmp_path).collect()
    assert rows.rows() == [(1, "x"), (2, "y"), (3, "z")]
