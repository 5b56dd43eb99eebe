"""Modelyard's own words: records in, answers out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from modelyard.core.types import Column, Kind
from modelyard.data.values import FALSE, TRUE
from modelyard.serve.describing.common import ASKING, REF, Schema, asking, content, list_of, object_of, operation, ref

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.serve.settings import Settings

TRUTHS = [True, False, 0, 1, *sorted(TRUE | FALSE)]
LEVELS = 200  # of a category that are offered


def path_of(name: str) -> str:
    """Where a model answers."""
    return f"/models/{quote(name)}/predict"


def schemas(bundle: Bundle, suffix: str) -> dict[str, Any]:
    """The record and the answer of one model."""
    template = REF + "{name}" + suffix
    _refs, found = msgspec.json.schema_components((bundle.signature.record,), ref_template=template)
    (record,) = found.values()
    properties = record["properties"]
    features = {column.name: column for column in bundle.signature.features}
    for name in bundle.signature.known:
        if name in features:
            column = features[name]
            properties[name] = _tight(column, properties[name]) | {"x-kind": column.kind}
            if column.levels:
                properties[name]["examples"] = list(column.levels[:LEVELS])
        else:
            properties[name]["description"] = "accepted, and not read"
    record["properties"] = {name: properties[name] for name in bundle.signature.known}  # as in the training data
    record["example"] = bundle.example
    return {f"Record{suffix}": record, f"Answer{suffix}": _answer(bundle)}


def paths(name: str, bundle: Bundle, suffix: str, settings: Settings) -> dict[str, Any]:
    """The model's own path."""
    record, answer = ref(f"Record{suffix}"), ref(f"Answer{suffix}")
    answers = object_of({"predictions": list_of(answer)})
    rows = list_of(record) | {"maxItems": settings.limits.rows}
    told = operation(f"Ask {name}", "asks", content({"oneOf": [answer, answers]}), ASKING, headers=True)
    described = told | {
        "description": "One record gets one answer; a list of records gets a list under `predictions`.",
        "x-model": name,
        "x-task": bundle.manifest.task,
    }
    return {path_of(name): asking(content({"oneOf": [record, rows]}, bundle.example), described)}


def _tight(column: Column, told: Schema) -> Schema:
    """What a column's schema says, and what its type alone does not."""
    if column.clean:  # what is mended may be written in many ways
        return told
    if column.closed and column.storage == "string":
        return {name: said for name, said in told.items() if name not in {"type", "anyOf"}} | {"enum": _levels(column)}
    moment: Schema = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
    truth: Schema = {"enum": TRUTHS}
    known = {Kind.TIME: moment, Kind.BOOLEAN: truth}.get(column.kind)
    if known is None:
        return told
    whole: Schema = {"anyOf": [known, {"type": "null"}]} if column.nullable else known
    return {name: said for name, said in told.items() if name not in {"type", "anyOf"}} | whole


def _levels(column: Column) -> list[str | None]:
    return [*column.levels, None] if column.nullable else list(column.levels)


def _answer(bundle: Bundle) -> Schema:
    if not bundle.names:
        return object_of({name: {"type": "number"} for name in bundle.numbers})
    share = {"type": "number", "minimum": 0, "maximum": 1}
    shares = object_of(dict.fromkeys(bundle.names, share))
    return object_of({"prediction": {"enum": list(bundle.labels)}, "probabilities": shares})
