"""What predictions cost, and what share of another price that is."""

import pytest

from modelyard.core import energy
from modelyard.economics import cost
from modelyard.economics.cost import Prices


@pytest.mark.parametrize(
    ("seconds", "cpu_hour", "expected"),
    [(0.01, 0.36, 1.0), (0.0, 5.0, 0.0), (3600.0, 1.0, 1e6), (1e-6, 0.05, 0.05 / 3600)],
)
def test_a_million_predictions(seconds: float, cpu_hour: float, expected: float) -> None:
    assert Prices(cpu_hour=cpu_hour).million(seconds) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("this", "that", "told"),
    [
        (1.0, 1.0, "about the price"),
        (1.2, 1.0, "about the price"),
        (0.0, 0.0, "about the price"),
        (1.3, 1.0, "1.3 times the price"),
        (9.96, 1.0, "10 times the price"),
        (1234.0, 1.0, "1,200 times the price"),
        (1.0, 1.5, "67% of the price"),
        (1.0, 40.4, "1/40 of the price"),
        (0.0, 1.0, "no price"),
        (1.0, 0.0, "a price where there was none"),
    ],
)
def test_a_cost_beside_another(this: float, that: float, told: str) -> None:
    assert cost.beside(this, that) == told


def test_prices_say_what_energy_is_reckoned_by() -> None:
    assert Prices(watts=7.0, memory_watts=0.1).draw == energy.Draw(7.0, 0.1)
    assert Prices().draw == energy.Draw()
