"""The benchmark of damaged files, in short: three of every kind but the large ones, none lost, none crashed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import damaged
from damaging import making

if TYPE_CHECKING:
    from pathlib import Path

LARGE = {"bomb", "huge field"}
RIGHT = {"error", "rows", "rows, mended", "rows, some refused"}


def test_damaged_files_are_told_or_read_and_nothing_is_lost(tmp_path: Path) -> None:
    kinds = sorted(making.KINDS)
    seeds = [seed for seed in range(4 * len(kinds)) if kinds[seed % len(kinds)] not in LARGE]
    found = [damaged.outcome(seed, mode, tmp_path) for seed in seeds for mode in damaged.MODES]
    assert len(found) == 2 * len(seeds) >= 120
    assert [one for one in found if one.result not in RIGHT] == []
    assert {one.result for one in found} == RIGHT
