"""How a text file of rows is written: its line ends, its header, and what separates its fields."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from modelyard.core.errors import DataError, Problem, Problems
from modelyard.data.delimited.checking import LONGEST

SEPARATORS = (",", ";", "\t", "|")
SAMPLE = 1 << 16  # bytes that tell the separator
LINES = 200
LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\r|\n)")
FIRST = re.compile(rb'(?:"(?:[^"]++|"")*+"|[^"\r\n]++|")*?(?:\r\n|\r|\n)')
QUOTED = re.compile(rb'"[^"]*+"')


@dataclass(frozen=True)
class Dialect:
    """The separator, the names of the columns, and where the first row begins: its byte and its line."""

    separator: str
    names: tuple[str, ...]
    start: int
    line: int
    problems: tuple[Problem, ...] = ()

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.names)


def shown_by(head: bytes) -> bool:
    """Whether a file's beginning holds its header, and rows enough to tell the separator by."""
    return len(head) >= SAMPLE and FIRST.match(head, 0, LONGEST) is not None


def of(head: bytes, said: str | None, name: str, encoding: str) -> Dialect:
    """The dialect of a file that begins so; what is wrong with the names of columns is kept in `problems`.

    Raises:
        DataError: there is no header, or it is damaged.
    """
    match = FIRST.match(head, 0, LONGEST) or LINE.match(head, 0, LONGEST)
    if match is None:
        raise DataError(f"has a first line of more than {LONGEST >> 20} MiB", f"{name}:1", "is it a CSV file?")
    line = _text(match[0], name, encoding).rstrip("\r\n")
    if not line:
        if head.strip():
            raise DataError("starts with a blank line", f"{name}:1", "let the header be the first line")
        raise _empty(name)
    separator = said or separator_of(head)
    header = _fields(line, separator, name)
    if not any(cell.strip() for cell in header):
        raise _empty(name)
    lines = len(re.findall(rb"\r\n|\r|\n", match[0]))
    return Dialect(separator, tuple(header), match.end(), lines + 1, tuple(_named(header, name)))


def separator_of(head: bytes) -> str:
    r"""What separates the fields: of what the header holds, what the lines below it hold as often.

    >>> separator_of(b"price, EUR;name\n1,5;x\n12;y\n")
    ';'
    """
    plain = QUOTED.sub(b"", head[:SAMPLE]).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    header, lines = plain[0], [line for line in plain[1 : LINES + 1] if line]
    lines = lines[:-1] if len(head) > SAMPLE else lines

    def fits(separator: str) -> tuple[float, int, bool]:
        count = header.count(separator.encode())
        same = sum(line.count(separator.encode()) == count for line in lines) / max(len(lines), 1)
        return (round(same, 1), count, separator != ",")

    return max([s for s in SEPARATORS if s.encode() in header] or [","], key=fits)


def _empty(name: str) -> DataError:
    return DataError("is empty", name, "a CSV file has a header line and then one line a row")


def _text(line: bytes, name: str, encoding: str) -> str:
    if b"\0" in line:
        hint = "is it UTF-16? then say so: `encoding: utf-16`"
        raise DataError("has a header with null bytes", f"{name}:1", hint)
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise DataError(*undecoded(name, 1, encoding, error.start)) from error


def undecoded(name: str, line: int, encoding: str, byte: int | None) -> tuple[str, str, str]:
    """What is told of a line that is not of the file's encoding: problem, place, way out."""
    hint = (
        f"say how it is encoded: data: {{source: csv, path: {name}, encoding: gb18030}} "
        "(Chinese: gb18030 or big5; Western: cp1252)"
    )
    where = f"byte {byte} does not decode" if byte is not None and encoding == "utf-8" else "it does not decode"
    return f"is not {encoding}: {where}", f"{name}:{line}", hint


def _fields(line: str, separator: str, name: str) -> list[str]:
    csv.field_size_limit(1 << 30)
    field = rf'(?:"(?:[^"]++|"")*+"|[^"{re.escape(separator)}]*+)'
    if not re.fullmatch(rf"{field}(?:{re.escape(separator)}{field})*+", line):
        hint = 'write a quote inside a field twice, and put the field in quotes: "5"" pipe"'
        raise DataError("has a header with broken quotes", f"{name}:1", hint)
    return next(csv.reader(io.StringIO(line, newline=""), delimiter=separator, strict=True))


def _named(header: list[str], path: str) -> list[Problem]:
    found = Problems(DataError)
    for name, count in Counter(header).items():
        if count > 1 and name.strip():
            found.add(f"{count} columns are called '{name}'", f"{path}:1", "give each column a name of its own")
    for place, name in enumerate(header, 1):
        if not name.strip():
            found.add(f"column {place} has no name", f"{path}:1", "give each column a name")
    return found.found
