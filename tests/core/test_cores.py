"""How many cores a container gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelyard.core import cores

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "none said": ({}, None),
    "version 2": ({"cpu.max": "150000 100000\n"}, 1.5),
    "version 2, no limit": ({"cpu.max": "max 100000\n"}, None),
    "version 2, broken": ({"cpu.max": "many\n"}, None),
    "version 1": ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
    "version 1, no limit": ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
}


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES.keys())
def test_what_a_control_group_gives(files: dict[str, str], expected: float | None, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cores.quota(tmp_path) == expected


@pytest.mark.parametrize(("shared", "part"), [("", 8), ("2", 4), ("3", 2), ("100", 1), ("0", 8), ("x", 8)])
def test_processes_share_them(shared: str, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available", lambda: 8)
    monkeypatch.setenv(cores.SHARED, shared)
    assert cores.mine() == part


def test_there_is_one_at_least() -> None:
    assert cores.available() >= 1
