"""How each server is started with a bundle, and how it is asked."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from load import Question, same
from rivals.places import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.release.bundle import Bundle

PATIENCE = 120.0  # seconds for a server to answer
STEP = 0.01  # seconds between two looks whether it does

# What a user of BentoML writes: a service with one method, asked without a hop to a thread.
SERVICE = """
from typing import Any

import bentoml
from modelyard.release.bundle import Bundle


@bentoml.service(workers={workers})
class Model:
    def __init__(self) -> None:
        self.bundle = Bundle.load({folder!r})

    @bentoml.api
    async def predict(self, record: dict[str, Any]) -> dict[str, Any]:
        return self.bundle.predict(record)["predictions"][0]
"""


@dataclass(frozen=True)
class Server:
    """One way to serve a bundle: `kind` names its environment, `workers` how many processes answer."""

    kind: str
    workers: int
    programs: Path
    bundle: Path
    exported: Path

    @property
    def name(self) -> str:
        """As figures name it."""
        return self.kind if self.workers == 1 else f"{self.kind}, {self.workers} workers"

    def command(self, port: int) -> Sequence[str]:
        """What starts it."""
        if self.kind == "modelyard":
            return (str(self.programs / "modelyard"), "serve", str(self.bundle), "--port", str(port), *self._workers())
        if self.kind == "mlflow":
            where: tuple[str, ...] = (
                "--model-uri",
                str(self.exported),
                "--env-manager",
                "local",
                "--host",
                "127.0.0.1",
            )
            return (str(self.programs / "mlflow"), "models", "serve", *where, "--port", str(port), *self._workers())
        place = CACHE / f"service-{self.bundle.name[:12]}-{self.workers}"
        place.mkdir(parents=True, exist_ok=True)
        code = SERVICE.format(workers=self.workers, folder=str(self.bundle))
        (place / "service.py").write_text(code, encoding="utf-8")
        where = ("service:Model", "--working-dir", str(place), "--host", "127.0.0.1")
        return (str(self.programs / "bentoml"), "serve", *where, "--port", str(port))

    def question(self, record: dict[str, Any], bundle: Bundle) -> Question:
        """One record as it is asked, and the answer."""
        answer = bundle.predict(record)
        if self.kind == "modelyard":
            return Question("/predict", json.dumps(record), answer["predictions"][0])
        if self.kind == "mlflow":  # the form that it reads fastest
            split = {"dataframe_split": {"columns": list(record), "data": [list(record.values())]}}
            return Question("/invocations", json.dumps(split), answer)
        return Question("/predict", json.dumps({"record": record}), answer["predictions"][0])

    def _workers(self) -> tuple[str, ...]:
        return ("--workers", str(self.workers)) if self.workers > 1 else ()


@dataclass(frozen=True)
class Running:
    """A server that answers: where, as which process, and how long it took from its start to its first right answer."""

    url: str
    process: int
    ready: float


@contextmanager
def running(server: Server, question: Question) -> Iterator[Running]:
    """A server while the block runs.

    Raises:
        TimeoutError: it does not answer.
    """
    port = _free()
    environment = os.environ | {
        "PATH": f"{server.programs}{os.pathsep}{os.environ['PATH']}",
        "BENTOML_HOME": str(CACHE / "bentoml-home"),
        "BENTOML_DO_NOT_TRACK": "True",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    environment.pop("PYTHONPATH", None)  # each serves what is installed in its own environment
    log = CACHE / f"{server.kind}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with log.open("wb") as told:
        process = subprocess.Popen(
            server.command(port), env=environment, stdout=told, stderr=told, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, question, process, begun)
        yield Running(url, process.pid, time.monotonic() - begun)
    finally:
        _stop(process)


def _wait(url: str, question: Question, process: subprocess.Popen[bytes], begun: float) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url + question.path, question.body.encode(), headers)  # noqa: S310 - our own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() - begun < PATIENCE and process.poll() is None:
        with suppress(OSError, ValueError), opener.open(request, timeout=PATIENCE) as reply:
            if same(json.load(reply), question.expected):
                return
        time.sleep(STEP)
    raise TimeoutError(f"does not answer: {process.args!r}; see {CACHE}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)


def _free() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])
