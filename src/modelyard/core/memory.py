"""How much memory there is: asked before it is taken."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

UNKNOWN = 4 << 30  # bytes assumed where the system does not say
GROUPS = (  # a limit and what is used of it: control groups, version 2 and 1
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)


def available(system: Path = Path("/")) -> int:
    """Bytes that this process may still take: the least that the machine and its control group have left."""
    left = [_machine(system), *(_group(system, *files) for files in GROUPS)]
    known = [bytes_ for bytes_ in left if bytes_ is not None]
    return max(min(known), 0) if known else UNKNOWN


def _machine(system: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in (system / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _group(system: Path, limit: str, used: str) -> int | None:
    folder = system / "sys/fs/cgroup"
    with suppress(OSError, ValueError):  # "max" is no number: no limit
        return int((folder / limit).read_text()) - int((folder / used).read_text())
    return None
