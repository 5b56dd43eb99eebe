"""What a report tells beside its scores: what changed rows take from the model, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import show
from modelyard.core import energy
from modelyard.core.amounts import size_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from modelyard.core.evidence import Cost, Energy, Stress

KILO = 1000.0


def stress(lines: Sequence[Stress]) -> None:
    """What each metric loses when rows arrive changed."""
    if lines:
        heads = ("when rows come with", "in", "metric", "is", "difference", "95% interval")
        show.block([_changed(line) for line in lines], *heads)


def cost(told: Cost | None) -> None:
    """Two lines: energy, emissions and money; time and size."""
    if told is None:
        return
    show.line(f"training took {_energy(told.training, told)}; a thousand predictions {_energy(told.thousand, told)}")
    show.line(
        f"a row takes {told.p50:.3g} ms at p50, {told.p99:.3g} ms at p99; the bundle {size_told(told.size)}; "
        f"a million predictions {told.million:.3g} {told.currency}"
    )
    show.line(f"energy is an estimate, emissions by the grid {told.grid}: cost.method in report.json says how", "dim")
    show.line("")


def _changed(line: Stress) -> list[str | Text]:
    span = f"{show.figure(line.low, '+')} to {show.figure(line.high, '+')}"
    return [line.perturbation, line.on, line.metric, show.figure(line.value), show.figure(line.difference, "+"), span]


def _energy(spent: Energy, of: Cost) -> str:
    low, high = energy.told(KILO * spent.low), energy.told(KILO * spent.high)
    price = f"{spent.price:.2g} {of.currency}"
    return f"{energy.told(KILO * spent.kwh)} ({low} to {high}), {_grams(spent.co2e)} CO2e, {price}"


def _grams(grams: float) -> str:
    """Emissions as people say them.

    >>> _grams(0.00042), _grams(3.21), _grams(1234.0)
    ('0.42 mg', '3.21 g', '1.23 kg')
    """
    for unit, size in (("kg", 1000.0), ("g", 1.0)):
        if grams >= size:
            return f"{grams / size:.3g} {unit}"
    return f"{1000 * grams:.3g} mg"
