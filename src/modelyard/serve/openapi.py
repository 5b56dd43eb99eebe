"""The OpenAPI document of some bundles, made from their signatures: what `/docs` and generated clients read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from modelyard.serve import wire
from modelyard.serve.access import scopes
from modelyard.serve.describing import later, mlflow, native, running, v2
from modelyard.serve.describing.common import OPEN, READING, REF, operation
from modelyard.serve.describing.native import path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.bundle import Bundle
    from modelyard.serve.settings import Settings

__all__ = ["document", "path_of"]

VERSION = "3.1.0"
ALONE = ("/predict", "/invocations", "/explain", "/feedback")  # paths that need no name where one model is served
KEY = "key"
SCHEME = {"type": "http", "scheme": "bearer", "description": "A key, as `modelyard keys make` gives it."}
PLAIN = {
    "/models": ("What is served", wire.JSON, READING),
    "/livez": ("The process runs", wire.JSON, OPEN),
    "/readyz": ("Every model answers", wire.JSON, ("503",)),
    "/metrics": ("Figures for Prometheus", "text/plain", READING),
}


def document(models: Mapping[str, Bundle], settings: Settings) -> dict[str, Any]:
    """All that a server of these models does."""
    _refs, schemas = msgspec.json.schema_components((wire.ProblemDocument,), ref_template=REF + "{name}")
    schemas |= later.server()
    paths: dict[str, Any] = {}
    for place, (name, bundle) in enumerate(models.items(), 1):
        suffix = str(place) if len(models) > 1 else ""
        schemas |= native.schemas(bundle, suffix) | v2.schemas(bundle, suffix) | mlflow.schemas(bundle, suffix)
        schemas |= later.schemas(bundle, suffix, settings)
        for protocol in (native, mlflow, later, v2, running):
            own = protocol.paths(name, bundle, suffix, settings)
            here = f"/models/{quote(name)}"
            short = {path.removeprefix(here): own[path] for path in own if path.removeprefix(here) in ALONE}
            paths |= (short if len(models) == 1 else {}) | own
    for path, (summary, media, troubles) in PLAIN.items():
        paths[path] = {"get": operation(summary, path, {media: {}}, troubles)}
    return {
        "openapi": VERSION,
        "info": {"title": "Modelyard", "version": "1", "description": f"Serves {', '.join(models)}."},
        "paths": _secured(paths | mlflow.server() | v2.server() | running.server()),
        "components": {"schemas": schemas, "securitySchemes": {KEY: SCHEME}},
    }


def _secured(paths: dict[str, Any]) -> dict[str, Any]:
    """Each operation with the key that it needs; none is written too, as a yard that has no keys asks for none."""
    for path, operations in paths.items():
        scope = scopes.needed(path)
        wanted = [] if scope is scopes.OPEN else [{KEY: [scope] if scope else []}, {}]
        for verb, told in operations.items():
            if verb != "parameters":
                told["security"] = wanted
    return paths
