"""How much memory is left, as machines and their control groups tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelyard.core import memory

if TYPE_CHECKING:
    from pathlib import Path

GB = 1 << 30


def system(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


MACHINE = {"proc/meminfo": f"MemTotal: 99 kB\nMemAvailable: {20 * GB // 1024} kB\n"}
SECOND = {"sys/fs/cgroup/memory.max": f"{16 * GB}\n", "sys/fs/cgroup/memory.current": f"{15 * GB}\n"}
FIRST = {
    "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{8 * GB}",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{7 * GB}",
    "sys/fs/cgroup/memory/memory.stat": f"cache 5\ntotal_inactive_file {2 * GB}\n",
}


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({}, memory.UNKNOWN),
        (MACHINE, 20 * GB),
        (MACHINE | SECOND, GB),
        (MACHINE | SECOND | {"sys/fs/cgroup/memory.stat": f"anon 1\ninactive_file {13 * GB}\n"}, 14 * GB),
        (MACHINE | SECOND | {"sys/fs/cgroup/memory.max": "max\n"}, 20 * GB),
        (MACHINE | FIRST, 3 * GB),
        (MACHINE | {"sys/fs/cgroup/memory.max": f"{GB}", "sys/fs/cgroup/memory.current": f"{2 * GB}"}, 0),
    ],
)
def test_the_least_that_is_left_counts_and_caches_of_files_are_given_back(
    files: dict[str, str], left: int, tmp_path: Path
) -> None:
    assert memory.available(system(tmp_path, files)) == left
