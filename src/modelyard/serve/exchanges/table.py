"""Rows of a CSV body, strictly: a header line, commas, UTF-8; an empty field is a missing value."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import DataError, Problems
from modelyard.data import values
from modelyard.serve.exchanges import plain
from modelyard.serve.wire import BadJsonError, TooLargeError

if TYPE_CHECKING:
    from modelyard.core.types import Column
    from modelyard.serve.infer import Served

TOLD = 5  # lines of one trouble
LONGEST = 1 << 30  # signs of a field: the body has a limit of its own


class BadCsvError(BadJsonError):
    """The body is no CSV."""

    code = "csv_invalid"


def rows_of(body: bytes, served: Served) -> list[dict[str, Any]]:
    """The rows as the signature reads them, numbers as numbers.

    Raises:
        BadCsvError: it is not UTF-8, empty, or its quotes do not fit.
        DataError: lines have more or fewer fields than the header, or the header names a column twice.
        TooLargeError: there are too many rows.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadCsvError("is not UTF-8", "body", "send CSV in UTF-8") from None
    csv.field_size_limit(LONGEST)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return _read(lines, served)
    except csv.Error as error:
        raise BadCsvError(f"is no CSV: {error}", f"line {lines.line_num}", "quotes come in pairs") from None


def _read(lines: Any, served: Served) -> list[dict[str, Any]]:  # noqa: ANN401 - csv names its reader's type in no way
    header = next(lines, None)
    if not header:
        raise BadCsvError("has no header line", "line 1", "name the columns in the first line")
    plain.check_names(header, served, "line 1")
    columns = [served.bundle.signature.asked.get(name) for name in header]
    most, found = served.limits.rows, Problems(DataError)
    rows: list[dict[str, Any]] = []
    for fields in lines:
        if len(rows) == most:
            hint = f"at most {most:,} rows in one request: send them in parts"
            raise TooLargeError(f"holds more than {most:,} rows", "body", hint)
        if len(fields) != len(header) and (fields or len(header) > 1):
            found.add(f"has {len(fields)} fields where the header has {len(header)}", f"line {lines.line_num}")
            if len(found.found) == TOLD:
                break
            continue
        rows.append(
            {name: _value(field, column) for name, column, field in zip(header, columns, fields or [""], strict=True)}
        )
    found.raise_any()
    return rows


def _value(field: str, column: Column | None) -> object:
    """A field as JSON would hold it."""
    if field == "":
        return None
    return field if column is None else values.cell(field, column)
