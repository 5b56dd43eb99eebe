"""What a bundle costs is measured on it as it is packed, told with its method, and no part of its digest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modelyard.economics.cost import Prices
from modelyard.economics.tracker import Spent
from modelyard.release import costs
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

SPENT = Spent(0.5, 60.0, "by hand")


def test_a_bundle_tells_what_it_costs(binary: Run) -> None:
    cost = binary.report.cost
    assert cost is not None
    assert binary.bundle.report.cost == cost
    for spent in (cost.training, cost.thousand):
        assert 0 < spent.low < spent.kwh < spent.high
        assert spent.co2e == pytest.approx(475.0 * spent.kwh)
        assert spent.price == pytest.approx(cost.price_per_kwh * spent.kwh)
    assert 0 < cost.p50 <= cost.p99
    assert cost.million > 0
    assert cost.grid == "world average"
    assert "the recipe names no grid" in cost.method
    files = binary.bundle.manifest.files
    assert cost.size == sum((binary.bundle.folder / name).stat().st_size for name in files)


def test_the_digest_knows_nothing_of_it(binary: Run) -> None:
    assert binary.bundle.report.lasting == replace(binary.bundle.report, cost=None).lasting


def test_prices_are_the_recipes(tmp_path: Path) -> None:
    prices = {"kwh": 0.5, "grid": "fra", "currency": "EUR"}
    cost = making.train(tmp_path, making.table("regression"), prices=prices).report.cost
    assert cost is not None
    assert (cost.grid, cost.price_per_kwh, cost.currency) == ("FRA", 0.5, "EUR")
    assert cost.training.price == pytest.approx(0.5 * cost.training.kwh)
    assert f"{cost.grams_per_kwh:g} g CO2e a kWh, of France" in cost.method


def test_a_slow_bundle_is_asked_less_and_that_is_told(binary: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "SPAN", 0.0)
    cost = costs.cost(binary.bundle, binary.test, costs.Trained(SPENT, Prices()))
    assert "a thousand predictions are reckoned from 1" in cost.method
    assert cost.p50 == cost.p99  # of the one that was asked
    assert cost.thousand.seconds >= cost.p50  # seconds of a thousand, milliseconds of one
    assert cost.training.kwh == 0.5
