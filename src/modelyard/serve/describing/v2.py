"""The Open Inference Protocol v2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelyard.serve.describing.common import (
    ASKING,
    OPEN,
    READING,
    Schema,
    asking,
    content,
    list_of,
    object_of,
    operation,
    ref,
)
from modelyard.serve.exchanges.tensors import READ, metadata
from modelyard.serve.exchanges.v2 import FIRST, output_tensors

if TYPE_CHECKING:
    from modelyard.core.types import Column
    from modelyard.release.bundle import Bundle
    from modelyard.serve.settings import Settings

TEXT, TRUTH, WHOLE = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
PARAMETERS = {"type": ["object", "null"]}
ELEMENT = {"type": ["string", "number", "boolean", "null"]}
LIVE = object_of({"live": TRUTH})
SERVER = object_of({"name": TEXT, "version": TEXT, "extensions": list_of(TEXT)})
TENSOR = object_of(
    {"name": TEXT, "datatype": TEXT, "shape": list_of(WHOLE), "parameters": {"type": "object"}}, "parameters"
)
MODEL = object_of(
    {"name": TEXT, "versions": list_of(TEXT), "platform": TEXT, "inputs": list_of(TENSOR), "outputs": list_of(TENSOR)}
)
READY = object_of({"name": TEXT, "ready": TRUTH})
VERSION = {
    "name": "version",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
    "description": "a release's number; 1 where a bundle is served that is no release",
    "example": FIRST,
}


def server() -> dict[str, Any]:
    """The paths that are of no model."""
    ready = object_of({"live": TRUTH, "ready": TRUTH})
    return {
        "/v2": {"get": operation("This server", "v2.server", content(SERVER), READING)},
        "/v2/health/live": {"get": operation("The process runs", "/livez", content(LIVE), OPEN)},
        "/v2/health/ready": {"get": operation("Every model answers", "/readyz", content(ready), ("503",))},
    }


def schemas(bundle: Bundle, suffix: str) -> dict[str, Any]:
    """A request and an answer of one model."""
    signature = bundle.signature
    columns = [signature.asked.get(name) for name in signature.known]
    inputs = [_tensor(name, column) for name, column in zip(signature.known, columns, strict=True)]
    names = [tensor["name"] for tensor in output_tensors(bundle)]
    wanted = object_of({"name": {"enum": names}, "parameters": PARAMETERS}, "parameters", closed=True)
    asked = {
        "inputs": list_of({"oneOf": inputs}) | {"minItems": 1, "maxItems": len(inputs)},
        "id": {"type": ["string", "null"]},
        "outputs": {"type": ["array", "null"], "items": wanted, "maxItems": len(names), "uniqueItems": True},
        "parameters": PARAMETERS,
    }
    given = [_output(tensor) for tensor in output_tensors(bundle)]
    answered = {"model_name": TEXT, "model_version": TEXT, "id": TEXT, "outputs": list_of({"oneOf": given})}
    return {
        f"InferenceRequest{suffix}": object_of(asked, "id", "outputs", "parameters", closed=True),
        f"InferenceResponse{suffix}": object_of(answered, "id"),
    }


def paths(name: str, bundle: Bundle, suffix: str, settings: Settings) -> dict[str, Any]:  # noqa: ARG001 - one contract
    """The paths of one model, with and without a version."""
    here = f"/v2/models/{quote(name)}"
    request, response = ref(f"InferenceRequest{suffix}"), ref(f"InferenceResponse{suffix}")
    found: dict[str, Any] = {}
    for path, versioned in ((here, {}), (f"{here}/versions/{{version}}", {"parameters": [VERSION]})):
        infer = operation(f"Ask {name} by tensors", "v2.infer", content(response), ASKING, headers=True)
        told = operation(f"What {name} reads and answers", "v2.model", content(MODEL), (*READING, "404"))
        ready = operation(f"{name} answers", "v2.ready", content(READY), ("404", "503"))
        found[path] = versioned | {"get": told}
        found[f"{path}/ready"] = versioned | {"get": ready}
        found[f"{path}/infer"] = versioned | asking(content(request, _example(bundle)), infer)
    return found


def _tensor(name: str, column: Column | None) -> Schema:
    """A column as an input; one that is not read may be anything."""
    many = {"type": "array", "items": {"anyOf": [ELEMENT, list_of(ELEMENT) | {"minItems": 1, "maxItems": 1}]}}
    told = {
        "name": {"const": name},
        "shape": list_of({"type": "integer", "minimum": 0}) | {"minItems": 1, "maxItems": 2},
        "datatype": TEXT if column is None else {"enum": list(READ[column.kind])},
        "data": {} if column is None else many,
        "parameters": PARAMETERS,
    }
    return object_of(told, "parameters", closed=True)


def _output(tensor: dict[str, Any]) -> Schema:
    """A part of an answer."""
    kinds = {"BYTES": "string", "INT64": "integer", "BOOL": "boolean"}
    told = {
        "name": {"const": tensor["name"]},
        "datatype": {"const": tensor["datatype"]},
        "shape": list_of(WHOLE) | {"minItems": len(tensor["shape"]), "maxItems": len(tensor["shape"])},
        "data": list_of({"type": kinds.get(tensor["datatype"], "number")}),
    }
    return object_of(told)


def _example(bundle: Bundle) -> dict[str, Any]:
    """The bundle's own example as tensors of one row."""
    given = [(metadata(column), bundle.example.get(column.name)) for column in bundle.signature.features]
    tensors = [{"name": told["name"], "shape": [1], "datatype": told["datatype"], "data": [v]} for told, v in given]
    for tensor in tensors:
        (value,) = tensor["data"]
        if tensor["datatype"] == "BYTES" and value is not None and not isinstance(value, str):
            number = "INT64" if isinstance(value, int) else "FP64"
            tensor["datatype"] = "BOOL" if isinstance(value, bool) else number
    return {"id": "1", "inputs": tensors}
