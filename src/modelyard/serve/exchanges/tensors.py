"""Tensors of the Open Inference Protocol: their datatypes, and how one becomes a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from modelyard.core.errors import DataError, Problems, nearest
from modelyard.core.types import Column, Kind
from modelyard.data import cleaning
from modelyard.serve.exchanges import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.types import Storage
    from modelyard.serve.infer import Served


def _signed(bits: int) -> Any:  # noqa: ANN401 - a type expression
    return Annotated[int, msgspec.Meta(ge=-(1 << bits - 1), le=(1 << bits - 1) - 1)]


def _unsigned(bits: int) -> Any:  # noqa: ANN401 - a type expression
    return Annotated[int, msgspec.Meta(ge=0, le=(1 << bits) - 1)]


ELEMENTS: Mapping[str, Any] = {
    "BOOL": bool,
    "UINT8": _unsigned(8),
    "UINT16": _unsigned(16),
    "UINT32": _unsigned(32),
    "UINT64": Annotated[int, msgspec.Meta(ge=0)],  # a bound of 64 bits is more than msgspec takes
    "INT8": _signed(8),
    "INT16": _signed(16),
    "INT32": _signed(32),
    "INT64": _signed(64),
    "FP16": float,
    "FP32": float,
    "FP64": float,
    "BYTES": str,
}
ONE = msgspec.Meta(min_length=1, max_length=1)


def _flat(element: Any) -> msgspec.json.Decoder[list[Any]]:  # noqa: ANN401 - a type expression
    return msgspec.json.Decoder(list[element | None])


def _nested(element: Any) -> msgspec.json.Decoder[list[Any]]:  # noqa: ANN401 - a type expression
    return msgspec.json.Decoder(list[Annotated[list[element | None], ONE]])


FLAT = {name: _flat(element) for name, element in ELEMENTS.items()}
NESTED = {name: _nested(element) for name, element in ELEMENTS.items()}
NUMERIC = tuple(name for name in ELEMENTS if name not in {"BOOL", "BYTES"})
# What is accepted for a kind; the first is what the metadata tell.
READ: Mapping[Kind, tuple[str, ...]] = {
    Kind.NUMBER: ("FP64", *(name for name in NUMERIC if name != "FP64")),
    Kind.BOOLEAN: ("BOOL",),
    Kind.TIME: ("BYTES",),
    Kind.TEXT: ("BYTES",),
    Kind.IMAGE: ("BYTES",),  # base64 text, as JSON holds no bytes
    Kind.CATEGORY: ("BYTES", "BOOL", *NUMERIC),
    Kind.IDENTIFIER: ("BYTES", "BOOL", *NUMERIC),
}
OUT: Mapping[Storage, str] = {
    "string": "BYTES",
    "integer": "INT64",
    "float": "FP64",
    "boolean": "BOOL",
    "date": "BYTES",
    "datetime": "BYTES",
    "bytes": "BYTES",
}


class Tensor(msgspec.Struct, forbid_unknown_fields=True):
    """An input: its values are looked at once it is known what they must be."""

    name: str
    shape: list[int]
    datatype: str
    data: msgspec.Raw
    parameters: dict[str, msgspec.Raw] | None = None


def metadata(column: Column) -> dict[str, Any]:
    """A column as the metadata of a model tell it."""
    parameters = {"kind": str(column.kind), "nullable": column.nullable}
    return {"name": column.name, "datatype": READ[column.kind][0], "shape": [-1], "parameters": parameters}


def column_of(place: int, tensor: Tensor, served: Served, found: Problems) -> list[Any] | None:
    """A tensor's values [rows]; None, with the problems told, where it is not what its column asks."""
    where, signature = f"inputs[{place}]", served.bundle.signature
    if len(found.found) > plain.SHOWN:
        return None
    if tensor.name not in signature.fields:
        hint = nearest(tensor.name[: plain.SHOWN], signature.known) if len(found.found) < 5 else ""
        found.add("no column is called so", f"{where}.name", hint)
        return None
    if len(tensor.shape) not in {1, 2} or tensor.shape[1:] not in ([], [1]) or tensor.shape[0] < 0:
        found.add("a column is of the shape [rows] or [rows, 1]", f"{where}.shape")
        return None
    column = signature.asked.get(tensor.name)
    try:
        return [None] * tensor.shape[0] if column is None else _values(tensor, column, where)  # known, and not read
    except DataError as error:
        found.absorb(error)
        return None


def _accepted(column: Column) -> tuple[str, ...]:
    """The datatypes of a column: what is mended before it is read may be written otherwise than its kind is."""
    if not column.clean:
        return READ[column.kind]
    more = ("BYTES",) if cleaning.of(column.clean).texts_alone else tuple(ELEMENTS)
    return tuple(dict.fromkeys((*READ[column.kind], *more)))


def _values(tensor: Tensor, column: Column, where: str) -> list[Any]:
    accepted = _accepted(column)
    if tensor.datatype not in accepted:
        allowed = ", ".join(accepted[:3]) + (" and others" if len(accepted) > 3 else "")
        raise DataError(f"a {column.kind} is not of this datatype", f"{where}.datatype", f"send {allowed}")
    rows, content = tensor.shape[0], bytes(tensor.data)
    place = f"{where}.data"
    commas = content.count(b",")
    if commas + 1 < rows or (tensor.datatype != "BYTES" and commas > max(rows - 1, 0)):
        raise DataError(f"does not hold the {rows:,} values of its shape", place)
    nested = len(tensor.shape) == 2 and content[1:].lstrip(b" \t\r\n").startswith(b"[")
    values = plain.decoded((NESTED if nested else FLAT)[tensor.datatype], tensor.data, place)
    if len(values) != rows:
        raise DataError(f"holds {len(values):,} values, where its shape tells of {rows:,}", place)
    return [inner[0] for inner in values] if nested else values
