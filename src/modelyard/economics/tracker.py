"""What a piece of work takes in kilowatt-hours, grams of CO2 equivalents and money, and by which method that is known.

CodeCarbon's tracker runs around the work, offline and for this process alone, where the package is installed. It counts
seconds of cores, for which it is told the recipe's watts (an unknown processor it would take for 4 W a thread), and
whole graphics cards by their own counters. Memory is what was resident times the recipe's watts, as CodeCarbon takes
it for a constant 20 W. Its first start takes a second or so, any other some milliseconds. Where the processor's own
count may be read (RAPL), our meter's share of it stands for the cores; and without CodeCarbon our meter tells all.

How sure that is: busy cores of cloud servers draw from 1.7 W (AMD EPYC of the second generation) to 8.6 W (Intel Sandy
Bridge), by the same table of SPECpower results that gives the 3.5 W in the mean (Cloud Carbon Footprint, methodology):
half of it to two and a half times. A processor's own count is taken to be right within a tenth.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from modelyard.core import energy, events
from modelyard.core.evidence import Energy
from modelyard.economics import carbon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.economics.cost import Prices

ESTIMATED, COUNTED = (0.5, 2.5), (0.9, 1.1)  # from the figure to the ends of what is plausible
EVERY = 15.0  # seconds between CodeCarbon's readings, beside the first and the last
KILO = 1000.0


@dataclass(frozen=True)
class Spent:
    """Kilowatt-hours that a piece of work took, how they are known, and whether a counter told them."""

    kwh: float
    seconds: float
    method: str
    counted: bool = False

    def priced(self, prices: Prices, times: float = 1.0) -> Energy:
        """What `times` such pieces of work take, in energy, emissions and money."""
        low, high = COUNTED if self.counted else ESTIMATED
        kwh, (_, grams, _) = self.kwh * times, carbon.grid(prices.grid)
        return Energy(kwh, kwh * low, kwh * high, kwh * grams, kwh * prices.kwh, self.seconds * times)


class Track:
    """Work under way; it has `spent` so much once it has ended."""

    def __init__(self, prices: Prices) -> None:
        """Counts from now on."""
        self._prices = prices
        self._carbon = _started(prices)
        self._meter = energy.Meter(prices.draw)
        self._began = time.perf_counter()
        self._seconds: float | None = None

    def stop(self) -> None:
        """Count no further."""
        self._seconds = time.perf_counter() - self._began
        self._meter.stop()
        carbon_, self._carbon = self._carbon, None  # what it counted stands once it has ended well
        if carbon_ is not None:
            with _spared():
                carbon_.stop()
                self._carbon = carbon_

    @property
    def spent(self) -> Spent:
        """What it took."""
        seconds = self._seconds if self._seconds is not None else time.perf_counter() - self._began
        data = getattr(self._carbon, "final_emissions_data", None)
        cards = float(data.gpu_energy) if data is not None else 0.0
        mine, memory = self._meter.watt_hours() / KILO, self._meter.memory() / KILO
        draw = f"{self._prices.memory_watts:g} W a GB of resident memory"
        if self._meter.counted:
            how = f"the processor's own count (RAPL), this process's share of it, and {draw}; right within a tenth"
            return Spent(mine + cards, seconds, how, counted=True)
        cores = f"seconds of cores at {self._prices.watts:g} W and {draw}"
        sure = "an estimate, the truth lies between half of it and two and a half times"
        if data is None or not data.cpu_energy:  # it reads nothing of what ends within 50 ms
            missing = "" if _installed() else " (CodeCarbon is not installed)"
            return Spent(mine + cards, seconds, f"Modelyard's meter{missing}: {cores}, no graphics card; {sure}")
        how = f"CodeCarbon {_installed()}, offline, of this process alone: {cores}, graphics cards whole; {sure}"
        return Spent(float(data.cpu_energy) + cards + memory, seconds, how)


@contextmanager
def tracked(prices: Prices) -> Iterator[Track]:
    """Track the block; ask for what it has `spent` when it has ended.

    >>> from modelyard.economics.cost import Prices
    >>> with tracked(Prices()) as track:
    ...     total = sum(range(1000))
    >>> track.spent.kwh >= 0
    True
    """
    track = Track(prices)
    try:
        yield track
    finally:
        track.stop()


def _installed() -> str:
    """CodeCarbon's version; empty where it is not installed."""
    try:
        return version("codecarbon")
    except PackageNotFoundError:
        return ""


@contextmanager
def _spared() -> Iterator[None]:
    """What CodeCarbon meets on odd machines is told, and is no reason to lose hours of training: our meter stands in.

    It reads processors, cards and threads by packages with errors of their own, so nothing narrower holds them all.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - see above
        events.note(f"CodeCarbon failed ({type(error).__name__}): energy is told by Modelyard's own meter")


def _started(prices: Prices) -> Any:  # noqa: ANN401 - CodeCarbon's own tracker, which ships no types that fit
    """CodeCarbon's tracker, which has begun; None where there is none.

    Every output and every way out of the machine is shut, whatever a person's own CodeCarbon configuration says, and
    memory is left to us: its power is part of what the tracker knows a machine by, and would be sought anew each time.
    """
    try:
        import codecarbon
        from codecarbon.core.util import count_cpus
    except ImportError:
        return None
    logging.getLogger("codecarbon").setLevel(logging.CRITICAL)
    known = carbon.grids()
    with _spared():
        tracker = codecarbon.OfflineEmissionsTracker(
            country_iso_code=prices.grid.upper() if prices.grid and prices.grid.upper() in known else "USA",
            force_carbon_intensity_g_co2e_kwh=carbon.grid(prices.grid)[1],
            force_cpu_power=prices.watts * count_cpus(),
            force_ram_power=0.0,
            measure_power_secs=EVERY,
            tracking_mode="process",
            allow_multiple_runs=True,
            log_level="critical",
            pue=1.0,
            emissions_endpoint=None,
            output_methods=[],
            output_handlers=[],
        )
        tracker.start()
        return tracker
