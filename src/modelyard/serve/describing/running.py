"""Releases that answer or may: what is told of them, and what an administrator does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelyard.serve import wire
from modelyard.serve.describing.common import ASKING, READING, Schema, asking, content, list_of, object_of, operation

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.serve.settings import Settings

ANY: Schema = {"type": "object"}
TEXT = {"type": "string"}
RUNNING = "running"
VERSION = {
    "name": "version",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
    "description": f"a release's number, or {RUNNING} for what answers and is no release",
    "example": RUNNING,
}
FILES = {"card": "text/html", "report": wire.JSON, "recipe": "text/plain"}
MOVED = object_of({"name": TEXT, "version": {"type": "integer"}, "alias": TEXT, "digest": TEXT, "follows": {}})
WHICH = object_of({"from": {"type": ["string", "integer"], "minLength": 1, "maxLength": 64}}, "from", closed=True)


def server() -> dict[str, Any]:
    """The paths that are of no model."""
    acts = content(object_of({"acts": list_of(ANY)}))
    return {"/admin/acts": {"get": operation("Who did what", "acts", acts, READING)}}


def paths(name: str, bundle: Bundle, suffix: str, settings: Settings) -> dict[str, Any]:  # noqa: ARG001 - one contract
    """The paths of one model."""
    here, there = f"/models/{quote(name)}", f"/admin/models/{quote(name)}"
    listed = content(object_of({"name": TEXT, "releases": list_of(ANY)}))
    wrong = (*READING, "404", "503")
    found: dict[str, Any] = {
        f"{here}/traffic": {"get": operation(f"Who answers for {name}", "traffic", content(ANY), (*READING, "404"))},
        f"{here}/releases": {"get": operation(f"The releases of {name}", "releases", listed, wrong)},
    }
    for file, media in FILES.items():
        told = operation(f"The {file} of a release of {name}", f"release.{file}", {media: {}}, wrong)
        told["responses"] |= {"304": {"description": "it is what the client has"}}
        found[f"{here}/releases/{{version}}/{file}"] = {"parameters": [VERSION], "get": told}
    moved = content(MOVED)
    promote = operation(f"Make another release of {name} the champion", "promote", moved, (*ASKING, "409"))
    back = operation(f"Make the champion of {name} what it was", "rollback", moved, (*ASKING, "409"))
    found[f"{there}/promote"] = asking(content(WHICH, {"from": "challenger"}), promote)
    found[f"{there}/rollback"] = asking(content({}, {}), back)
    return found
