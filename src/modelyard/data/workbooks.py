"""A workbook's file, looked at before it is opened: an archive that would burst, a lock, a sheet that is hollow."""

from __future__ import annotations

import io
import lzma
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from modelyard.core.amounts import size_told
from modelyard.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls, and of what is encrypted
LOCKED = "EncryptedPackage".encode("utf-16-le")
BLOCK = 1 << 20
CELL = re.compile(rb'<(?:c|row)\b[^>]{0,200}?\br="([A-Z]{0,3})(\d{1,7})"')
OVERLAP = 256  # bytes of a block that are looked at again with the next one
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
UNREADABLE = "is no workbook that can be read"
SECONDS, ROOM = 60, 2 << 30  # what opening a workbook of the old form may take, and bytes beside its size
TRIAL = """
import sys
if sys.platform != "win32":
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import fastexcel
book = fastexcel.read_excel(sys.stdin.buffer.read())
for name in book.sheet_names:
    book.load_sheet(name, header_row=None, dtypes="string")
"""
# What reading an archive or a document raises where it is spoilt; numbers that are none are a ValueError.
SPOILT = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError, ET.ParseError)
LEAST = 20_000_000  # cells that a sheet may span however few it holds: they take half a gigabyte
SPARSE = 50  # times the cells that a sheet holds, which it may span


@dataclass
class Extent:
    """How far a sheet goes, and how many cells it has."""

    rows: int = 0
    columns: int = 0
    cells: int = 0

    def reach(self, row: int, column: int, cells: int = 1) -> None:
        """It goes to a row and a column."""
        self.rows, self.columns, self.cells = max(self.rows, row), max(self.columns, column), self.cells + cells

    @property
    def hollow(self) -> bool:
        """Whether it spans far more cells than it holds: all of them take memory when it is opened."""
        return self.rows * self.columns > max(LEAST, SPARSE * self.cells)


def check(content: bytes, path: str, most: float) -> None:
    """A workbook that can be opened without harm: at most `most` bytes when it is unpacked.

    Raises:
        DataError: it is encrypted, no workbook, or would take far more memory than it holds values.
    """
    if content.startswith(OLD):
        if LOCKED in content:
            raise DataError("is encrypted", path, "save it without a password")
        _try_old(content, path)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive, path, most)
    except SPOILT as error:
        raise DataError("is no workbook", path, "is it a CSV, or was it cut short?") from error


def _try_old(content: bytes, path: str) -> None:
    """Open a workbook of the old form in a process of its own first: a spoilt one may end or hang what opens it.

    Raises:
        DataError: it does not come through.
    """
    try:
        tried = subprocess.run(  # noqa: S603 - this very Python, with our own words
            [sys.executable, "-I", "-c", TRIAL, str(ROOM + 40 * len(content))],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(UNREADABLE, path, "save it as .xlsx") from error
    if b"password" in tried.stderr.lower():
        raise DataError("is encrypted", path, "save it without a password")
    if tried.returncode:
        raise DataError(UNREADABLE, path, "is it a CSV, or was it cut short?")


def _check_members(archive: zipfile.ZipFile, path: str, most: float) -> None:
    if "xl/workbook.bin" in archive.namelist():
        raise DataError("is a binary workbook", path, "save it as .xlsx")
    size = 0
    for entry in archive.infolist():
        extent, tail = Extent(), b""
        for block in _blocks(archive, entry):
            size += len(block)
            if size > most:  # counted, as what the archive says of itself may be wrong
                problem = f"takes more than {size_told(most)} when it is unpacked"
                raise DataError(problem, path, "say `most`, if it is meant to be so large")
            if entry.filename.startswith("xl/worksheets/"):
                _reach(tail + block, extent)
                tail = block[-OVERLAP:]
        _refuse_hollow(extent, path)
    if "content.xml" in archive.namelist():
        for extent in _sheets(archive):
            _refuse_hollow(extent, path)


def _refuse_hollow(extent: Extent, path: str) -> None:
    if extent.hollow:
        problem = f"a sheet goes to row {extent.rows} and column {extent.columns} and holds next to nothing"
        raise DataError(problem, path, "copy the table alone into a new sheet")


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as member:
        while block := member.read(BLOCK):
            yield block


def _reach(block: bytes, extent: Extent) -> None:
    """How far the cells of a piece of a sheet go, such as `<c r="AB12">`."""
    for letters, row in CELL.findall(block):
        extent.reach(int(row), _column(letters), bool(letters))


def _column(letters: bytes) -> int:
    """The number of a column by its letters: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def letters(column: int) -> str:
    """What a workbook calls a column.

    >>> letters(1), letters(27), letters(16384)
    ('A', 'AA', 'XFD')
    """
    told = ""
    while column:
        column, rest = divmod(column - 1, 26)
        told = chr(65 + rest) + told
    return told


def _sheets(archive: zipfile.ZipFile) -> Iterator[Extent]:
    """How far each sheet of an OpenDocument goes; what is said to be repeated counts as often."""
    extent, column, width = Extent(), 0, 0
    with archive.open("content.xml") as member:
        for _, element in ET.iterparse(member):  # noqa: S314 - expat itself refuses entities that grow
            if element.tag == f"{TABLE}table-cell":
                column += int(element.get(f"{TABLE}number-columns-repeated", "1"))
                width = column if len(element) or VALUE in element.attrib else width
            elif element.tag == f"{TABLE}table-row":
                extent.rows += int(element.get(f"{TABLE}number-rows-repeated", "1")) if width else 0
                extent.columns, extent.cells = max(extent.columns, width), extent.cells + width
                column = width = 0
                element.clear()
            elif element.tag == f"{TABLE}table":
                yield extent
                extent = Extent()
                element.clear()
