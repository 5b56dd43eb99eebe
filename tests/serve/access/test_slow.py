"""Clients over a real socket that are slow, endless or too many."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from modelyard.serve import protocol
from modelyard.serve.server import background
from modelyard.serve.settings import Limits, Settings
from tests.serve.conftest import RECORD
from tests.serve.test_server import all_of, connected, head, length

if TYPE_CHECKING:
    from modelyard.run import Run
    from tests.serve.access.conftest import Serving

GOOD = json.dumps(RECORD, ensure_ascii=False).encode()
QUICK = Limits(head_seconds=0.2)
PAGE = b"GET /docs HTTP/1.1\r\nHost: yard\r\n\r\n"
WAIT = 30  # seconds after which a test gives up


def problem(answer: bytes, status: int, code: str) -> str:
    """What is told by an answer that is a problem document over a connection that closes."""
    top, _, body = answer.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"content-type: application/problem+json" in top
    assert b"connection: close" in top.lower()
    document = json.loads(body)
    assert document["code"] == code
    return str(document["detail"])


@pytest.mark.parametrize("said", [b"P", head(length(GOOD))[:-2], b"\r\n"])
def test_headers_that_do_not_come_are_not_waited_for(serving: Serving, said: bytes) -> None:
    with serving(QUICK) as url, connected(url) as connection:
        connection.sendall(said)
        assert "headers" in problem(all_of(connection), 408, "headers_timeout")


def test_headers_that_drip_are_not_waited_for(serving: Serving) -> None:
    with serving(Limits(head_seconds=0.5)) as url, connected(url) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\n")
        connection.settimeout(0.02)
        answer, begun = b"", time.monotonic()
        while not answer and time.monotonic() < begun + WAIT:
            connection.sendall(b"X-Drip: 1\r\n")
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue
    assert "Drip" not in problem(answer, 408, "headers_timeout")


def test_who_says_nothing_is_cut_off(serving: Serving) -> None:
    with serving(QUICK) as url, connected(url) as connection:
        assert all_of(connection) == b""


def test_a_kept_connection_is_waited_for_longer(serving: Serving) -> None:
    one = head(length(GOOD)).replace(b"Connection: close\r\n", b"") + GOOD
    with serving(QUICK) as url, connected(url) as connection:
        for _ in range(2):
            connection.sendall(one)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            time.sleep(0.5)  # more than a head may take
        connection.sendall(one[:30])  # now there is one that must come
        problem(all_of(connection), 408, "headers_timeout")


def test_a_body_may_take_longer_than_headers(serving: Serving) -> None:
    with serving(QUICK) as url, connected(url) as connection:
        connection.sendall(head(length(GOOD)) + GOOD[:20])
        time.sleep(0.5)
        connection.sendall(GOOD[20:])
        assert all_of(connection).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_nobody_reads_is_not_read_for_ever(serving: Serving) -> None:
    with serving(QUICK) as url, connected(url) as connection:
        connection.sendall(head("Transfer-Encoding: chunked", verb="POST /nowhere").replace(b"close", b"keep-alive"))
        answer, begun = connection.recv(65536), time.monotonic()
        assert answer.startswith(b"HTTP/1.1 404 ")
        cut = False
        while not cut and time.monotonic() < begun + WAIT:
            try:
                connection.sendall(b"1\r\nx\r\n")
            except OSError:
                cut = True
            time.sleep(0.01)
    assert cut


@pytest.mark.parametrize("pieces", [1, 50])
@pytest.mark.parametrize(("size", "fits"), [(1000, True), (3000, False)])
def test_headers_have_a_size(serving: Serving, size: int, pieces: int, *, fits: bool) -> None:
    said = head(f"X-Long: {'x' * size}", verb="GET /livez")
    step = len(said) // pieces + 1
    with serving(Limits(head=2000)) as url, connected(url) as connection:
        answer = b""
        try:
            for at in range(0, len(said), step):
                connection.sendall(said[at : at + step])
                time.sleep(0.002)
            answer = all_of(connection)
        except OSError:  # cut while it still sent
            assert not fits
            assert pieces > 1
            return
    assert answer.startswith(b"HTTP/1.1 200 " if fits else b"HTTP/1.1 431 ")
    if not fits:
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "headers_too_long"


def test_a_large_body_is_no_head(serving: Serving) -> None:
    body = GOOD + b" " * 100_000
    with serving(Limits(head=2000)) as url, connected(url) as connection:
        connection.sendall(head(length(body)) + body)
        assert all_of(connection).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("endless", ["path", "name", "value", "second"])
def test_endless_headers_end(serving: Serving, endless: str) -> None:
    start = {"path": b"GET /", "name": b"GET / HTTP/1.1\r\nX", "value": b"GET / HTTP/1.1\r\nX: ", "second": b""}[
        endless
    ]
    with serving(Limits(head=5000)) as url, connected(url) as connection:
        if endless == "second":
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            start = b"GET /"
        connection.sendall(start)
        sent = 0
        try:
            while sent < 100_000_000:
                connection.sendall(b"x" * 1000)
                sent += 1000
        except OSError:
            pass
    assert sent < 100_000_000


def test_what_is_not_http_is_told_as_a_problem(serving: Serving) -> None:
    with serving() as url, connected(url) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00 no HTTP\r\n\r\n")
        assert "HTTP" in problem(all_of(connection), 400, "http_invalid")


def test_connections_over_the_most_are_told_so(serving: Serving) -> None:
    with serving(Limits(connections=2)) as url, connected(url) as one, connected(url) as two:
        for connection in (one, two):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        with connected(url) as three:
            three.sendall(head(verb="GET /livez"))
            answer = all_of(three)
        problem(answer, 503, "connections_full")
        assert b"retry-after: 1" in answer
        one.close()
        begun, told = time.monotonic(), 503
        while told == 503 and time.monotonic() < begun + WAIT:  # its end must be noticed first
            told = httpx.get(f"{url}/livez").status_code
        assert told == 200


def test_far_more_connections_are_cut(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SPARE", 1)
    with serving(Limits(connections=1)) as url, connected(url) as one:
        one.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        one.recv(65536)
        with connected(url), connected(url) as third:
            assert is_cut(third)


def is_cut(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_a_request_that_takes_too_long_is_told_so(risk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = risk.bundle.run

    def slow(inputs: object) -> object:
        time.sleep(0.5)
        return real(inputs)  # type: ignore[arg-type]

    limits = Limits(seconds=0.1, patience=0)
    with background({"风险": risk.bundle}, port=0, settings=Settings(limits)) as url:
        monkeypatch.setattr(risk.bundle, "run", slow)
        told = httpx.post(f"{url}/predict", json=RECORD)
        assert (told.status_code, told.json()["code"]) == (504, "timeout")
        monkeypatch.setattr(risk.bundle, "run", real)
        assert httpx.post(f"{url}/predict", json=RECORD).status_code in {200, 504}  # it lives


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[protocol.Protocol]:
    """Connections that the server let go; what is on its way to a client that does not read tells it nothing."""
    found: list[protocol.Protocol] = []
    real = protocol.Protocol.connection_lost

    def noted(self: protocol.Protocol, exc: Exception | None) -> None:
        found.append(self)
        real(self, exc)

    monkeypatch.setattr(protocol.Protocol, "connection_lost", noted)
    return found


# What is left to send presses, or fits the server's own memory and is the last of a connection that closes.
@pytest.mark.parametrize("asked", [PAGE * 4000, PAGE * 400 + b"no HTTP\r\n\r\n"])
def test_who_does_not_read_is_let_go(serving: Serving, lost: list[protocol.Protocol], asked: bytes) -> None:
    with serving(Limits(body_seconds=0.3)) as url, socket.socket() as connection:
        host, port = url.removeprefix("http://").split(":")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect((host, int(port)))
        connection.settimeout(0)
        connection.send(asked)
        begun = time.monotonic()
        while not lost and time.monotonic() < begun + WAIT:
            time.sleep(0.01)
        assert lost
        assert httpx.get(f"{url}/livez").status_code == 200


def test_what_is_pipelined_is_not_piled_up(
    serving: Serving, lost: list[protocol.Protocol], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a client that asks without end no more is read than one look at its socket gives."""
    read: list[int] = []
    real = protocol.Protocol.data_received

    def noted(self: protocol.Protocol, data: bytes) -> None:
        read.append(len(data))
        real(self, data)

    monkeypatch.setattr(protocol.Protocol, "data_received", noted)
    with serving(Limits(body_seconds=0.3)) as url, connected(url) as connection:
        connection.settimeout(0.1)
        begun = time.monotonic()
        while not lost and time.monotonic() < begun + WAIT:
            try:
                connection.sendall(PAGE * 1000)
            except OSError:
                time.sleep(0.01)
    assert lost
    assert sum(read) < 2_000_000


class Wire:
    """What was written, one call after the other."""

    def __init__(self) -> None:
        self.calls: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.calls


def test_a_head_and_its_body_are_one_write() -> None:
    wire = Wire()
    joined = protocol.Joined(wire)  # type: ignore[arg-type]
    joined.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    joined.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert wire.calls == [b"HTTP/1.1 100 Continue\r\n\r\n"]
    joined.write(b"body")
    joined.write(b"more")
    joined.flush()
    assert wire.calls[1:] == [b"HTTP/1.1 200 OK\r\n\r\nbody", b"more"]
    assert not joined.is_closing()
    lone = protocol.Joined(wire)  # type: ignore[arg-type]
    lone.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    lone.close()
    assert wire.calls[3:] == [b"HTTP/1.1 304 Not Modified\r\n\r\n", "closed"]
