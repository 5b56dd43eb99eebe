"""How much memory there is: asked before it is taken."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

from modelyard.core.errors import UsageError

LIMIT = "MODELYARD_MEMORY"  # gigabytes that a process is to keep to
UNKNOWN = 4 << 30  # bytes assumed where the system does not say
# A limit, what is used of it, and what of that is a cache of files that is given back: control groups, version 2 and 1.
GROUPS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)


def available(system: Path = Path("/")) -> int:
    """Bytes that this process may still take, by the machine, its control group and `MODELYARD_MEMORY`.

    Raises:
        UsageError: `MODELYARD_MEMORY` is no number of gigabytes.
    """
    left = [_machine(system), _said(system), *(_group(system, *files) for files in GROUPS)]
    known = [bytes_ for bytes_ in left if bytes_ is not None]
    return max(min(known), 0) if known else UNKNOWN


def _machine(system: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in (system / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _said(system: Path) -> int | None:
    """What is left of the gigabytes that this process was told to keep to."""
    said = os.environ.get(LIMIT)
    if not said:
        return None
    try:
        most = float(said)
    except ValueError:
        most = math.nan
    if not 0 < most < math.inf:
        raise UsageError("is no number of gigabytes", LIMIT, "such as 4, or leave it out")
    held = 0
    with suppress(OSError, ValueError, IndexError):
        for line in (system / "proc/self/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                held = int(line.split()[1]) * 1024
    return int(most * 1e9) - held


def _group(system: Path, limit: str, used: str, told: str, cache: str) -> int | None:
    folder = system / "sys/fs/cgroup"
    with suppress(OSError, ValueError):  # "max" is no number: no limit
        left = int((folder / limit).read_text()) - int((folder / used).read_text())
        return left + _entry(folder / told, cache)
    return None


def _entry(file: Path, name: str) -> int:
    with suppress(OSError, ValueError):
        return int(dict(line.split(maxsplit=1) for line in file.read_text().splitlines())[name])
    return 0
