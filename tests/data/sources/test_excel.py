"""Workbooks as people have them: types, headers, sheets, errors in cells, and files that are no workbooks or bombs."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import xlsxwriter

from modelyard import run
from modelyard.core.errors import DataError
from modelyard.core.refusals import collecting
from modelyard.data.sources.excel import Excel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOON = datetime(2024, 3, 1, 12)  # noqa: DTZ001


def book(folder: Path, write: Callable[[Any], object], sheet: str = "客户") -> Path:
    """A workbook with one sheet, written cell by cell."""
    file = folder / "book.xlsx"
    with xlsxwriter.Workbook(str(file)) as made:
        made.formats_date = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page = made.add_worksheet(sheet)
        page.when = made.formats_date
        write(page)
    return file


def of(folder: Path, path: str = "book.xlsx", **said: Any) -> pl.DataFrame:
    return Excel(path=path, **said).read(folder).collect()


def usual(page: Any) -> None:
    page.write_row(0, 0, ["id", "fee", "since", "member", " code ", "空"])
    for place in range(3):
        page.write_row(place + 1, 0, [place + 1, place + 0.5])
        page.write_datetime(place + 1, 2, NOON, page.when)
        page.write_boolean(place + 1, 3, place != 1)
        page.write_string(place + 1, 4, f"00{place}")


def test_values_have_their_types(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    book(tmp_path, usual)
    frame = of(tmp_path)
    assert frame.schema["since"] == pl.Datetime("ms")
    assert frame.to_dict(as_series=False) == {
        "id": [1, 2, 3],
        "fee": [0.5, 1.5, 2.5],
        "since": [NOON] * 3,
        "member": [True, False, True],
        "code": ["000", "001", "002"],
        "空": [None] * 3,
    }
    assert of(tmp_path, sheet="客户", header=1).equals(frame)
    assert Excel(path="book.xlsx").read(tmp_path, ["id"]).collect()["id"].dtype == pl.String
    assert caplog.records == []


def test_a_table_may_begin_anywhere(tmp_path: Path) -> None:
    def write(page: Any) -> None:
        page.write(1, 2, "a title")
        page.write_row(4, 2, ["x", "y"])
        page.write_row(5, 2, [1, "a"])
        page.write_row(7, 2, [None, "b"])
        page.write_formula(8, 3, "=1/0", None, "#DIV/0!")

    book(tmp_path, write)
    with pytest.raises(DataError, match="holds #DIV/0!") as caught:
        of(tmp_path, header=5)
    assert caught.value.where == "book.xlsx: 客户!D9"
    rows = of(tmp_path, header=5, errors="missing").rows()
    assert rows == [(1, "a"), (None, None), (None, "b"), (None, None)]
    with pytest.raises(DataError, match="column 2 of the table has no name") as caught:
        of(tmp_path)
    assert caught.value.where == "book.xlsx: 客户, row 2"


HEADERS: list[tuple[str, Callable[[Any], None], list[str]]] = [
    ("twice", lambda page: page.write_row(0, 0, ["a", "b", "a "]), ["2 columns are called 'a'"]),
    ("merged", lambda page: page.merge_range(0, 0, 0, 2, "a"), ["column 2 of the", "column 3 of the"]),
    ("gap", lambda page: page.write_row(0, 0, ["a", None, "c"]), ["column 2 of the table has no name"]),
]


@pytest.mark.parametrize(("write", "problems"), [case[1:] for case in HEADERS], ids=[case[0] for case in HEADERS])
def test_headers_that_name_no_columns_are_told(
    write: Callable[[Any], None], problems: list[str], tmp_path: Path
) -> None:
    def whole(page: Any) -> None:
        write(page)
        page.write_row(1, 0, [1, 2, 3])

    book(tmp_path, whole)
    with pytest.raises(DataError) as caught:
        of(tmp_path)
    assert len(caught.value.problems) == len(problems)
    assert all(one.problem.startswith(told) for one, told in zip(caught.value.problems, problems, strict=True))
    assert {one.where for one in caught.value.problems} == {"book.xlsx: 客户, row 1"}


def wrong_cells(page: Any) -> None:
    usual(page)
    page.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    page.write_formula(3, 4, "=NA()", None, "#N/A")


def test_errors_of_formulas_are_told_with_their_cells(tmp_path: Path) -> None:
    book(tmp_path, wrong_cells)
    with pytest.raises(DataError) as caught:
        of(tmp_path)
    assert [(one.where, one.problem) for one in caught.value.problems] == [
        ("book.xlsx: 客户!B3", "holds #DIV/0!"),
        ("book.xlsx: 客户!E4", "holds #N/A"),
    ]
    with collecting() as found:
        frame = of(tmp_path, errors="missing")
    assert frame["fee"].to_list() == [0.5, None, 2.5]
    assert frame["code"].to_list() == ["000", "001", None]
    assert found.repairs == ["book.xlsx: 2 cells of 客户 hold an error and are missing, the first B3"]


SHEETS: list[tuple[dict[str, Any], str]] = [
    ({"sheet": "客"}, "no sheet called '客'"),
    ({"sheet": 2}, "there is no sheet 2"),
    ({"sheet": 0}, "there is no sheet 0"),
    ({"header": 9}, "is empty"),
    ({"header": 4}, "column 6 of the table has no name"),
]


@pytest.mark.parametrize(("said", "problem"), SHEETS, ids=[str(said) for said, _ in SHEETS])
def test_a_sheet_that_is_not_there_is_told(said: dict[str, Any], problem: str, tmp_path: Path) -> None:
    book(tmp_path, usual)
    with pytest.raises(DataError, match=problem):
        of(tmp_path, **said)


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def calc(rows: str) -> bytes:
    """An OpenDocument of one sheet."""
    spaces = " ".join(f'xmlns:{name}="{OFFICE}{name}:1.0"' for name in ("office", "table", "text"))
    table = f'<table:table table:name="S">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="{OFFICE}manifest:1.0"></manifest:manifest>'
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    return zipped(mimetype=kind, **{"META-INF__manifest_xml": manifest, "content_xml": content})


def cell(content: object, times: int = 1) -> str:
    repeated = f'table:number-columns-repeated="{times}"'
    kind = "string" if isinstance(content, str) else f'float" office:value="{content}'
    return f'<table:table-cell office:value-type="{kind}" {repeated}><text:p>{content}</text:p></table:table-cell>'


def row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


EMPTY = row('<table:table-cell table:number-columns-repeated="16384"/>', times=1_048_500)


def test_open_documents_are_read(tmp_path: Path) -> None:
    (tmp_path / "book.ods").write_bytes(calc(row(cell("a"), cell("b")) + row(cell(1), cell("x"), times=3) + EMPTY))
    assert of(tmp_path, "book.ods").to_dict(as_series=False) == {"a": [1, 1, 1], "b": ["x"] * 3}


def far(page: Any) -> None:
    page.write_row(0, 0, ["a"])
    page.write(1_048_575, 16_383, 1)


def test_a_sheet_that_spans_far_more_than_it_holds_is_not_opened(tmp_path: Path) -> None:
    book(tmp_path, far)
    with pytest.raises(DataError, match="goes to row 1048576 and column 16384 and holds next to nothing"):
        of(tmp_path)
    (tmp_path / "book.ods").write_bytes(calc(row(cell("a")) + row(cell("x", 16_384), times=1_000_000)))
    with pytest.raises(DataError, match="goes to row 1000001 and column 16384"):
        of(tmp_path, "book.ods")


FILES: list[tuple[str, bytes, str]] = [
    ("text", b"a,b\n1,2\n" * 50, "is no workbook"),
    ("other archive", zipped(a_txt="x"), "is no workbook that can be read"),
    ("bomb", zipped(xl__worksheets__sheet1_xml="0" * 3_000_000), "takes more than 1 MB when it is unpacked"),
    ("binary", zipped(xl__workbook_bin="x"), "is a binary workbook"),
    ("locked", OLD + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "is encrypted"),
    ("old and spoilt", OLD + bytes(2000), "is no workbook that can be read"),
    ("no document", zipped(mimetype="x", content_xml="<a"), "is no workbook"),
]


@pytest.mark.parametrize(("content", "problem"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_what_is_no_workbook_is_told(content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    with pytest.raises(DataError) as caught:
        of(tmp_path, most=1_000_000)
    assert caught.value.problem == problem


def old() -> bytes:
    """A workbook of the old form ([MS-XLS] in [MS-CFB]): texts a and b above the numbers 1, 1.5 and 2, 3."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0x600))

    sheet = begin(0x10) + record(0x200, struct.pack("<IIHHH", 0, 3, 0, 2, 0))
    for column, name in enumerate((b"a", b"b")):
        sheet += record(0x204, struct.pack("<HHHHB", 0, column, 0, 1, 0) + name)
    for place in (1, 2):
        for column, value in enumerate((place, place * 1.5)):
            sheet += record(0x203, struct.pack("<HHHd", place, column, 0, value))
    head = begin(5) + record(0x42, struct.pack("<H", 1200))
    start = len(head) + 4 + 9 + 4  # after the record that names the sheet, and an end
    head += record(0x85, struct.pack("<IBBBB", start, 0, 0, 1, 0) + b"S") + record(0x0A, b"")
    stream = (head + sheet + record(0x0A, b"")).ljust(4096, b"\0")
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    chain = [0xFFFFFFFD, end, *range(3, 10), end]

    def entry(name: str, kind: int, first: int, size: int, child: int) -> bytes:
        told = name.encode("utf-16-le") + b"\0\0"
        tree = struct.pack("<HBBIII", len(told), kind, 1, free, free, child) + bytes(16)
        return told.ljust(64, b"\0") + tree + struct.pack("<IQQIQ", 0, 0, 0, first, size)

    folder = entry("Root Entry", 5, end, 0, 1) + entry("Workbook", 2, 2, len(stream), free)
    first = OLD + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    first += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    return first + struct.pack("<128I", *chain, *[free] * 118) + folder.ljust(512, b"\0") + stream


def test_workbooks_of_the_old_form_are_read_where_they_come_through(tmp_path: Path) -> None:
    (tmp_path / "book.xls").write_bytes(old())
    assert of(tmp_path, "book.xls").to_dict(as_series=False) == {"a": [1, 2], "b": [1.5, 3.0]}
    circle = {68: 0, 1020: 0}  # the list of tables goes on in a sector that goes on in itself
    for places in ({1536 + 30: 55_083}, circle):  # the sheet lies behind the end
        spoilt = bytearray(old())
        for place, value in places.items():
            spoilt[place : place + 4] = struct.pack("<I", value)
        (tmp_path / "spoilt.xls").write_bytes(spoilt)
        with pytest.raises(DataError, match="is no workbook that can be read"):
            of(tmp_path, "spoilt.xls")


def test_a_workbook_that_was_cut_is_told(tmp_path: Path) -> None:
    whole = book(tmp_path, usual).read_bytes()
    for part in range(1, 20):
        (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) * part // 20])
        with pytest.raises(DataError, match="is no workbook"):
            of(tmp_path, "cut.xlsx")
    for place in range(40, len(whole), len(whole) // 30):  # a byte that is another: told, or read the same
        (tmp_path / "cut.xlsx").write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            assert of(tmp_path, "cut.xlsx").height == 3
        except DataError as error:
            assert error.where.startswith("cut.xlsx")  # noqa: PT017


def test_a_recipe_names_a_workbook_by_its_ending(tmp_path: Path) -> None:
    book(tmp_path, lambda page: [page.write_row(n, 0, [n, "yx"[n % 2]] if n else ["n", "y"]) for n in range(20)])
    _, rows = run.inspect({"version": 1, "name": "n", "data": str(tmp_path / "book.xlsx"), "target": "y"})
    assert rows.train.frame["n"].to_list() == list(range(1, 20))
