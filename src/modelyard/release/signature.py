"""A bundle's signature: message types made from its schema, for requests and for rows in Python alike."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import numpy as np

from modelyard.core.errors import DataError, Problem, Problems, nearest
from modelyard.core.types import Column, Kind, Role, Schema, Values
from modelyard.data import cleaning, pictures, values

ABSENT = frozenset({"NAType", "NaTType"})  # what pandas has for None
SHOWN = 50  # problems of one request that are told
HINTED = 5  # unknown fields for which the nearest known one is looked for: among many columns that takes its time
MEANING = {
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false, also written yes/no or 1/0",
    Kind.TIME: "a date or time in ISO 8601",
    Kind.CATEGORY: "a category",
    Kind.TEXT: "a text",
    Kind.IMAGE: "a picture (PNG, JPEG, WebP, GIF or BMP) as base64 text, with or without a data URL's beginning",
    Kind.IDENTIFIER: "an identifier",
}
WIRE: dict[Kind, Any] = {
    Kind.NUMBER: float,
    Kind.BOOLEAN: bool | int | float | str,  # where some are missing, many libraries make 1 a 1.0
    Kind.TIME: str,
    Kind.CATEGORY: str | int | float | bool,
    Kind.TEXT: str,
    Kind.IMAGE: str,
    Kind.IDENTIFIER: str | int | float | bool,
}
MENDED = str | int | float | bool  # what may be written where cleaners mend all that there is


class Signature:
    """What a bundle reads: one record is one row."""

    def __init__(self, schema: Schema, group: Column | None = None) -> None:
        """Make the message type of a row: features by their kinds, every other known column accepted and left alone.

        A column of a `group` that decisions are made by is read as features are.
        """
        self.features = schema.features if group is None else (*schema.features, group)
        self.asked = {column.name: column for column in self.features}
        self.known = tuple(column.name for column in schema.columns)
        self.fields = {column.name: f"f{place}" for place, column in enumerate(schema.columns)}
        self.record = msgspec.defstruct(
            "Record",
            [self._field(column) for column in sorted(schema.columns, key=_optional)],
            rename={field: name for name, field in self.fields.items()},
            forbid_unknown_fields=True,
            gc=False,
        )
        self.getters = [(column, attrgetter(self.fields[column.name])) for column in self.features]
        self.one = msgspec.json.Decoder(self.record)
        self.many = msgspec.json.Decoder(list[self.record])  # type: ignore[name-defined]

    def columns(self, records: Sequence[Any], where: str = "") -> dict[str, Values]:
        """Records of this signature's type as columns of values [rows].

        Raises:
            DataError: values that their kind does not allow, all of them (up to fifty).
        """
        found = Problems(DataError)
        single = len(records) == 1
        out: dict[str, Values] = {}

        def tell(row: int, problem: Problem) -> None:
            place = problem.where if single and not where else f"{where or 'rows'}[{row}].{problem.where}"
            found.add(problem.problem, place, problem.hint)

        for column, field in self.getters:
            out[column.name] = values.from_list(list(map(field, records)), column, tell)
        if len(found.found) > SHOWN:
            rest = len(found.found) - SHOWN
            found.found[SHOWN:] = [Problem(f"and {rest} more of the kind")]
        found.raise_any()
        return out

    def convert(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Plain mappings as records.

        Raises:
            DataError: a field that is unknown, missing or of a wrong type; all that is wrong at once.
        """
        plain = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
        try:
            return list(msgspec.convert(plain, list[self.record]))  # type: ignore[name-defined]
        except msgspec.ValidationError:
            raise self.explain(plain) from None

    def explain(self, rows: object) -> DataError:
        """Everything that is wrong with decoded JSON that is not what this signature reads."""
        found = Problems(DataError)
        single = isinstance(rows, Mapping)
        listed = [rows] if single else rows
        if not isinstance(listed, list):
            return DataError("expected an object or a list of objects", "body", "one record, or a list of records")
        for number, row in enumerate(listed):
            place = "" if single or len(listed) == 1 else f"rows[{number}]."
            if not isinstance(row, Mapping):
                found.add("expected an object", place.rstrip(".") or "body", "a record is {column: value, ...}")
            else:
                self._explain_row(row, place, found)
            if len(found.found) >= SHOWN:
                found.add("further problems are not listed")
                break
        if not found.found:
            return DataError("the rows are not what the schema says", "body")
        return DataError.of(found.found)

    def _explain_row(self, row: Mapping[str, Any], place: str, found: Problems) -> None:
        for name in row:
            if name not in self.fields and len(found.found) < SHOWN:
                short = str(name)[:100]
                hint = nearest(short, self.known) if len(found.found) < HINTED else ""
                found.add("unknown field", f"{place}{short}", hint)
        for column in self.features:
            if column.name not in row:
                if not column.nullable:
                    found.add("is missing", f"{place}{column.name}", f"expected {MEANING[column.kind]}")
                continue
            try:
                msgspec.convert(row[column.name], _type(column))
            except msgspec.ValidationError as error:
                told = str(error).replace("`", "").replace("Expected", "expected").replace("null", "no value")
                got = told.partition("got ")[2].replace("str", "text")
                problem = f"expected {MEANING[column.kind]}" + (f", got {got}" if got else "")
                found.add(problem, f"{place}{column.name}")
                continue
            unread: list[Problem] = []
            values.from_list([row[column.name]], column, _into(unread))
            for each in unread:
                found.add(each.problem, f"{place}{column.name}", each.hint)

    def _field(self, column: Column) -> Any:  # noqa: ANN401 - msgspec takes tuples of two or three
        field = self.fields[column.name]
        if column.name not in self.asked:
            return (field, Any, None)
        column = self.asked[column.name]
        return (field, _type(column), None) if column.nullable else (field, _type(column))


def _type(column: Column) -> Any:  # noqa: ANN401 - a type expression
    """The wire type, with what OpenAPI tells of it; where values are mended first, they may be written otherwise."""
    wire = WIRE[column.kind]
    if column.clean:
        wire = wire | (str if cleaning.of(column.clean).texts_alone else MENDED)
    wire = wire | None if column.nullable else wire
    extra = {"contentEncoding": "base64"} if column.kind is Kind.IMAGE else None
    examples = list(column.levels[:5]) or None
    return Annotated[wire, msgspec.Meta(description=MEANING[column.kind], examples=examples, extra_json_schema=extra)]


def _into(problems: list[Problem]) -> Callable[[int, Problem], None]:
    return lambda _row, problem: problems.append(problem)


def _optional(column: Column) -> bool:
    return column.role is not Role.FEATURE or column.nullable


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever people have
    """A value as JSON would hold it: Python's and NumPy's dates and numbers included, NaN as missing."""
    if isinstance(value, np.generic):
        value = value.astype("datetime64[us]").item() if isinstance(value, np.datetime64) else value.item()
    if type(value).__name__ in ABSENT or (isinstance(value, (float, Decimal)) and math.isnan(value)):
        return None
    if isinstance(value, (dt.date, dt.time)):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return pictures.written(bytes(value))
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, str) and not value.isascii():  # half a surrogate pair is no character of any file
        return value.encode("utf-8", "replace").decode()
    return float(value) if isinstance(value, Decimal) else value
