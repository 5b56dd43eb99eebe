"""How much energy a piece of work has taken so far: an estimate that costs microseconds to ask for.

Where the processor counts its own energy (RAPL) and lets it be read, a block has taken what the processor has, times
its share of all busy time; elsewhere it has taken its seconds of cores times the watts of a busy core. What its memory
draws is added, by the bytes that are resident when it is asked. Not counted: graphics cards, disks, cooling, what the
machine draws at rest, and children that have not ended. So it serves to compare pieces of work on one machine, not to
bill for them.

It serves progress, which asks on every step, and the comparison of models. What a report tells of energy is tracked by
CodeCarbon where that is installed (`modelyard.economics.tracker`), which knows graphics cards too.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# W of a busy logical core, its share of the server included: mean over cloud servers under full load in the SPECpower
# database (Cloud Carbon Footprint, methodology: AWS 3.50, GCP and Azure 3.54); W of a GB of memory (the same: 0.392).
WATTS, MEMORY = 3.5, 0.392
HOUR = 3600.0
GB = 1e9
SPAN = (
    1.0  # seconds between two readings that are set off against each other, where more are taken: counters are coarse
)
SYSTEM = Path("/")
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Draw:
    """What a busy core draws, in watts, where the processor does not say, and a GB of resident memory."""

    watts: float = WATTS
    memory: float = MEMORY


class Meter:
    """Watt-hours since it was made, until it is stopped."""

    def __init__(self, draw: Draw, system: Path = SYSTEM) -> None:
        """Counts from now on; `system` is where the system's files lie."""
        self.draw, self.system = draw, system
        self._ended: tuple[float, float] | None = None
        self._settled = (0.0, 0.0)  # joules of cores and of memory until `_since`
        self._since = self._now()

    @property
    def counted(self) -> bool:
        """Whether the processor's own count may be read here."""
        return bool(self._since.packages)

    def watt_hours(self) -> float:
        """What the block has taken so far, or took in all once it has ended."""
        return sum(self._parts()) / HOUR

    def memory(self) -> float:
        """The watt-hours among them that memory took."""
        return self._parts()[1] / HOUR

    def stop(self) -> None:
        """Count no further."""
        self._ended = self._parts()

    def _parts(self) -> tuple[float, float]:
        """Joules of cores and of memory."""
        if self._ended is not None:
            return self._ended
        now = self._now()
        cores, memory = self._joules(self._since, now)
        joules = self._settled[0] + cores, self._settled[1] + memory
        if now.clock - self._since.clock >= SPAN:
            self._settled, self._since = joules, now
        return joules

    def _joules(self, before: _Reading, now: _Reading) -> tuple[float, float]:
        """By the processor's count or else by cores, and by memory."""
        cores = now.cores - before.cores
        counted = _counted(before, now, cores)
        memory = (now.clock - before.clock) * self.draw.memory * (before.resident + now.resident) / 2 / GB
        return cores * self.draw.watts if counted is None else counted, memory

    def _now(self) -> _Reading:
        times = os.times()
        cores = times.user + times.system + times.children_user + times.children_system
        packages = _packages(self.system)
        return _Reading(time.monotonic(), cores, _resident(self.system), packages, _busy(self.system, packages))


@dataclass(frozen=True)
class _Reading:
    """Seconds by the clock, of cores (this process and its ended children) and of all the machine's; bytes; joules."""

    clock: float
    cores: float
    resident: int
    packages: dict[str, float]
    busy: float


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered(draw: Draw = Draw()) -> Iterator[Meter]:
    """Estimate what the block takes: `so_far` tells it inside, the meter afterwards too.

    >>> with metered() as meter:
    ...     total = sum(range(1000))
    >>> meter.watt_hours() >= 0
    True
    """
    meter = Meter(draw)
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        meter.stop()
        _meter.reset(token)


def so_far() -> float | None:
    """Watt-hours that the innermost metered block has taken until now; None where nothing is metered."""
    meter = _meter.get()
    return None if meter is None else meter.watt_hours()


def told(watt_hours: float) -> str:
    """Energy as people say it.

    >>> told(0.00042), told(0.0256), told(3.21), told(1234.0)
    ('0.42 mWh', '25.6 mWh', '3.21 Wh', '1.23 kWh')
    """
    for unit, size in (("kWh", 1000.0), ("Wh", 1.0)):
        if watt_hours >= size:
            return f"{watt_hours / size:.3g} {unit}"
    return f"{1000 * watt_hours:.3g} mWh"


def _counted(before: _Reading, now: _Reading, cores: float) -> float | None:
    """Joules by the processor's own count; None where there is none, or it has begun anew since it was last read."""
    busy = now.busy - before.busy
    spent = [joules - before.packages.get(name, joules) for name, joules in now.packages.items()]
    if not spent or min(spent) < 0 or busy <= 0:
        return None
    return sum(spent) * min(cores / busy, 1.0)


def _packages(system: Path) -> dict[str, float]:
    """Joules that each package of the processor has counted, as far as they may be read."""
    found = {}
    with suppress(OSError, ValueError):
        for zone in (system / "sys/class/powercap").glob("intel-rapl:?"):  # its parts, intel-rapl:0:0, are within it
            found[zone.name] = int((zone / "energy_uj").read_text()) / 1e6
    return found


def _busy(system: Path, packages: dict[str, float]) -> float:
    """Seconds that all cores have been busy; asked for where there is a count to share."""
    if packages:
        with suppress(OSError, ValueError, IndexError):
            user, nice, kernel, _idle, _wait, *interrupts = (
                (system / "proc/stat").read_text().splitlines()[0].split()[1:9]
            )
            return sum(map(int, (user, nice, kernel, *interrupts))) / TICKS
    return 0.0


def _resident(system: Path) -> int:
    """Bytes of memory that this process holds; none where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        return int((system / "proc/self/statm").read_text().split()[1]) * PAGE
    return 0
