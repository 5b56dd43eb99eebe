"""What work takes: CodeCarbon's tracker beside our meter, by the recipe's watts; nothing leaves the machine."""

from __future__ import annotations

import socket
import sys
import time
from typing import Any

import pytest

from modelyard.core import energy, events
from modelyard.economics import tracker
from modelyard.economics.cost import Prices
from modelyard.economics.tracker import Spent, Track, tracked

WORK = 0.4  # seconds of a core: CodeCarbon reads none that end within 50 ms


def work(seconds: float = WORK) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def spent(prices: Prices) -> tuple[Spent, Track]:
    with tracked(prices) as track:
        work()
    return track.spent, track


@pytest.mark.parametrize("watts", [3.5, 100.0])
def test_codecarbon_counts_seconds_of_cores_at_the_recipes_watts(watts: float) -> None:
    with energy.metered(Prices(watts=watts, memory_watts=0.0).draw) as meter:
        told, _ = spent(Prices(watts=watts, memory_watts=0.0))
    assert "CodeCarbon 3" in told.method
    assert f"{watts:g} W" in told.method
    least = WORK * watts / 3.6e6
    assert 0.9 * least <= told.kwh <= 1.1 * meter.watt_hours() / 1000 + 0.05 * least


def test_memory_is_reckoned_by_what_is_resident() -> None:
    told, _ = spent(Prices(watts=1e-9, memory_watts=1000.0))
    gigabytes = energy._resident(energy.SYSTEM) / 1e9
    assert told.kwh == pytest.approx(1000.0 * gigabytes * told.seconds / 3.6e6, rel=0.2)


def test_its_figure_is_the_meters_where_codecarbon_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "codecarbon", None)
    monkeypatch.setattr(tracker, "_installed", str)
    told, track = spent(Prices())
    assert told.kwh == track._meter.watt_hours() / 1000
    assert "Modelyard's meter (CodeCarbon is not installed)" in told.method


def test_an_odd_machine_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    import codecarbon

    def broken(**_: Any) -> None:
        raise OSError("no such counter")

    monkeypatch.setattr(codecarbon, "OfflineEmissionsTracker", broken)
    told, track = spent(Prices())
    assert told.kwh == track._meter.watt_hours() / 1000


def test_a_tracker_that_fails_at_its_end_loses_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    import codecarbon

    class Broken:
        final_emissions_data = None

        def __init__(self, **_: Any) -> None:
            pass

        def start(self) -> None:
            pass

        def stop(self) -> None:
            raise OSError("the counter went away")

    monkeypatch.setattr(codecarbon, "OfflineEmissionsTracker", Broken)
    said: list[object] = []
    with events.listening(said.append):
        told, track = spent(Prices())
    assert told.kwh == track._meter.watt_hours() / 1000 > 0
    assert "CodeCarbon failed (OSError)" in str(said)
    assert told.seconds >= WORK


def test_what_the_processor_counts_itself_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(energy, "_packages", lambda _system: {"package-0": 1000.0 * time.process_time()})
    monkeypatch.setattr(energy, "_busy", lambda _system, _packages: time.process_time())
    told, _ = spent(Prices(memory_watts=0.0))
    assert told.counted
    assert "RAPL" in told.method
    assert told.kwh == pytest.approx(1000.0 * WORK / 3.6e6, rel=0.2)


def test_nothing_leaves_the_machine_whatever_a_configuration_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "CODECARBON_SAVE_TO_API": "true",
        "CODECARBON_SAVE_TO_FILE": "true",
        "CODECARBON_EMISSIONS_ENDPOINT": "http://127.0.0.1:9",
        "CODECARBON_ELECTRICITYMAPS_API_TOKEN": "secret",
    }.items():
        monkeypatch.setenv(name, value)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    told, _ = spent(Prices(grid="DEU"))
    assert "CodeCarbon" in told.method


def test_energy_is_priced_by_the_recipe() -> None:
    told = Spent(2.0, 10.0, "by hand").priced(Prices(kwh=0.25, grid="DEU"), times=3.0)
    assert (told.kwh, told.low, told.high) == (6.0, 3.0, 15.0)
    assert told.price == 1.5
    assert told.seconds == 30.0
    assert told.co2e == pytest.approx(6.0 * 380.95)
    assert Spent(2.0, 10.0, "by a counter", counted=True).priced(Prices()).high == pytest.approx(2.2)
