"""Several processes on one port, as real ones: killed, started anew, drained."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import sqlalchemy as sa

from modelyard.core.errors import BundleError, ModelyardError
from modelyard.release.ledger.tables import ANSWERS
from modelyard.release.yard import Yard
from modelyard.serve import server
from modelyard.serve import worker as worker_module
from modelyard.serve import workers as workers_module
from modelyard.serve.settings import Settings
from modelyard.serve.target import Target
from modelyard.serve.worker import Words
from modelyard.serve.workers import Child, Workers
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.run import Run

SERVING = """
import signal, sys
from modelyard.release.bundle import Bundle
from modelyard.serve.server import serve
from modelyard.serve.settings import Logging, Settings

bundle = Bundle.load(sys.argv[1])
settings = Settings(workers=2, logging=Logging(home=sys.argv[2]))
stopped_by = serve({bundle.name: bundle}, port=0, ready=lambda url: print(url, flush=True), settings=settings)
print(signal.Signals(stopped_by).name)
"""
ALONE = """
import sys
from modelyard.release.bundle import Bundle
from modelyard.serve.server import serve

bundle = Bundle.load(sys.argv[1])
serve({bundle.name: bundle}, port=0, ready=lambda url: print(url, flush=True))
"""
AT_ONCE = 50  # requests that are sent before the first answer is read
WAIT = 30
LEAST = 300  # answers of a run under load


@contextmanager
def serving(folder: Path, home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A parent with two workers, and where they answer."""
    words = [sys.executable, "-c", SERVING, str(folder), str(home)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            yield parent, parent.stdout.readline().strip()
        finally:
            parent.terminate()
            parent.wait(WAIT)


def workers(parent: subprocess.Popen[str]) -> list[int]:
    """The processes that answer."""
    found = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    return [int(pid) for pid in found]


def until(true: object, *, what: str) -> None:
    deadline = time.monotonic() + WAIT
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Load(threading.Thread):
    """A client that asks until it is told to stop; who answers nothing is asked again."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self.url, self.number = url, number
        self.answered: list[str] = []
        self.cut = 0
        self.wrong: list[int] = []
        self.over = threading.Event()

    def run(self) -> None:
        count = 0
        while not self.over.is_set():
            try:
                with httpx.Client(timeout=WAIT) as client:
                    while not self.over.is_set():
                        count += 1
                        given = f"{self.number}-{count}"
                        reply = client.post(f"{self.url}/predict", json=RECORD, headers={"X-Request-ID": given})
                        if reply.status_code == 200:
                            self.answered.append(given)
                        else:
                            self.wrong.append(reply.status_code)
            except httpx.TransportError:
                self.cut += 1


def test_a_killed_worker_comes_back_and_every_answer_is_in_the_log(risk: Run, tmp_path: Path) -> None:
    with serving(risk.bundle.folder, tmp_path) as (parent, url):
        assert len(workers(parent)) == 2
        load = [Load(url, number) for number in range(4)]
        for one in load:
            one.start()
        for _ in range(2):
            before = sum(len(one.answered) for one in load)
            until(lambda before=before: sum(len(o.answered) for o in load) > before + 50, what="nobody answers")
            killed = workers(parent)[0]
            os.kill(killed, signal.SIGKILL)
            until(lambda killed=killed: len({*workers(parent)} - {killed}) == 2, what="it did not come back")
        until(lambda: sum(len(one.answered) for one in load) > LEAST, what="nobody answers")
        for one in load:
            one.over.set()
        for one in load:
            one.join(WAIT)
        parent.send_signal(signal.SIGTERM)
        told, errors = parent.communicate(timeout=WAIT)
    assert (parent.returncode, told.strip()) == (0, "SIGTERM")
    assert errors.count("another is started") == 2
    assert [one.wrong for one in load] == [[]] * 4
    assert sum(one.cut for one in load) <= 2 * len(load)
    with Yard(tmp_path).engine.connect() as connection:
        kept = {row.id.rpartition("-")[0] for row in connection.execute(sa.select(ANSWERS.c.id))}
    assert {given for one in load for given in one.answered} <= kept
    assert list((tmp_path / "log").iterdir()) == []


def test_workers_count_as_one_and_drain(risk: Run, tmp_path: Path) -> None:
    body = json.dumps(RECORD).encode()
    head = f"POST /predict HTTP/1.1\r\nHost: yard\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with serving(risk.bundle.folder, tmp_path) as (parent, url):
        for _ in range(20):  # a connection each, so that both answer some
            assert httpx.post(f"{url}/predict", json=RECORD).status_code == 200
        until(lambda: 'status="200"} 20.0' in httpx.get(f"{url}/metrics").text, what="they do not count as one")
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=WAIT) as connection:
            connection.sendall(head + body[:10])
            time.sleep(0.2)
            parent.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            connection.sendall(body[10:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        told, errors = parent.communicate(timeout=WAIT)
    assert (parent.returncode, told.strip(), errors) == (0, "SIGTERM", "")


def test_workers_end_when_their_parent_is_killed(risk: Run, tmp_path: Path) -> None:
    with serving(risk.bundle.folder, tmp_path) as (parent, _url):
        children = workers(parent)
        parent.kill()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), what="they live on")
        assert len(children) == 2


def test_where_no_worker_can_start_the_parent_says_why(risk: Run, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(risk.bundle.folder, folder)
    (folder / "model.onnx").write_bytes(b"no graph")
    target = Target("风险", str(folder), risk.bundle.digest)
    with pytest.raises(BundleError, match="altered"):
        server.serve({"风险": target}, port=0, settings=Settings(workers=2))


def test_memory_does_not_grow_with_requests(risk: Run) -> None:
    body = json.dumps(RECORD).encode()
    one = f"POST /predict HTTP/1.1\r\nHost: yard\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    words = [sys.executable, "-c", ALONE, str(risk.bundle.folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            host, port = process.stdout.readline().strip().removeprefix("http://").split(":")
            held = []
            with socket.create_connection((host, int(port)), timeout=WAIT) as connection:
                for count in range(20_000 // AT_ONCE):
                    connection.sendall(one * AT_ONCE)
                    received = 0
                    while received < AT_ONCE:
                        part = connection.recv(1 << 20)
                        assert part
                        received += part.count(b"HTTP/1.1 200 ")
                    if count * AT_ONCE >= 5000:
                        held.append(int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]))
        finally:
            process.kill()
    assert len(held) > 100
    assert sum(held[-20:]) < 1.05 * sum(held[:20])


@pytest.fixture
def parent() -> Iterator[Workers]:
    """A parent of two workers, of which one answers and one has failed for hours."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Workers(Words({}, Settings(workers=2)), listener, lambda: None)
        made.was_ready, made.failures = True, 5000
        made.children.append(Child(0, subprocess.Popen([sys.executable, "-c", ""]), os.pipe()[0], 0.0, ready=True))
        yield made
        made._end()


def failed(parent: Workers, code: str) -> Child:
    """A worker that tells nothing more."""
    here, there = os.pipe()
    os.close(there)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)
    child = Child(1, process, here, time.monotonic())
    parent.children.append(child)
    parent.selector.register(here, selectors.EVENT_READ, child)
    parent._turn()
    process.stdout.close()
    return child


def test_a_worker_that_never_starts_is_tried_again_however_long_that_takes(parent: Workers) -> None:
    failed(parent, "")
    assert 0 < parent.due[1] - time.monotonic() <= workers_module.LAST


def test_a_worker_that_does_not_end_does_not_keep_the_parent(parent: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "LEAVING", 0.1)
    child = failed(parent, "import time; print('.', flush=True); time.sleep(600)")
    assert child.process.returncode == -signal.SIGKILL


def test_where_no_process_can_be_made_the_others_go_on(parent: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    heard, told = os.pipe()
    os.write(told, bytes([signal.SIGCHLD]))  # something happens: the turn ends
    parent.selector.register(heard, selectors.EVENT_READ)
    opened = len([*Path("/proc/self/fd").iterdir()])
    parent.due[1] = 0.0
    monkeypatch.setattr(subprocess, "Popen", full)
    parent._turn()
    assert parent.due[1] > time.monotonic()
    assert len([*Path("/proc/self/fd").iterdir()]) == opened
    os.close(told)
    os.close(heard)


def test_an_error_that_does_not_travel_is_still_an_error() -> None:
    told = worker_module.failure(worker_module.FAILED + b"bm8gcGlja2xl")
    assert isinstance(told, ModelyardError)
