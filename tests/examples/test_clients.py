"""The clients of the examples: what they ask, when they ask again, and what they say of a problem."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelyard import judging
from tests import making

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.release.yard import Yard

FOLDER = Path(__file__).parents[2] / "examples" / "clients"
PROGRAMS = {
    "client.py": (sys.executable, "Python"),
    "client.sh": ("sh", ""),
    "client.mjs": ("node", "apt install nodejs"),
}
NO_SKIPS = "MODELYARD_NO_SKIPS"
KEY = "my_0123456789012345678901234567890123456789012"
RECORD = {"area": 120, "quarter": "南"}
ANSWER = {"prediction": "south", "probabilities": {"south": 0.75, "north": 0.25}}
PROBLEM = {
    "title": "Unprocessable Content",
    "status": 422,
    "code": "data_invalid",
    "detail": "area: expected a number, got text",
    "problems": [{"where": "area", "problem": "expected a number, got text", "hint": "send a number"}],
    "request_id": "r1",
}


@dataclass
class Script:
    """What a server answers, in turn: status, headers, body; and what it was asked."""

    answers: list[tuple[int, Mapping[str, str], Any]]
    asked: list[tuple[str, Mapping[str, str], Any, float]] = field(default_factory=list)


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """A server that answers by the script: the real one cannot be told when to be busy."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.asked.append((self.path, dict(self.headers), body, time.monotonic()))
            status, headers, answer = script.answers[min(len(script.asked), len(script.answers)) - 1]
            content = json.dumps(answer).encode() if not isinstance(answer, bytes) else answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), "X-Request-ID": "r1", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(params=PROGRAMS)
def client(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The words that start a client."""
    program, how = PROGRAMS[request.param]
    found = shutil.which(program)
    if found is None:
        word = f"needs {program}: {how}"
        if os.environ.get(NO_SKIPS):
            pytest.fail(word)
        pytest.skip(word)
    return found, str(FOLDER / request.param)


def run(client: tuple[str, str], url: str, *words: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MODELYARD_KEY": key, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return subprocess.run(
        [*client, url, *words], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_it_predicts_explains_and_gives_feedback(client: tuple[str, str]) -> None:
    why: dict[str, Any] = {"reasons": [{"shares": []}]}
    script = Script([(200, {}, ANSWER), (200, {}, why), (202, {}, {"accepted": 1})])
    with serving(script) as url:
        told = run(client, url + "/", json.dumps(RECORD), "south")
    assert told.returncode == 0, told.stderr
    assert [json.loads(line) for line in told.stdout.splitlines()] == [ANSWER, why, {"accepted": 1}]
    paths = [path for path, _headers, _body, _at in script.asked]
    assert paths == ["/predict", "/explain", "/feedback"]
    (_, headers, predicted, _), (_, _, explained, _), (_, _, fed, _) = script.asked
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Content-Type"] == "application/json"
    assert predicted == RECORD
    assert explained == {"record": RECORD}
    chosen = headers.get("X-Request-ID") or headers.get("X-Request-Id") or "r1"
    assert fed == {"request_id": chosen, "truth": "south"}


def test_without_a_key_none_is_sent(client: tuple[str, str]) -> None:
    script = Script([(200, {}, ANSWER)])
    with serving(script) as url:
        assert run(client, url, json.dumps(RECORD), key="").returncode == 0
    assert len(script.asked) == 2
    assert all("Authorization" not in headers for _path, headers, _body, _at in script.asked)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says_so(client: tuple[str, str], status: int) -> None:
    script = Script([(status, {"Retry-After": "1"}, PROBLEM), (200, {}, ANSWER)])
    with serving(script) as url:
        told = run(client, url, json.dumps(RECORD))
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.splitlines()[0]) == ANSWER
    (first, second, *_) = [at for *_what, at in script.asked]
    assert second - first >= 1.0  # no sooner than was said


def test_a_problem_is_told_and_not_asked_again(client: tuple[str, str]) -> None:
    script = Script([(422, {"Content-Type": "application/problem+json"}, PROBLEM)])
    with serving(script) as url:
        told = run(client, url, json.dumps(RECORD))
    assert told.returncode != 0
    assert len(script.asked) == 1
    assert told.stdout == ""
    for word in ("data_invalid", "expected a number, got text", "send a number", "r1"):
        assert word in told.stderr
    assert KEY not in told.stderr
    assert "Traceback" not in told.stderr


def test_an_answer_that_is_no_problem_document_is_no_riddle(client: tuple[str, str]) -> None:
    script = Script([(404, {"Content-Type": "text/html"}, b"<html>a proxy</html>")])
    with serving(script) as url:
        told = run(client, url, json.dumps(RECORD))
    assert told.returncode != 0
    assert "404" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_server_that_is_not_there_is_told(client: tuple[str, str]) -> None:
    told = run(client, "http://127.0.0.1:9", json.dumps(RECORD))
    assert told.returncode != 0
    assert told.stderr.strip()
    assert "Traceback" not in told.stderr


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Yard:
    """A released model and no key yet."""
    made = making.train(tmp_path_factory.mktemp("made"), making.table("binary"))
    judging.release(made.bundle, made.yard)
    return made.yard


@dataclass(frozen=True)
class Real:
    """Modelyard itself, and keys that it knew when it started: by a client's name, one without a rate and one with."""

    url: str
    keys: Mapping[str, str]
    slow_keys: Mapping[str, str]


@pytest.fixture(scope="module")
def real(yard: Yard) -> Iterator[Real]:
    scopes = ("predict", "explain")
    keys = {name: yard.keys.make(name, scopes)[1] for name in PROGRAMS}
    slow_keys = {name: yard.keys.make(f"slow {name}", scopes, rate=1.0)[1] for name in PROGRAMS}
    words = ("serve", "test", "--home", str(yard.home), "--port", "0", "--json", "--quiet")
    with subprocess.Popen(
        [sys.executable, "-m", "modelyard.cli", *words], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Real(json.loads(process.stdout.readline())["url"], keys, slow_keys)
        finally:
            process.terminate()


def test_the_real_server_answers_and_explains(client: tuple[str, str], yard: Yard, real: Real) -> None:
    bundle = yard.open(yard.find("test"))
    told = run(client, real.url, json.dumps(bundle.example), key=real.keys[Path(client[1]).name])
    assert told.returncode == 0, told.stderr
    answer, why = (json.loads(line) for line in told.stdout.splitlines())
    assert answer == bundle.predict(bundle.example)["predictions"][0]
    assert {share["column"] for share in why["shares"]} == {column.name for column in bundle.schema.features}


def test_the_real_server_s_rate_is_kept_to(client: tuple[str, str], yard: Yard, real: Real) -> None:
    record = json.dumps(yard.open(yard.find("test")).example)
    told = run(client, real.url, record, key=real.slow_keys[Path(client[1]).name])  # two requests within one second
    assert told.returncode == 0, told.stderr
    assert len(told.stdout.splitlines()) == 2


@pytest.mark.parametrize(("key", "code"), [("", "key_missing"), (KEY, "key_invalid")])
def test_the_real_server_s_problems_are_told(client: tuple[str, str], real: Real, key: str, code: str) -> None:
    told = run(client, real.url, json.dumps(RECORD), key=key)
    assert told.returncode != 0
    assert code in told.stderr
    assert KEY not in told.stderr
