"""Answers to `GET` with an entity tag, so that what a browser has already is not sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request


def tagged(
    request: Request, content: bytes, media: str, digest: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The content, or 304 where the client has what has this digest. A browser asks again each time."""
    tag = f'"{digest[:32]}"'
    told = {"etag": tag, "cache-control": "private, no-cache", **(headers or {})}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=told)
    return Response(content, media_type=media, headers=told)


def _has(given: str, tag: str) -> bool:
    """Whether a list of tags, weak ones too (RFC 9110, 13.1.2), names this one."""
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in given.split(","))
