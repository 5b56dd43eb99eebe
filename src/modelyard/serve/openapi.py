"""The OpenAPI document of some bundles, made from their signatures: what `/docs` and generated clients read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from modelyard.serve import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.bundle import Bundle

VERSION = "3.1.0"
REF = "#/components/schemas/"
LEVELS = 200  # of a category that are offered
TROUBLE = {
    "400": "the body is no JSON",
    "408": "the body did not come in time",
    "413": "the body is too large, or holds too many rows",
    "422": "the rows are not what the schema says",
    "503": "the model is still warming up",
}
PLAIN = {
    "/models": ("What is served", wire.JSON),
    "/livez": ("The process runs", wire.JSON),
    "/readyz": ("Every model answers", wire.JSON),
    "/metrics": ("Figures for Prometheus", "text/plain"),
}


def path_of(name: str) -> str:
    """Where a model answers."""
    return f"/models/{quote(name)}/predict"


def document(models: Mapping[str, Bundle], rows: int) -> dict[str, Any]:
    """All that a server of these models does; one request holds at most `rows`."""
    _refs, schemas = msgspec.json.schema_components((wire.ProblemDocument,), ref_template=REF + "{name}")
    paths: dict[str, Any] = {}
    for place, (name, bundle) in enumerate(models.items(), 1):
        suffix = str(place) if len(models) > 1 else ""
        schemas |= _schemas(bundle, suffix)
        paths[path_of(name)] = {"post": _asking(name, bundle, suffix, rows)}
        if len(models) == 1:
            paths = {"/predict": {"post": _asking(name, bundle, suffix, rows)}} | paths
    for path, (summary, media) in PLAIN.items():
        paths[path] = {
            "get": {"summary": summary, "responses": {"200": {"description": summary, "content": {media: {}}}}}
        }
    return {
        "openapi": VERSION,
        "info": {"title": "Modelyard", "version": "1", "description": f"Serves {', '.join(models)}."},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _schemas(bundle: Bundle, suffix: str) -> dict[str, Any]:
    """The record and the answer of one model."""
    template = REF + "{name}" + suffix
    _refs, found = msgspec.json.schema_components((bundle.signature.record,), ref_template=template)
    (record,) = found.values()
    properties = record["properties"]
    features = {column.name: column for column in bundle.signature.features}
    for name in bundle.signature.known:
        if name in features:
            column = features[name]
            properties[name]["x-kind"] = column.kind
            if column.levels:
                properties[name]["examples"] = list(column.levels[:LEVELS])
        else:
            properties[name]["description"] = "accepted, and not read"
    record["properties"] = {name: properties[name] for name in bundle.signature.known}  # as in the training data
    record["example"] = bundle.example
    return {f"Record{suffix}": record, f"Answer{suffix}": _answer(bundle)}


def _answer(bundle: Bundle) -> dict[str, Any]:
    if not bundle.names:
        numbers = {name: {"type": "number"} for name in bundle.numbers}
        return {"type": "object", "properties": numbers, "required": list(numbers)}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    shares = {"type": "object", "properties": dict.fromkeys(bundle.names, share), "required": list(bundle.names)}
    properties = {"prediction": {"enum": list(bundle.labels)}, "probabilities": shares}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _asking(name: str, bundle: Bundle, suffix: str, rows: int) -> dict[str, Any]:
    """A `POST` of rows."""
    record, answer = ({"$ref": f"{REF}{noun}{suffix}"} for noun in ("Record", "Answer"))
    answers = {"type": "object", "properties": {"predictions": _list(answer)}, "required": ["predictions"]}
    digest = {"description": "the first digits of the bundle's digest", "schema": {"type": "string"}}
    problem = {wire.PROBLEM: {"schema": {"$ref": f"{REF}ProblemDocument"}}}
    return {
        "summary": f"Ask {name}",
        "description": "One record gets one answer; a list of records gets a list under `predictions`.",
        "x-model": name,
        "x-task": bundle.manifest.task,
        "requestBody": {
            "required": True,
            "content": {
                wire.JSON: {
                    "schema": {"oneOf": [record, _list(record) | {"maxItems": rows}]},
                    "example": bundle.example,
                }
            },
        },
        "responses": {
            "200": {
                "description": "answers",
                "headers": {"X-Modelyard-Bundle": digest},
                "content": {wire.JSON: {"schema": {"oneOf": [answer, answers]}}},
            }
        }
        | {status: {"description": told, "content": problem} for status, told in TROUBLE.items()},
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}
