"""What predictions cost at a price for an hour of a processor core."""

from __future__ import annotations

import math
from dataclasses import dataclass

from modelyard.core import energy

HOUR = 3600.0
MILLION = 1_000_000
# Of a general-purpose cloud machine by the hour, without a contract: such as m5.large, 0.096 USD for two cores.
CPU_HOUR = 0.05
KWH = 0.15  # of a kilowatt-hour for a business, about the mean over countries, in USD
NOISE = 1.25  # the factor by which one and the same model's time differs from one measurement to the next, at most


@dataclass(frozen=True)
class Prices:
    """What an hour of one core costs, in `currency`, and what cores and memory draw where the processor does not say.

    `watts` are those of one busy core, `memory_watts` of a gigabyte. A kilowatt-hour costs `kwh` in the same currency
    and comes from the `grid` of a country, named by ISO 3166; the world's average where none is named.
    """

    cpu_hour: float = CPU_HOUR
    currency: str = "USD"
    watts: float = energy.WATTS
    memory_watts: float = energy.MEMORY
    kwh: float = KWH
    grid: str | None = None

    @property
    def draw(self) -> energy.Draw:
        """What energy is reckoned by."""
        return energy.Draw(self.watts, self.memory_watts)

    def million(self, seconds: float) -> float:
        """The cost of a million predictions, each of which keeps one core busy for `seconds`.

        >>> Prices(cpu_hour=0.36).million(0.01)  # 10,000 seconds of a core
        1.0
        """
        return round(seconds * MILLION / HOUR * self.cpu_hour, 12)


def beside(cost: float, other: float) -> str:
    """What share of another price a cost is, as people say it.

    >>> beside(30.0, 1.0), beside(1.0, 40.0), beside(2.5, 1.0), beside(3.0, 4.0), beside(1.1, 1.0)
    ('30 times the price', '1/40 of the price', '2.5 times the price', '75% of the price', 'about the price')
    """
    if same(cost, other):
        return "about the price"
    if cost > other:
        return f"{_digits(cost / other)} times the price" if other > 0 else "a price where there was none"
    factor = other / cost if cost > 0 else math.inf
    if factor < 2:
        return f"{100 / factor:.0f}% of the price"
    return f"1/{_digits(factor)} of the price" if math.isfinite(factor) else "no price"


def same(cost: float, other: float) -> bool:
    """Whether two costs cannot be told apart, as they are reckoned from times, which vary by the hour.

    >>> same(1.0, 1.2), same(1.0, 1.3)
    (True, False)
    """
    low, high = sorted((cost, other))
    return high <= NOISE * low or high == 0.0


def _digits(factor: float) -> str:
    """Two digits that count.

    >>> _digits(2.54), _digits(41.3), _digits(1234.0)
    ('2.5', '41', '1,200')
    """
    if factor < 9.95:
        return f"{factor:.1f}".removesuffix(".0")
    scale = 10 ** max(math.floor(math.log10(factor)) - 1, 0)
    return f"{round(factor / scale) * scale:,.0f}"
