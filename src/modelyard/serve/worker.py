"""One worker of a server: a process that is started with words on its standard input, and told by no one else."""

from __future__ import annotations

import base64
import os
import pickle
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from modelyard.core.errors import ModelyardError
from modelyard.serve.settings import Settings
from modelyard.serve.target import Target

READY = b"ready"
FAILED = b"failed "


@dataclass(frozen=True)
class Words:
    """What a worker starts from; the bundles it reads itself."""

    models: Mapping[str, Target]
    settings: Settings


def main(listener: int, told: int) -> int:
    """Serve until told to stop, or until the parent is gone; gives the status that it ends with.

    `listener` is the number of the socket that all share, `told` that of the pipe on which this one tells that it is
    ready, or why it cannot be.
    """
    words: Words = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent, who started this
    threading.Thread(target=_follow, args=(sys.stdin.fileno(),), daemon=True).start()
    from modelyard.serve import server

    with os.fdopen(told, "wb", buffering=0) as pipe, socket.socket(fileno=listener) as shared:
        try:
            server.serve_on(shared, words.models, lambda _url: _tell(pipe, READY), words.settings)
        except Exception as error:  # noqa: BLE001 - the parent says what it was
            _tell(pipe, FAILED + base64.b64encode(pickle.dumps(error)))
            return 1
    return 0


def failure(line: bytes) -> Exception | None:
    """What a worker told on its pipe: the error that keeps it from starting, None where it is ready."""
    if not line.startswith(FAILED):
        return None
    try:
        error = pickle.loads(base64.b64decode(line.removeprefix(FAILED)))  # noqa: S301 - from a worker of our own
    except Exception as why:  # noqa: BLE001 - not every error can be built anew, and the parent must live
        error = why
    told = ModelyardError("a worker cannot start", "serve", "serve with --workers 1, which says why")
    return error if isinstance(error, ModelyardError | OSError) else told


def _tell(pipe: BinaryIO, line: bytes) -> None:
    pipe.write(line + b"\n")


def _follow(parent: int) -> None:
    """End as one is told to when the parent is gone: nobody would end this process later."""
    while os.read(parent, 1):  # nothing comes before the end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
