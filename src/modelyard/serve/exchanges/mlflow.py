"""What MLflow's scoring server takes at `/invocations`: rows in four forms of JSON, or CSV; `predictions` out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.core.errors import DataError, Problems, nearest
from modelyard.serve import media
from modelyard.serve.exchange import Answered, Asked, Exchange
from modelyard.serve.exchanges import plain, table
from modelyard.serve.wire import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modelyard.serve.infer import Served

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
PARAMS = "params"
HINT = f"send exactly one of {', '.join(FORMS)}"


class Split(msgspec.Struct, forbid_unknown_fields=True):
    """A frame as pandas writes it with `orient="split"`; the index says nothing."""

    columns: list[str]
    data: msgspec.Raw
    index: msgspec.Raw = msgspec.Raw()


WHOLE = msgspec.json.Decoder(dict[str, msgspec.Raw])
SPLIT = msgspec.json.Decoder(Split)
LISTS = msgspec.json.Decoder(list[list[Any]])
ANY = msgspec.json.Decoder()


class Mlflow(Exchange):
    """One of four forms, or CSV."""

    def read(self, served: Served, body: bytes, headers: Mapping[bytes, bytes]) -> Asked:
        """The rows of whichever form it is."""
        if media.check(headers, media.CSV) == media.CSV:
            return Asked(plain.records(served, table.rows_of(body, served)))
        given = plain.decoded(WHOLE, body)
        form = _form(given)
        return Asked(READERS[form](served, given[form], form))

    def write(self, served: Served, asked: Asked, answered: Answered) -> bytes:  # noqa: ARG002 - one form
        """The records under `predictions`."""
        return encode({"predictions": served.bundle.records(answered.outputs, answered.groups)})

    def explain(self, served: Served, body: bytes, error: Exception) -> Exception:  # noqa: ARG002 - read tells it all
        """Nothing is left to say."""
        return error


def _form(given: Mapping[str, msgspec.Raw]) -> str:
    """Which form it is."""
    found = Problems(DataError)
    for name in given:
        if name not in {*FORMS, PARAMS} and len(found.found) < 5:
            found.add("unknown field", name[: plain.SHOWN], nearest(name[: plain.SHOWN], (*FORMS, PARAMS)))
    forms = [name for name in FORMS if name in given]
    if len(forms) != 1:
        found.add("holds no rows" if not forms else f"holds {' and '.join(forms)}", "body", HINT)
    if PARAMS in given:
        said = bytes(given[PARAMS])  # looked at from outside: what is in it may be millions of lists
        named = plain.decoded(WHOLE, given[PARAMS], PARAMS) if said.startswith(b"{") else {}
        if named or not (said == b"null" or said.startswith(b"{")):
            names = ", ".join(list(named)[:5])[: plain.SHOWN]
            hint = "leave it out, or send {}"
            found.add("a bundle's answer depends on its rows alone, and takes no parameters", names or PARAMS, hint)
    found.raise_any()
    return forms[0]


def _split(served: Served, content: msgspec.Raw, where: str) -> list[Any]:
    """`{"columns": [...], "data": [[...], ...]}`."""
    given = plain.decoded(SPLIT, content, where)
    plain.check_rows(bytes(given.data), b"[", served.limits.rows)
    plain.check_names(given.columns, served, f"{where}.columns")
    data = plain.decoded(LISTS, given.data, f"{where}.data")
    found = Problems(DataError)
    for row, values in enumerate(data):
        if len(values) != len(given.columns) and len(found.found) < 5:
            found.add(f"holds {len(values)} values for {len(given.columns)} columns", f"{where}.data[{row}]")
    found.raise_any()
    return plain.records(served, [dict(zip(given.columns, values, strict=True)) for values in data])


def _records(served: Served, content: msgspec.Raw, where: str) -> list[Any]:
    """`[{column: value, ...}, ...]`; where the model reads one column, its values alone will do."""
    body = bytes(content)
    plain.check_rows(body, b"{", served.limits.rows)
    signature = served.bundle.signature
    try:
        return list(signature.many.decode(body))
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise plain.bad_json(body, error) from None
    given = plain.decoded(ANY, content, where)
    if not isinstance(given, list):
        raise DataError("expected a list of rows", where, "a row is {column: value, ...}")
    plain.within(len(given), served.limits.rows)
    return plain.records(served, _named(served, given, where))


def _columns(served: Served, content: msgspec.Raw, where: str) -> list[Any]:
    """`{column: [value, ...], ...}`, or `{column: value, ...}` for one row; a list is read as `instances` are."""
    if not bytes(content).lstrip(plain.SPACE).startswith(b"{"):
        return _records(served, content, where)
    given = plain.decoded(ANY, content, where)
    if not any(isinstance(values, list) for values in given.values()):
        return plain.records(served, [given])
    plain.check_names(list(given), served, where)
    found = Problems(DataError)
    rows = max(len(values) for values in given.values() if isinstance(values, list))
    plain.within(rows, served.limits.rows)
    for name, values in given.items():
        if (not isinstance(values, list) or len(values) != rows) and len(found.found) < 5:
            held = f"{len(values)} values" if isinstance(values, list) else "one value"
            found.add(f"holds {held} where another column has {rows}", f"{where}.{name[: plain.SHOWN]}")
    found.raise_any()
    return plain.records(served, plain.rows_of(given))


def _named(served: Served, rows: Sequence[Any], where: str) -> list[Any]:
    """Rows as mappings; a bare value stands for its row where there is one column alone."""
    features = served.bundle.signature.features
    if all(isinstance(row, dict) for row in rows):
        return list(rows)
    if any(isinstance(row, list) for row in rows):
        known = ", ".join(column.name for column in features[:10])
        raise DataError("the values have no names", where, f"send objects, or dataframe_split with columns: {known}")
    if len(features) == 1:
        return [row if isinstance(row, dict) else {features[0].name: row} for row in rows]
    return list(rows)


READERS: Mapping[str, Callable[[Served, msgspec.Raw, str], list[Any]]] = {
    "dataframe_split": _split,
    "dataframe_records": _records,
    "instances": _records,
    "inputs": _columns,
}
