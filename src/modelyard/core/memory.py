"""How much memory there is: asked before it is taken."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

UNKNOWN = 4 << 30  # bytes assumed where the system does not say
# A limit, what is used of it, and what of that is a cache of files that is given back: control groups, version 2 and 1.
GROUPS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
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
