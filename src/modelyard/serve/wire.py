"""What goes over the wire: JSON, and errors as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

from modelyard.core.errors import ModelyardError, Problem

if TYPE_CHECKING:
    from starlette.types import Send

JSON = "application/json"
PROBLEM = "application/problem+json"
Headers = list[tuple[bytes, bytes]]

encode = msgspec.json.Encoder().encode


class BadJsonError(ModelyardError):
    """The body is no JSON."""

    code = "json_invalid"
    http_status = 400


class TimedOutError(ModelyardError):
    """The body did not come in time."""

    code = "body_timeout"
    http_status = 408


class TooLargeError(ModelyardError):
    """The body, or the number of its rows, is over the limit."""

    code = "too_large"
    http_status = 413


class UnreadError(TooLargeError):
    """The body is over the limit, and there is more of it to come."""


class NotFoundError(ModelyardError):
    """Nothing lies under this path."""

    code = "not_found"
    http_status = 404


class MediaError(ModelyardError):
    """The body is of a media type or an encoding that is not read here."""

    code = "media_unsupported"
    http_status = 415


class UnavailableError(ModelyardError):
    """Not now: the request was fine, and may be sent again after so many seconds."""

    code = "unavailable"
    http_status = 503
    retry_after: int = 1  # seconds


class NotReadyError(UnavailableError):
    """A model is still warming up."""

    code = "not_ready"


class BusyError(UnavailableError):
    """As much of this work is under way as may be."""

    code = "busy"


class LateError(UnavailableError):
    """The work took longer than it may."""

    code = "took_too_long"
    http_status = 504
    retry_after = 30


class OverloadedError(UnavailableError):
    """More waits for a model than it answers in time."""

    code = "overloaded"


class LogUnwritableError(UnavailableError):
    """An answer cannot be written down, so it is not given."""

    code = "log_unwritable"


class ProblemDocument(msgspec.Struct, kw_only=True):
    """What a request got instead of an answer. `code` is stable; `request_id` is in the server's log too."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    problems: tuple[Problem, ...]
    request_id: str
    error: str | msgspec.UnsetType = msgspec.UNSET  # how the Open Inference Protocol calls `detail`


class JsonResponse(Response):
    """A value as JSON."""

    media_type = JSON

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - anything that msgspec can write
        """Encode it."""
        return encode(content)


def problem_document(status: int, code: str, problems: tuple[Problem, ...], request_id: str, path: str = "") -> bytes:
    """What was wrong, at least one problem, as JSON; under `/v2` it has an `error` too."""
    first = problems[0]
    told = ": ".join(part for part in (first.where, first.problem) if part)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    document = ProblemDocument(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=told + more,
        problems=problems,
        request_id=request_id,
        error=told + more if path == "/v2" or path.startswith("/v2/") else msgspec.UNSET,
    )
    return encode(document)


async def reply(send: Send, body: bytes, status: int, headers: Headers) -> None:
    """Send a whole response; its length is added to `headers`."""
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
