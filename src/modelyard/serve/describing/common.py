"""What descriptions share: references, lists, and what any request may get instead of an answer."""

from __future__ import annotations

from typing import Any

from modelyard.serve import wire

Schema = dict[str, Any]
REF = "#/components/schemas/"
TROUBLE = {
    "400": "the request cannot be read",
    "401": "no key was sent, or one that is not known",
    "403": "the key is not for this",
    "404": "there is no such model or version",
    "408": "the body did not come in time",
    "409": "there is nothing to add it to",
    "413": "the body is too large, or holds too many rows",
    "415": "the body is of a media type or an encoding that is not read here",
    "422": "the rows are not what the schema says",
    "429": "too many requests",
    "503": "not now: it is warming up, or as much is under way as may be",
    "504": "the work took longer than it may",
}
ASKING = ("400", "401", "403", "404", "408", "413", "415", "422", "429", "503")  # of a request with a body
READING = ("401", "403", "429")  # of a page
OPEN: tuple[str, ...] = ()  # of a page that needs no key


def ref(name: str) -> Schema:
    """A schema that stands among the components."""
    return {"$ref": REF + name}


def list_of(item: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": item}


def object_of(properties: Schema, *optional: str, closed: bool = False) -> Schema:
    """An object: all its properties are required but the `optional` ones."""
    required = [name for name in properties if name not in optional]
    told = {"type": "object", "properties": properties} | ({"required": required} if required else {})
    return told | ({"additionalProperties": False} if closed else {})


def content(schema: Schema, example: object = None, media: str = wire.JSON) -> Schema:
    """A body."""
    return {media: {"schema": schema} | ({} if example is None else {"example": example})}


def operation(
    summary: str, say: str, answer: Schema, troubles: tuple[str, ...], *, status: str = "200", headers: bool = False
) -> Schema:
    """A verb of a path; `say` is what the page of documents calls it."""
    digest = {"description": "the first digits of the bundle's digest", "schema": {"type": "string"}}
    told = {"description": summary, "content": answer} | (
        {"headers": {"X-Modelyard-Bundle": digest}} if headers else {}
    )
    problem = content(ref("ProblemDocument"), media=wire.PROBLEM)
    wrong = {code: {"description": TROUBLE[code], "content": problem} for code in troubles}
    return {"summary": summary, "x-say": say, "responses": {status: told} | wrong}


def asking(body: Schema, operation_: Schema) -> Schema:
    """A `POST` with a body."""
    return {"post": operation_ | {"requestBody": {"required": True, "content": body}}}
