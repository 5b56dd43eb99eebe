"""What a bundle costs: the energy of its training, and a measured thousand predictions of single rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.evidence import Cost
from modelyard.economics import carbon
from modelyard.economics.cost import Prices
from modelyard.economics.tracker import Spent, tracked
from modelyard.release.rows import dicts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from modelyard.core.types import Table
    from modelyard.release.bundle import Bundle

PREDICTIONS = 1000
# Seconds after which a thousand is reckoned from those that were answered: from 200 of them on, and of however few.
SOON, SPAN, ENOUGH = 0.5, 2.0, 200
ROWS = 100  # different ones, spread evenly over the test rows: texts differ in length


@dataclass(frozen=True)
class Trained:
    """What the fit has taken, and the prices that it and the predictions are reckoned by."""

    spent: Spent
    prices: Prices


def cost(bundle: Bundle, test: Table, trained: Trained) -> Cost:
    """Ask the bundle for single rows as a client would, and reckon.

    The size is that of the files that decide the answers: papers about the model are not counted.
    """
    prices = trained.prices
    clock, core, spent = _asked(bundle, _rows(test), prices)
    grid, grams, source = carbon.grid(prices.grid)
    method = f"{trained.spent.method}; {grams:g} g CO2e a kWh, {source}"
    if len(clock) < PREDICTIONS:
        method += f"; a thousand predictions are reckoned from {len(clock)}"
    if spent.method != trained.spent.method:
        method += f"; the predictions: {spent.method}"
    return Cost(
        training=trained.spent.priced(prices),
        thousand=spent.priced(prices, PREDICTIONS / len(clock)),
        grid=grid,
        grams_per_kwh=grams,
        price_per_kwh=prices.kwh,
        currency=prices.currency,
        p50=1000 * float(np.percentile(clock, 50)),
        p99=1000 * float(np.percentile(clock, 99)),
        size=_size(bundle.folder, bundle.manifest.files),
        million=prices.million(core / len(clock)),
        method=method,
    )


def _rows(test: Table) -> list[dict[str, Any]]:
    places = np.unique(np.linspace(0, len(test) - 1, ROWS).astype(int))
    return dicts_of(test.take(places).frame, test.schema)


def _asked(bundle: Bundle, rows: Sequence[dict[str, Any]], prices: Prices) -> tuple[list[float], float, Spent]:
    """Seconds of each prediction, seconds of cores of all, and what they took."""
    bundle.predict(rows[0])  # what is made on first use is made
    clock: list[float] = []
    with tracked(prices) as track:
        began, cores = time.perf_counter(), time.process_time()
        while len(clock) < PREDICTIONS and not _done(len(clock), time.perf_counter() - began):
            before = time.perf_counter()
            bundle.predict(rows[len(clock) % len(rows)])
            clock.append(time.perf_counter() - before)
        core = time.process_time() - cores
    return clock, core, track.spent


def _done(answered: int, seconds: float) -> bool:
    return bool(answered) and (seconds > SPAN or (answered >= ENOUGH and seconds > SOON))


def _size(folder: Path, files: Mapping[str, str]) -> int:
    return sum((folder / name).stat().st_size for name in files)
