"""The short form of `benchmarks/promotions.py`: nothing is lost, and releases say who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promotions import NAME, measure

if TYPE_CHECKING:
    from pathlib import Path


def test_a_canary_a_promotion_and_a_rollback_lose_no_request(tmp_path: Path) -> None:
    figures = measure(tmp_path, requests=3000)
    assert figures["wrong"] == []
    assert figures["answered"] == figures["requests"] >= 3000
    assert set(figures["releases"]) == {f"{NAME}@1", f"{NAME}@2"}
    assert [move["move"] for move in figures["moves"]] == ["promotion", "rollback"]
