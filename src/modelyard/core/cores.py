"""How many cores this process may use: what a container was given, shared by the processes that serve together."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

SHARED = "MODELYARD_SHARED_BY"  # the processes that share this machine's cores between them
CGROUP = Path("/sys/fs/cgroup")


def mine() -> int:
    """This process's part of the cores, at least one."""
    shared = os.environ.get(SHARED, "")
    return max(1, available() // int(shared)) if shared.isdigit() and int(shared) else available()


@cache
def available() -> int:
    """The cores that may be used, which in a container are fewer than the machine has; at least one."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    given = quota(CGROUP)
    return max(1, allowed if given is None else min(allowed, int(given)))


def quota(cgroup: Path) -> float | None:
    """The cores that a control group gives, by version 2 or version 1; None where it sets no limit."""
    try:
        most, period = (cgroup / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            most, period = (
                (cgroup / "cpu" / f"cpu.cfs_{word}_us").read_text(encoding="ascii") for word in ("quota", "period")
            )
        except OSError:
            return None
    try:
        return int(most) / int(period) if int(most) > 0 else None
    except (ValueError, ZeroDivisionError):  # "max": no limit
        return None
