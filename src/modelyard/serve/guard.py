"""What surrounds every request: the door, its id, its limits, its figures, and where errors become answers."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
import traceback
from typing import TYPE_CHECKING, TypeVar

from starlette.exceptions import HTTPException

from modelyard.core.errors import ModelyardError, Problem, nearest
from modelyard.serve import wire
from modelyard.serve.access import journal, secrets
from modelyard.serve.access.deadline import Deadlines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from modelyard.serve.access.door import Door
    from modelyard.serve.settings import Limits
    from modelyard.serve.telemetry import Telemetry

log = logging.getLogger("modelyard.serve")
SANE_ID = re.compile(rb"(?!.*my_[A-Za-z0-9_-]{43})[!-~]{1,128}")  # a token is no id: ids are logged
UNKNOWN = "unknown"  # the route label of every path that does not exist
LINGER = 1.0  # seconds for which what a client still sends is read and dropped, so that it hears why
UNREAD = (wire.UnreadError, wire.TimedOutError)  # these leave a client that still sends
TOLD = frozenset({503, 504})  # server's errors that are no failure
READ = "modelyard.read"  # in the scope of a request whose body is read, or was
GONE = 499  # the client left before it was answered

Body = TypeVar("Body", bytes, bytearray)


class GoneError(Exception):
    """The client left."""


class Guard:
    """Around an application: whatever happens inside, the client gets an answer in our words."""

    def __init__(self, app: ASGIApp, paths: tuple[str, ...], telemetry: Telemetry, door: Door, seconds: float) -> None:
        """`paths` are offered where none was found; a request takes so many seconds at most."""
        self.app, self.paths, self.telemetry, self.door = app, paths, telemetry, door
        self.deadlines = Deadlines(seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given if SANE_ID.fullmatch(given) else os.urandom(8).hex().encode()
        scope["modelyard.request_id"] = request_id.decode()
        marks = [(b"x-request-id", request_id), *self.door.marks(scope, headers)]
        status = GONE

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += marks
            await send(message)

        try:
            await self._answer(scope, headers, receive, answer)
        except GoneError:
            pass
        except Exception as error:  # noqa: BLE001 - nothing of an error may reach the client but our own words
            if status == GONE:
                await self._tell(error, scope, receive, answer)
            else:  # half an answer is out: the server sees that it stays half and cuts the connection
                _log(error, scope)
        route = getattr(scope.get("route"), "path", UNKNOWN)
        seconds = time.perf_counter() - started
        self.telemetry.answered(scope.get("modelyard.model", ""), route, status, seconds)
        if self.door.access.journal:
            journal.write(scope, route, status, seconds)

    async def _answer(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        """Past the door, within the time."""
        if scope["method"] == "OPTIONS" and (told := self.door.origins.preflight(headers)) is not None:
            await wire.reply(send, b"", 204, told)
            return
        self.door.admit(scope, headers)
        if "\n" in scope["path"]:  # a pattern ends before a last line break too: it would answer without its scope
            raise HTTPException(404)
        await self.deadlines.within(self.app, scope, receive, send)

    async def _tell(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        status, code, problems, headers = self._understood(error, scope)
        body = b""
        if problems:
            told = wire.problem_document(status, code, problems, scope["modelyard.request_id"], scope["path"])
            body = secrets.hide(told)
            headers.append((b"content-type", wire.PROBLEM.encode()))
        if b"expect" in dict(scope["headers"]):  # whether the body follows is not known: the connection ends here
            headers.append((b"connection", b"close"))
        if not isinstance(error, UNREAD) and not _is_coming(scope):
            await wire.reply(send, body, status, headers)
            return
        headers.append((b"content-length", b"%d" % len(body)))
        if isinstance(error, UNREAD):
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await _drain(receive)
        await send({"type": "http.response.body", "body": b""})

    def _understood(self, error: Exception, scope: Scope) -> tuple[int, str, tuple[Problem, ...], wire.Headers]:
        """Status, code, problems and headers of an error."""
        path = str(scope["path"])[:100]
        if isinstance(error, HTTPException) and error.status_code == 404:
            return 404, "not_found", (Problem("nothing lies here", path, nearest(path, self.paths)),), []
        if isinstance(error, HTTPException) and error.status_code == 405:
            methods = sorted({*(error.headers or {})["Allow"].split(", "), "OPTIONS"})
            allowed = [(b"allow", ", ".join(methods).encode())]
            if scope["method"] == "OPTIONS":
                return 204, "", (), allowed
            problem = Problem(
                "does not take this method",
                path,
                f"use {' or '.join(name for name in methods if name not in {'HEAD', 'OPTIONS'})}",
            )
            return 405, "method_not_allowed", (problem,), allowed
        if isinstance(error, ModelyardError) and (error.http_status < 500 or error.http_status in TOLD):
            headers = list(getattr(error, "headers", ()))
            if error.http_status in TOLD:
                headers.append((b"retry-after", b"%d" % getattr(error, "retry_after", 1)))
            return error.http_status, error.code, error.problems, headers
        _log(error, scope)
        told = Problem("the server failed; the request was fine", "", "tell whoever runs the server the request id")
        return 500, "internal", (told,), []


async def read_body(scope: Scope, receive: Receive, limits: Limits) -> bytes:
    """The whole body of a request.

    Raises:
        TooLargeError: it is over the limit, whether its length was said or not.
        TimedOutError: it took too long.
        GoneError: the client left.
    """
    length = dict(scope["headers"]).get(b"content-length", b"")
    if length.isdigit() and int(length[:16]) > limits.body:
        raise wire.UnreadError(*_too_large(limits))
    scope[READ] = True
    message = await receive()
    if _is_last(message):
        body: bytes = message.get("body", b"")
        return _within(body, limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _rest(message, receive, limits)
    except TimeoutError:
        problem = f"did not come within {limits.body_seconds:g} seconds"
        raise wire.TimedOutError(problem, "body", "send it at once") from None


async def _rest(message: Message, receive: Receive, limits: Limits) -> bytes:
    body = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise GoneError
        body += message.get("body", b"")
        if _is_last(message):
            return bytes(_within(body, limits))
        if len(body) > limits.body:
            raise wire.UnreadError(*_too_large(limits))
        message = await receive()


def _is_last(message: Message) -> bool:
    return message["type"] == "http.request" and not message.get("more_body", False)


def _within(body: Body, limits: Limits) -> Body:
    if len(body) > limits.body:
        raise wire.TooLargeError(*_too_large(limits))
    return body


def _is_coming(scope: Scope) -> bool:
    """Whether a body may still come that nobody has read, on a connection that ends with this request."""
    if READ in scope:
        return False
    headers = dict(scope["headers"])
    ends = headers.get(b"connection", b"").lower() == b"close" or scope["http_version"] == "1.0"
    return ends and b"expect" not in headers and headers.get(b"content-length", b"0") != b"0"


async def _drain(receive: Receive) -> None:
    """Read on for a while: a connection cut while a client still sends would take the answer with it."""
    try:
        async with asyncio.timeout(LINGER):
            while (await receive()).get("more_body", False):
                pass
    except TimeoutError:
        pass


def _too_large(limits: Limits) -> tuple[str, str, str]:
    return "is too large", "body", f"at most {limits.body:,} bytes in one request: send the rows in parts"


def _log(error: Exception, scope: Scope) -> None:
    """What failed and where in the code; an exception's message may hold a client's values, so it stays out."""
    places = "".join(traceback.format_tb(error.__traceback__))
    log.error("request %s failed with %s\n%s", scope["modelyard.request_id"], type(error).__name__, places)
