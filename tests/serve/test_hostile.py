"""Strangers who mean harm, over a real socket: each gets a clear problem, and the server lives."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest

from modelyard.serve.server import background
from modelyard.serve.settings import Limits, Settings
from tests.serve.conftest import RECORD
from tests.serve.exchanges.test_v2 import tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.run import Run

WAIT = 30
NAME = quote("风险")
GOOD = json.dumps(RECORD).encode()
MANY = b"[" + b",".join([b"{}"] * 1_000_000) + b"]"
LIMIT = 10_000_000  # bytes of a body
JSON = "content-type: application/json"
ROOM = 300_000_000  # bytes by which a million rows, sent in every form, may let the process grow at most


@pytest.fixture(scope="module")
def url(risk: Run, price: Run) -> Iterator[str]:
    settings = Settings(Limits(body=LIMIT, body_seconds=2.0))
    with background({"风险": risk.bundle, "house-price": price.bundle}, port=0, settings=settings) as where:
        yield where


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT) as connection:
        yield connection


def sent(url: str, first: str, body: bytes, *headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what a request written by hand gets."""
    lines = [f"{first} HTTP/1.1", "Host: yard", "Connection: close", f"Content-Length: {len(body)}", *headers, "", ""]
    with connected(url) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1"))
        with suppress(OSError):  # it is told why before all is sent
            connection.sendall(body)
        received = b""
        while part := connection.recv(65536):
            received += part
    head, _, told = received.partition(b"\r\n\r\n")
    status, *rest = head.decode().split("\r\n")
    return int(status.split(" ")[1]), dict(line.lower().split(": ", 1) for line in rest), told


def lives(url: str) -> None:
    """It still answers as it did."""
    assert httpx.get(f"{url}/readyz").json()["ready"]
    assert httpx.post(f"{url}/models/{NAME}/predict", content=GOOD, timeout=WAIT).status_code == 200


def infer(**change: object) -> bytes:
    first, *rest = tensors(RECORD)
    return json.dumps({"inputs": [first | change, *rest]}).encode()


PREDICT, INFER = f"POST /models/{NAME}/predict", f"POST /v2/models/{NAME}/infer"
INVOKE, EXPLAIN, FEEDBACK = (f"POST /models/{NAME}/{what}" for what in ("invocations", "explain", "feedback"))
TABLE: dict[str, tuple[str, bytes, tuple[str, ...], int, str]] = {
    # what no JSON is, in every protocol
    "broken, predict": (PREDICT, b'{"a": ', (), 400, "json_invalid"),
    "broken, infer": (INFER, b'{"inputs": [', (), 400, "json_invalid"),
    "broken, invocations": (INVOKE, b'{"instances": [}', (), 400, "json_invalid"),
    "broken, explain": (EXPLAIN, b'{"record": {"a": 1}', (), 400, "json_invalid"),
    "NaN, predict": (PREDICT, GOOD.replace(b"41", b"NaN"), (), 400, "json_invalid"),
    "NaN, infer": (INFER, infer().replace(b"[41]", b"[NaN]"), (), 400, "json_invalid"),
    "infinity, invocations": (INVOKE, b'{"instances": [{"a": -Infinity}]}', (), 400, "json_invalid"),
    "NaN, explain": (EXPLAIN, b'{"record": {"a": NaN}}', (), 400, "json_invalid"),
    "no UTF-8": (PREDICT, GOOD + b"\xff", (), 400, "json_invalid"),
    # numbers that no float holds
    "1e999, predict": (PREDICT, GOOD.replace(b"41", b"1e999"), (), 422, "data_invalid"),
    "1e999, infer": (INFER, infer().replace(b"[41]", b"[1e999]"), (), 422, "data_invalid"),
    "1e999, invocations": (INVOKE, b'{"instances": [{"a": 1e999}]}', (), 422, "data_invalid"),
    "1e999, explain": (EXPLAIN, b'{"record": {"a": 1e999}}', (), 422, "data_invalid"),
    "400 digits, infer": (INFER, infer(datatype="INT64").replace(b"[41]", b"[" + b"9" * 400 + b"]"), (), 422, "data"),
    # deep nesting
    "deep, predict": (PREDICT, b"[" * 100_000, (), 422, "data_invalid"),
    "deep, infer": (INFER, b'{"parameters": ' + b'{"a":' * 100_000, (), 400, "json_invalid"),
    "deep tensor": (INFER, infer(data=0).replace(b'"data": 0', b'"data": ' + b"[" * 90 + b"]" * 90), (), 422, "data"),
    "deep, invocations": (INVOKE, b'{"inputs": ' + b'{"a":' * 100_000, (), 400, "json_invalid"),
    "deep, explain": (EXPLAIN, b'{"record": ' + b'{"a":' * 10_000, (), 400, "json_invalid"),
    # wrong types
    "a number, infer": (INFER, b"3", (), 422, "data_invalid"),
    "a text, invocations": (INVOKE, b'"x"', (), 422, "data_invalid"),
    "a list, explain": (EXPLAIN, b"[]", (), 422, "data_invalid"),
    "a truth without log": (FEEDBACK, b'{"request_id": "a", "truth": 1}', (), 409, "no_log"),
    # media types and encodings
    "XML": (PREDICT, b"<a/>", ("content-type: application/xml",), 415, "media_unsupported"),
    "a form": (INFER, b"a=1", ("content-type: application/x-www-form-urlencoded",), 415, "media_unsupported"),
    "another charset": (PREDICT, GOOD, (f"{JSON}; charset=utf-16",), 415, "media_unsupported"),
    "compressed": (INVOKE, b"\x1f\x8b", (JSON, "content-encoding: gzip"), 415, "media_unsupported"),
    "binary tensors": (INFER, b"{}", ("inference-header-content-length: 2",), 415, "media_unsupported"),
    # too much
    "a million rows, predict": (PREDICT, MANY, (), 413, "too_large"),
    "a million rows, infer": (INFER, infer(shape=[10**6], data=[1] * 10**6), (), 413, "too_large"),
    "a million rows, records": (INVOKE, b'{"instances": ' + MANY + b"}", (), 413, "too_large"),
    "a million rows, split": (
        INVOKE,
        b'{"dataframe_split": {"columns": [], "data": ' + MANY.replace(b"{}", b"[]") + b"}}",
        (),
        413,
        "too",
    ),
    "a million rows, columns": (
        INVOKE,
        '{"inputs": {"收入": ['.encode() + b"1," * 999_999 + b"1]}}",
        (),
        413,
        "too_large",
    ),
    "a million rows, CSV": (
        INVOKE,
        "年龄\n".encode() + b"1\n" * 1_000_000,
        ("content-type: text/csv",),
        413,
        "too_large",
    ),
    "a million truths": (FEEDBACK, MANY, (), 409, "no_log"),
    "100 MB": (PREDICT, b" " * 100_000_000, (), 413, "too_large"),
    "100 MB, infer": (INFER, b" " * 100_000_000, (), 413, "too_large"),
    "explained": (EXPLAIN, b" " * 64_001, (), 413, "too_large"),
    "many tensors": (INFER, json.dumps({"inputs": tensors(RECORD)[:1] * 20_000}).encode(), (), 422, "data_invalid"),
    "many outputs": (INFER, infer()[:-1] + b', "outputs": [' + b'{"name": "x"},' * 99_999 + b"{}]}", (), 422, "data"),
    # names and paths
    "unknown model": ("POST /v2/models/fengxian/infer", b"{}", (), 404, "not_found"),
    "unknown version": (f"POST /v2/models/{NAME}/versions/999/infer", infer(), (), 404, "not_found"),
    "dots": ("GET /v2/models/%2e%2e", b"", (), 404, "not_found"),
    "dots and slashes": ("GET /v2/models/..%2f..%2f..%2fetc%2fpasswd", b"", (), 404, "not_found"),
    "plain dots": ("GET /models/../../../etc/passwd", b"", (), 404, "not_found"),
    "a zero byte": ("GET /v2/models/%00", b"", (), 404, "not_found"),
    "no UTF-8 in a name": ("GET /v2/models/%ff%fe", b"", (), 404, "not_found"),
    "a version with dots": (f"GET /v2/models/{NAME}/versions/%2e%2e/ready", b"", (), 404, "not_found"),
    "a long name": (f"POST /models/{'x' * 20_000}/predict", b"{}", (), 404, "not_found"),
    "two slashes": ("GET //v2", b"", (), 404, "not_found"),
    "no name": ("POST /models//predict", b"{}", (), 404, "not_found"),
    "one model too few": ("POST /invocations", b"{}", (), 404, "not_found"),
    # methods
    "GET of infer": (f"GET /v2/models/{NAME}/infer", b"", (), 405, "method_not_allowed"),
    "POST of metadata": ("POST /v2", b"{}", (), 405, "method_not_allowed"),
    "DELETE of a model": (f"DELETE /v2/models/{NAME}", b"", (), 405, "method_not_allowed"),
    "PUT of feedback": (f"PUT /models/{NAME}/feedback", b"{}", (), 405, "method_not_allowed"),
}


@pytest.mark.parametrize(("first", "body", "headers", "status", "code"), TABLE.values(), ids=TABLE.keys())
def test_each_gets_a_clear_problem(
    url: str, first: str, body: bytes, headers: tuple[str, ...], status: int, code: str
) -> None:
    given, told, content = sent(url, first, body, *headers)
    assert given == status, content[:500]
    assert told["content-type"] == "application/problem+json"
    problem = json.loads(content)
    assert problem["code"].startswith(code)
    assert problem["problems"]
    assert ("error" in problem) == ("/v2" in first and "//v2" not in first)
    assert len(content) < 20_000
    lives(url)


@pytest.mark.parametrize("first", [PREDICT, INFER, INVOKE, EXPLAIN])
def test_the_last_of_two_equal_keys_counts(url: str, first: str) -> None:
    twice = {
        PREDICT: b'{"x": 1, ' + GOOD[1:].replace(b"{", b"{"),
        INFER: b'{"inputs": [], ' + infer()[1:],
        INVOKE: b'{"instances": 3, "instances": [' + GOOD + b"]}",
        EXPLAIN: b'{"record": 3, "record": ' + GOOD + b"}",
    }[first]
    if first == PREDICT:
        twice = GOOD[:-1] + ', "收入": 1, "收入": 5200.5}'.encode()
    assert sent(url, first, twice, JSON)[0] == 200


@pytest.mark.parametrize("first", [INFER, INVOKE, EXPLAIN, FEEDBACK])
def test_a_body_that_does_not_come_is_not_waited_for(url: str, first: str) -> None:
    with connected(url) as connection:
        connection.sendall(f"{first} HTTP/1.1\r\nHost: yard\r\nContent-Length: 100\r\n\r\n{{".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"body_timeout"' in received
    lives(url)


@pytest.mark.parametrize("first", [INFER, INVOKE, EXPLAIN, FEEDBACK])
def test_half_a_request_of_a_client_that_left_gets_nothing(url: str, first: str) -> None:
    with connected(url) as connection:
        connection.sendall(f"{first} HTTP/1.1\r\nHost: yard\r\nContent-Length: 100\r\n\r\n{{".encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536) == b""
    lives(url)


@pytest.mark.parametrize(("first", "body"), [(INFER, infer()), (EXPLAIN, b'{"record": ' + GOOD + b"}")])
def test_a_whole_request_is_answered_though_the_client_has_closed_its_side(url: str, first: str, body: bytes) -> None:
    with connected(url) as connection:
        head = f"{first} HTTP/1.1\r\nHost: yard\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 200 ")


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc, which tells the peak")
def test_a_million_rows_take_little_memory(url: str) -> None:
    most = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is what it is now
    before = _peak(most)
    for name, (first, body, headers, status, _code) in TABLE.items():
        if "million" in name or "100 MB" in name:
            assert sent(url, first, body, *headers)[0] == status
    assert _peak(most) - before < ROOM


def _peak(status: Path) -> int:
    (line,) = (line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
