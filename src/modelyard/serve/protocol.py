"""Uvicorn's HTTP protocol, for clients that are slow, endless or too many, or that close their side early."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.http.flow_control import FlowControl

from modelyard.core.errors import Problem
from modelyard.serve import wire
from modelyard.serve.access.door import LONG
from modelyard.serve.settings import Limits

if TYPE_CHECKING:
    import asyncio
    from asyncio import TimerHandle
    from collections.abc import Sized

    from starlette.types import Receive, Scope, Send

CONTINUE = b"HTTP/1.1 100 "
SPARE = 64  # connections over the most that are told so; any further one is cut
STARTS = {400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large"}
REFUSAL = b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nx-request-id: %s\r\nconnection: close\r\n\r\n"


class Flow(FlowControl):
    """Reads no further while requests that were read wait for their turn: uvicorn would pile up what is pipelined."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        """`waiting` are those requests."""
        super().__init__(transport)
        self.waiting = waiting

    def resume_reading(self) -> None:
        """Read on, where nothing waits."""
        if not self.waiting:
            super().resume_reading()


class Joined:
    """Where one answer is written: its head waits for its body, and both are one call of the system and one packet."""

    __slots__ = ("_begun", "_head", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        """Onto a connection."""
        self._transport, self._head, self._begun = transport, b"", False

    def write(self, data: bytes) -> None:
        """Write; what is written first is the head."""
        if self._begun:
            self._transport.write(self._head + data)
            self._head = b""
        elif data.startswith(CONTINUE):
            self._transport.write(data)
        else:
            self._head, self._begun = data, True

    def flush(self) -> None:
        """There is no body."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Close the connection, once all is written."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is the connection's
        """All else is the connection's."""
        return getattr(self._transport, name)


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type] # httptools where it is installed, else h11
    """A connection.

    Between requests it waits for a head: until one is whole, its bytes and seconds are counted. A request that came
    whole is answered, though its client will send no more; uvicorn would cut it off.
    """

    limits: ClassVar[Limits] = Limits()
    head_timer: TimerHandle | None = None
    write_timer: TimerHandle | None = None
    head_bytes: int = 0
    running: Any = None  # the request under way

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Wait for the first request; tell who is one too many."""
        super().connection_made(transport)
        self.flow = Flow(transport, getattr(self, "pipeline", ()))  # h11 keeps what is pipelined to itself
        over = len(self.connections) - self.limits.connections
        if over > SPARE:
            transport.abort()
            return
        if over > 0:
            self.app = full
        self.head_timer = self.loop.call_later(self.limits.head_seconds, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        for timer in (self.head_timer, self.write_timer):
            if timer is not None:
                timer.cancel()
        if self.running is not None:  # uvicorn tells the request that came last, which may wait behind this one
            self.running.disconnected = True
            self.running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        before = self.cycle
        whole = before is not None and not before.more_body  # what comes after it is the next one's head
        super().data_received(data)
        if self.cycle is not before:
            self._arrived(data)
        elif before is None or whole or before.response_complete:
            self._wait(data)

    def eof_received(self) -> bool:
        """Whether the connection stays open for what is still to be sent."""
        waiting = getattr(self, "pipeline", ())
        last = waiting[0][0] if waiting else self.cycle
        if last is None or last.response_complete or last.more_body or self.scheme == "https":  # TLS has no half
            return False
        last.keep_alive = False
        return True

    def pause_writing(self) -> None:
        """The client reads more slowly than it is answered: for a while."""
        super().pause_writing()
        self._forsake()

    def resume_writing(self) -> None:
        """It has read on."""
        if self.write_timer is not None:
            self.write_timer.cancel()
            self.write_timer = None
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing was asked for long."""
        super().timeout_keep_alive_handler()
        self._forsake()

    def on_response_complete(self) -> None:
        """An answer is written; where it was the last one, the connection closes once it is read."""
        self.running.transport.flush()
        super().on_response_complete()
        if self.transport.is_closing():
            self._forsake()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self._refuse(400, "http_invalid", msg[:1].lower() + msg[1:].rstrip("."), "speak HTTP/1.1")

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:  # noqa: ANN401 - uvicorn's own
        self.running, cycle.transport = cycle, Joined(self.transport)
        super()._start_asgi_task(cycle, app)

    def _arrived(self, data: bytes) -> None:
        """A head is whole, in these bytes and those before."""
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None
        if len(data) + self.head_bytes > self.limits.head and _weight(self.cycle.scope) > self.limits.head:
            self.cycle.scope[LONG] = True
        self.head_bytes = 0

    def _wait(self, data: bytes) -> None:
        """A head is not whole yet, or what is left of a body that nobody read has not ended."""
        self.head_bytes += len(data)
        unread = self.cycle is not None and self.cycle.more_body
        if self.head_bytes > self.limits.head + (self.limits.body if unread else 0):
            self._refuse(431, "headers_too_long", "the headers are too long", "leave out what is not needed")
        elif self.head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self.head_timer = self.loop.call_later(self.limits.head_seconds, self._late)

    def _late(self) -> None:
        """No head came in time."""
        if self.head_bytes:
            told = f"the headers did not come within {self.limits.head_seconds:g} seconds"
            self._refuse(408, "headers_timeout", told, "send them at once")
        else:
            self.transport.abort()

    def _refuse(self, status: int, code: str, problem: str, hint: str) -> None:
        """Answer what is no request, and close; in the midst of another answer close alone."""
        if self.transport.is_closing():
            return
        if self.cycle is None or (self.cycle.response_complete and not self.cycle.more_body):
            request_id = os.urandom(8).hex()
            body = wire.problem_document(status, code, (Problem(problem, "", hint),), request_id)
            told = (status, STARTS[status], wire.PROBLEM.encode(), len(body), request_id.encode())
            self.transport.write(REFUSAL % told + body)
        self.transport.close()
        self._forsake()

    def _forsake(self) -> None:
        """Wait no longer than a while for a client that does not read: a closed connection would wait for ever."""
        if self.write_timer is None:
            self.write_timer = self.loop.call_later(self.limits.body_seconds, self.transport.abort)


async def full(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer one connection too many."""
    problem = Problem("too many connections", "", "come back in a second, or keep one connection for many requests")
    request_id = os.urandom(8).hex()
    body = wire.problem_document(503, "connections_full", (problem,), request_id)
    told = {
        "content-type": wire.PROBLEM,
        "x-request-id": request_id,
        "retry-after": "1",
        "connection": "close",
    }
    headers = [(name.encode(), value.encode()) for name, value in told.items()]
    await wire.reply(send, body, 503, headers)


def limited(limits: Limits) -> type[Protocol]:
    """The protocol under these limits: uvicorn makes one for each connection, and tells it nothing of ours."""
    return type("Limited", (Protocol,), {"limits": limits})


def _weight(scope: Scope) -> int:
    """Bytes of a request's head."""
    return len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(n) + len(v) for n, v in scope["headers"])
