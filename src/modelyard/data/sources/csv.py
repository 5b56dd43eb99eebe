"""Comma-separated values, strictly: what is ragged, wrongly encoded or named twice is told, not mended in silence."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import Field

from modelyard.core import digest
from modelyard.core.errors import DataError, Problems
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.data.files import resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import polars as pl

Reader: TypeAlias = Any  # the standard library does not name the type of `csv.reader`
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "#N/A")
SEPARATORS = (",", ";", "\t", "|")
SHOWN = 5
HEAD = 65_536  # characters in which the header line is sought
ENCODINGS = "(Chinese: gb18030 or big5; Western: cp1252)"
CODE = (
    r"^0\d|^[+-]?\d{19,}$"  # 01234 is a code, not the number 1234; so is what no 64-bit number holds to the last digit
)


@part
class Csv(Source):
    """A CSV file with a header line; `separator` and the kinds of the columns are found out."""

    path: str
    encoding: str = "utf-8"
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    missing: tuple[str, ...] = MISSING

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:
        """The rows; relative paths start from `folder`; the columns called `texts` are read as text.

        Raises:
            DataError: the file is missing, empty, wrongly encoded, ragged, or has two columns of one name.
        """
        import polars as pl

        path = resolve(self.path, folder)
        text = self._decoded(path)
        separator = self.separator or _separator(text)
        _check(text, separator, self.path)
        content, missing = text.encode(), list(self.missing)
        try:
            as_text = pl.read_csv(content, separator=separator, null_values=missing, infer_schema=False)
            codes = [name for name in as_text.columns if name in texts or as_text[name].str.contains(CODE).any()]
            frame = pl.read_csv(
                content,
                separator=separator,
                null_values=missing,
                infer_schema_length=None,
                schema_overrides=dict.fromkeys(codes, pl.String),
            )
        except pl.exceptions.PolarsError as error:
            raise _malformed(text, separator, self.path, error) from error
        return frame.lazy()

    def pieces(self, folder: Path, rows: int) -> Iterator[list[dict[str, str | None]]]:
        """At most so many rows after the other, every value as text.

        Raises:
            DataError: as `read` raises it, at the first line that is wrong.
        """
        file = resolve(self.path, folder)
        csv.field_size_limit(1 << 30)
        try:
            with file.open(encoding=self._codec(), newline="") as lines:
                separator = self.separator or _separator(lines.read(HEAD))
                lines.seek(0)
                reader = csv.reader(lines, delimiter=separator, strict=True)
                header = _header(reader, self.path)
                while piece := list(islice(self._records(reader, header), rows)):
                    yield piece
        except UnicodeDecodeError as error:
            raise DataError(
                f"is not {self.encoding}", self.path, f"say how it is encoded, by `encoding` {ENCODINGS}"
            ) from error
        except csv.Error as error:
            raise DataError(f"cannot be read as CSV: {error}", f"{self.path}:{reader.line_num}") from error

    def _records(self, reader: Reader, header: list[str]) -> Iterator[dict[str, str | None]]:
        width = len(header)
        for row in reader:
            if not row and width > 1:
                raise DataError("is blank", f"{self.path}:{reader.line_num}")
            if len(row or [""]) != width:
                raise DataError(f"has {len(row)} fields where the header has {width}", f"{self.path}:{reader.line_num}")
            yield {
                name: None if value in self.missing else value for name, value in zip(header, row or [""], strict=True)
            }

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the file."""
        return digest.of_file(resolve(self.path, folder))

    def _codec(self) -> str:
        try:
            "".encode(self.encoding)
        except LookupError as error:
            raise DataError(
                f"no encoding called '{self.encoding}'", self.path, "such as utf-8, gb18030, latin-1"
            ) from error
        return "utf-8-sig" if self.encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else self.encoding

    def _decoded(self, path: Path) -> str:
        encoding = self._codec()
        content = path.read_bytes()
        try:
            text = content.decode(encoding).rstrip("\r\n") + "\n"
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise DataError(
                f"is not {self.encoding}: byte {error.start} does not decode",
                f"{self.path}:{line}",
                f"say how it is encoded: data: {{source: csv, path: {self.path}, encoding: gb18030}} {ENCODINGS}",
            ) from error
        return text if "\n" in text[:-1] else text.replace("\r", "\n")  # lines that end in a carriage return alone


def _separator(text: str) -> str:
    header = re.sub('"[^"]*"', "", text[:HEAD]).partition("\n")[0]
    return max(SEPARATORS, key=header.count)


def _check(text: str, separator: str, path: str) -> None:
    """Find what a lenient reader would let pass."""
    found = Problems(DataError)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    csv.field_size_limit(1 << 30)
    header = _first(reader, path, blank=bool(text.strip()))
    _check_header(header, path, found)
    width, rows, ragged = len(header), 0, 0
    for row in reader:
        rows += 1
        if len(row) != width and (row or width > 1):  # where there is one column, a blank line is a missing value
            ragged += 1
            if ragged <= SHOWN:
                problem = f"has {len(row)} fields where the header has {width}" if row else "is blank"
                found.add(problem, f"{path}:{reader.line_num}")
    if ragged > SHOWN:
        found.add(f"and {ragged - SHOWN} more lines of the kind", path)
    if rows == 0:
        found.add("has a header and no rows", path)
    found.raise_any()


def _header(reader: Reader, path: str) -> list[str]:
    """The names of the columns, checked."""
    found = Problems(DataError)
    header = _first(reader, path, blank=True)
    _check_header(header, path, found)
    found.raise_any()
    return header


def _first(reader: Reader, path: str, *, blank: bool) -> list[str]:
    header: list[str] | None = next(reader, None)
    if header == [] and blank:
        raise DataError("starts with a blank line", f"{path}:1", "let the header be the first line")
    if header is None or not any(cell.strip() for cell in header):
        raise DataError("is empty", path, "a CSV file has a header line and then one line a row")
    return header


def _check_header(header: list[str], path: str, found: Problems) -> None:
    for name, count in Counter(header).items():
        if count > 1 and name.strip():
            found.add(f"{count} columns are called '{name}'", f"{path}:1", "give each column a name of its own")
    for place, name in enumerate(header, 1):
        if not name.strip():
            found.add(f"column {place} has no name", f"{path}:1", "give each column a name")


def _malformed(text: str, separator: str, path: str, error: Exception) -> DataError:
    """What is wrong with quotes, as nothing else gets as far as here."""
    plain = rf'[^"\r\n{re.escape(separator)}]'
    stray = re.search(f'{plain}"{plain}', text)
    if stray:
        line = text[: stray.end()].count("\n") + 1
        hint = 'write a quote inside a field twice, and put the field in quotes: "5"" pipe"'
        return DataError("has a quote in the middle of a field", f"{path}:{line}", hint)
    told = str(error).splitlines()[0][:200]
    return DataError(f"cannot be read as CSV: {told}", path, "is a quote opened and not closed?")
