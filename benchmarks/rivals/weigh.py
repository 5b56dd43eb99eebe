"""What a server takes of memory, all of its processes together."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def memory(process: int) -> tuple[int, int]:
    """Bytes of a process and of all below it: proportional (shared pages are shared out) and resident."""
    proportional = resident = 0
    for one in tree(process):
        with suppress(OSError):  # it ended meanwhile
            told = _entries(PROC / str(one) / "smaps_rollup")
            proportional += told["Pss"]
            resident += told["Rss"]
    return proportional, resident


def tree(process: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [process]
    for one in found:
        found.extend(children.get(one, ()))
    return found


def _entries(file: Path) -> dict[str, int]:
    pairs = (line.split() for line in file.read_text().splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in pairs if words[-1] == "kB"}
