"""A real server on a loopback port: starting, stopping, and clients that do not behave."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from modelyard.core.errors import BundleError, UsageError
from modelyard.serve import guard
from modelyard.serve.access.settings import Access
from modelyard.serve.server import background, check_place, serve
from modelyard.serve.settings import Limits, Settings
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelyard.run import Run

GOOD = json.dumps(RECORD, ensure_ascii=False).encode()
MOST = 10_000_000  # chunks of a kilobyte: hours of sending
WAIT = 30  # seconds after which a test gives up
SERVING = """
import signal, sys
from modelyard.release.bundle import Bundle
from modelyard.serve.server import serve

bundle = Bundle.load(sys.argv[1])
stopped_by = serve({bundle.name: bundle}, port=0, ready=lambda url: print(url, flush=True))
print(signal.Signals(stopped_by).name, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def url(risk: Run) -> Iterator[str]:
    """A server that does all its work in threads."""
    with background({"风险": risk.bundle}, port=0, settings=Settings(Limits(patience=0, body=1000))) as where:
        yield where


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT) as connection:
        yield connection


def is_closed(url: str) -> bool:
    """Whether nothing listens there any more."""
    try:
        with connected(url):
            time.sleep(0.01)
    except ConnectionRefusedError:
        return True
    return False


def head(*lines: str, verb: str = "POST /predict") -> bytes:
    return "\r\n".join([f"{verb} HTTP/1.1", "Host: yard", "Connection: close", *lines, "", ""]).encode()


def all_of(connection: socket.socket) -> bytes:
    """Until the server closes."""
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def length(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


def test_a_whole_request_is_answered_though_the_client_has_closed_its_side(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head(length(GOOD)) + GOOD)
        connection.shutdown(socket.SHUT_WR)
        answer = all_of(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"prediction":"' in answer


def test_pipelined_requests_are_all_answered_though_the_client_has_closed_its_side(url: str) -> None:
    one = head(length(GOOD)).replace(b"Connection: close\r\n", b"") + GOOD
    with connected(url) as connection:
        connection.sendall(one * 3)
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection).count(b"HTTP/1.1 200 ") == 3


def test_half_a_request_of_a_client_that_left_gets_nothing(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head(length(GOOD)) + GOOD[:20])
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == b""


def test_a_body_in_two_parts_is_waited_for_while_others_are_answered(url: str) -> None:
    with connected(url) as slow, connected(url) as quick:
        slow.sendall(head(length(GOOD)) + GOOD[:20])
        quick.sendall(head(length(GOOD)) + GOOD)
        assert all_of(quick).startswith(b"HTTP/1.1 200 ")
        slow.sendall(GOOD[20:])
        assert all_of(slow).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_does_not_come_is_not_waited_for(risk: Run) -> None:
    limits = Limits(body_seconds=0.2)
    with background({"风险": risk.bundle}, port=0, settings=Settings(limits)) as url, connected(url) as connection:
        connection.sendall(head(length(GOOD)) + GOOD[:20])
        answer = all_of(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"body_timeout"' in answer


def test_a_chunked_body_is_read(url: str) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(GOOD[at : at + 9]), GOOD[at : at + 9]) for at in range(0, len(GOOD), 9))
    with connected(url) as connection:
        connection.sendall(head("Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n")
        assert all_of(connection).startswith(b"HTTP/1.1 200 ")


def test_a_chunked_body_without_end_is_cut_off(url: str) -> None:
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"
    with connected(url) as connection:
        connection.sendall(head("Transfer-Encoding: chunked"))
        sent = endless(connection, chunk)
    assert sent < MOST


def endless(connection: socket.socket, chunk: bytes) -> int:
    """How many chunks the server lets a client send."""
    for sent in range(MOST):
        try:
            connection.sendall(chunk)
        except OSError:
            return sent
    return MOST


def test_a_client_that_still_sends_too_much_hears_why(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LINGER", WAIT)
    with connected(url) as connection:
        connection.sendall(head("Content-Length: 300000") + b" " * 150_000)
        answer = connection.recv(65536)
        connection.sendall(b" " * 150_000)
        answer += all_of(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"too_large"' in answer


def test_a_client_that_asks_first_is_not_told_to_send_too_much(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head("Content-Length: 300000", "Expect: 100-continue"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_head_has_the_headers_and_no_body(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head(verb="HEAD /docs"))
        headers, _, body = all_of(connection).partition(b"\r\n\r\n")
    assert headers.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: " in headers
    assert body == b""


def test_what_is_not_http_does_not_stop_it(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00 no HTTP\r\n\r\n")
        assert all_of(connection).startswith(b"HTTP/1.1 400 ")
    assert httpx.get(f"{url}/readyz").status_code == 200


def test_many_clients_at_once_get_each_their_own_answer(url: str, risk: Run) -> None:
    records = [RECORD | {"年龄": 20 + number} for number in range(24)]
    answers: dict[int, object] = {}

    def ask(number: int) -> None:
        answers[number] = httpx.post(f"{url}/predict", json=records[number], timeout=WAIT).json()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(records))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert [answers[number] for number in range(len(records))] == [
        risk.bundle.predict(r)["predictions"][0] for r in records
    ]


def test_the_server_is_gone_when_the_block_ends(risk: Run) -> None:
    before = set(threading.enumerate())
    with background({"风险": risk.bundle}, port=0) as url:
        assert httpx.get(f"{url}/livez").status_code == 200
    assert is_closed(url)
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "modelyard-serve"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104 - the wildcard is what is tested
def test_the_url_can_be_asked(risk: Run, host: str) -> None:
    settings = Settings(access=Access(open=True))
    with background({"风险": risk.bundle}, host=host, port=0, settings=settings) as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/readyz").status_code == 200


def test_a_taken_port_is_told(risk: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="the port is taken") as caught:
            serve({"风险": risk.bundle}, port=port)
        assert caught.value.where == f"127.0.0.1:{port}"
        with pytest.raises(UsageError, match="the port is taken"), background({"风险": risk.bundle}, port=port):
            pass


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("no.such.host.invalid", 0), ("192.0.2.1", 0)])
def test_a_place_that_cannot_be_listened_at_is_told(host: str, port: int) -> None:
    with pytest.raises(UsageError, match="cannot listen"):
        check_place(host, port, Settings(access=Access(open=True)))


def test_nothing_to_serve_is_told() -> None:
    with pytest.raises(UsageError, match="there is no model to serve"):
        serve({}, port=0)


def test_a_bundle_that_does_not_answer_its_example_stops_the_server(risk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risk.bundle, "example", {"年龄": "old"})
    with pytest.raises(BundleError, match="does not answer its own example"), background({"风险": risk.bundle}, port=0):
        pass
    with pytest.raises(BundleError, match="does not answer its own example"):
        serve({"风险": risk.bundle}, port=0)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and where it answers."""
    started = [sys.executable, "-W", "error", "-c", SERVING, str(folder)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize(("which", "how"), [("risk", signal.SIGINT), ("opinion", signal.SIGTERM)])
def test_a_signal_ends_it_cleanly_and_it_never_imported_what_trains(
    which: str, how: signal.Signals, request: pytest.FixtureRequest
) -> None:
    run: Run = request.getfixturevalue(which)
    asked = json.dumps(run.bundle.example).encode()
    with serving(run.bundle.folder) as (process, url), connected(url) as idle:  # a kept connection does not hold it up
        idle.sendall(head(length(asked)).replace(b"Connection: close\r\n", b"") + asked)
        assert idle.recv(65536).startswith(b"HTTP/1.1 200 ")
        process.send_signal(how)
        told, errors = process.communicate(timeout=WAIT)
    assert (process.returncode, errors) == (0, "")
    name, *imported = told.split()
    assert name == how.name
    assert not {"torch", "transformers", "sklearn", "scipy", "onnx", "polars", "pandas"} & set(imported)


def test_a_request_under_way_is_answered_before_it_ends(risk: Run) -> None:
    with serving(risk.bundle.folder) as (process, url), connected(url) as connection:
        connection.sendall(head(length(GOOD)) + GOOD[:20])
        httpx.get(f"{url}/livez")  # so that the first half has been read
        process.send_signal(signal.SIGTERM)
        assert any(is_closed(url) for _ in range(1000))
        connection.sendall(GOOD[20:])
        assert all_of(connection).startswith(b"HTTP/1.1 200 ")
        process.communicate(timeout=WAIT)
    assert process.returncode == 0
