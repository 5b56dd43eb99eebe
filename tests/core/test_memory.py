"""How much memory is left, as machines and their control groups tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelyard.core import memory
from modelyard.core.errors import UsageError

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


def test_a_process_keeps_to_what_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemAvailable: 8000000 kB\n", encoding="ascii")
    (tmp_path / "proc/self/status").write_text("Name: x\nRssAnon:\t1000000 kB\n", encoding="ascii")
    monkeypatch.setenv(memory.LIMIT, "3")
    assert memory.available(tmp_path) == 3_000_000_000 - 1_024_000_000
    monkeypatch.setenv(memory.LIMIT, "100")
    assert memory.available(tmp_path) == 8_000_000 * 1024


@pytest.mark.parametrize("said", ["much", "0", "-1", "nan", "inf"])
def test_no_number_of_gigabytes_is_told(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(memory.LIMIT, said)
    with pytest.raises(UsageError) as caught:
        memory.available()
    assert caught.value.where == memory.LIMIT
