"""What exchanges share: rows as plain values to records of the signature, within the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from modelyard.core.errors import DataError, Problem, nearest
from modelyard.serve.wire import BadJsonError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.serve.infer import Served

TOLD = 5  # problems of one sort
SHOWN = 200  # signs of a client's own names that are told back
SPACE = b" \t\r\n"
T = TypeVar("T")


def decoded(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw, where: str = "") -> T:
    """A body, or a part of it that lies at `where`, as the decoder's type.

    Raises:
        BadJsonError: it is no JSON.
        DataError: it is of another form; the place is told.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise misfit(error, where) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_json(bytes(body), error) from None


def misfit(error: msgspec.ValidationError, where: str = "") -> DataError:
    """What msgspec refused, in our words: its own name types and places, and never values."""
    told, _, place = str(error).partition(" - at `$")
    inner = place.rstrip("`").lstrip("." if not where else "")
    problem = told.replace("`", "").replace("null", "no value")
    return DataError(problem[:1].lower() + problem[1:SHOWN], (where + inner)[:SHOWN] or "body")


def records(served: Served, rows: Sequence[object]) -> list[Any]:
    """Plain mappings as records.

    Raises:
        DataError: a field that is unknown, missing or of a wrong type; all that is wrong at once.
    """
    signature = served.bundle.signature
    try:
        return list(msgspec.convert(rows, list[signature.record]))  # type: ignore[name-defined]
    except msgspec.ValidationError:
        raise signature.explain(list(rows)) from None


def rows_of(columns: Mapping[str, Sequence[object]]) -> list[dict[str, object]]:
    """Columns of one length as rows."""
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def check_names(names: Sequence[str], served: Served, where: str) -> None:
    """Every column is known, and none is named twice.

    Raises:
        DataError: there are.
    """
    known = served.bundle.signature.known
    strange = [name[:SHOWN] for name in names if name not in served.bundle.signature.fields]
    if strange:
        raise DataError.of(Problem("unknown field", name, nearest(name, known)) for name in strange[:TOLD])
    if len(names) > len(known):
        raise DataError(f"names {len(names):,} columns", where, f"the model knows {len(known)}")
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise DataError(f"'{twice[0][:SHOWN]}' is named twice", where, "give each column a name of its own")


def within(rows: int, most: int) -> int:
    """The number of rows again.

    Raises:
        TooLargeError: it is over the limit.
    """
    if rows > most:
        raise TooLargeError(f"holds {rows:,} rows", "body", f"at most {most:,} rows in one request: send them in parts")
    return rows


def check_rows(body: bytes, sign: bytes, most: int) -> None:
    """Refuse too many rows of a list before they are built: a row has a `sign` at least, and `Raw` is a view.

    Raises:
        TooLargeError: there are too many.
    """
    if body.count(sign) > most:
        try:
            rows = len(msgspec.json.decode(body, type=list[msgspec.Raw]))
        except msgspec.ValidationError:  # no list: whoever reads it says so
            return
        within(rows, most)


def bad_json(body: bytes, error: Exception) -> BadJsonError:
    """What is wrong with a body that is no JSON; msgspec's words name places and never values."""
    if not body.strip(SPACE):
        return BadJsonError("the body is empty", "body", "send a record as JSON: {column: value, ...}")
    if isinstance(error, RecursionError):
        return BadJsonError("is nested too deeply", "body", "a record is flat: {column: value, ...}")
    if isinstance(error, UnicodeDecodeError) or body[:2] in {b"\xff\xfe", b"\xfe\xff", b"\xef\xbb"}:
        return BadJsonError("is not UTF-8, or starts with a byte order mark", "body", "send JSON in UTF-8")
    told = str(error).removeprefix("JSON is malformed: ")
    more = [Problem("NaN and Infinity are no JSON", "body", "leave the field out, or send null")]
    named = b"NaN" in body or b"Infinity" in body
    return BadJsonError(f"is no JSON: {told}", "body", "send JSON in UTF-8", more=more if named else ())
