"""What a bundle's server takes of memory, by serving it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.cli import asking
from modelyard.core import events
from modelyard.core.errors import ModelyardError

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle

ROWS = 256  # of the request that is measured
UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in which the system tells what a process took


def memory(bundle: Bundle) -> int:
    """Bytes that a server of its own took at most, while it answered one row and then many at once.

    Raises:
        ModelyardError: it does not serve.
    """
    events.note(f"measuring what a server of {bundle.name} takes")
    with tempfile.TemporaryDirectory() as home:  # a yard without keys, for those of the bundle's own are not known here
        words = ("serve", str(bundle.folder), "--port", "0", "--home", home, "--log", "off", "--json", "--quiet")
        server = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "modelyard.cli", *words], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        try:
            line = server.stdout.readline()
            if not line:
                raise ModelyardError("does not serve, so its memory cannot be measured", str(bundle.folder))
            url = json.loads(line)["url"]
            for rows in (bundle.example, [bundle.example] * ROWS):
                asking.post(f"{url}/predict", rows)
            peak = _peak(server.pid)
        finally:
            server.terminate()
            _pid, _status, took = os.wait4(server.pid, 0)
            server.returncode = 0  # it was waited for here
            server.stdout.close()
    return took.ru_maxrss * UNIT if peak is None else peak


def _peak(process: int) -> int | None:
    """Bytes that a living process took at most, where Linux tells.

    What `wait4` tells there counts the moment before the program began, when the process was still a copy of ours.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)
