"""Energy is reckoned from seconds of cores, from memory, and from the processor's own count where there is one."""

import time
from pathlib import Path

import pytest

from modelyard.core import energy
from modelyard.core.energy import Draw, Meter


def work(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def test_a_busy_second_of_a_core_takes_the_watts_of_a_core() -> None:
    with energy.metered(Draw(watts=3600.0, memory=0.0)) as meter:
        began = time.process_time()
        work(0.1)
    least = time.process_time() - began
    assert meter.watt_hours() == pytest.approx(least, abs=0.05)


def test_waiting_takes_what_memory_draws_alone() -> None:
    with energy.metered(Draw(watts=0.0, memory=1.0)) as meter:
        time.sleep(0.05)
    assert 0 < meter.watt_hours() < 1
    with energy.metered(Draw(watts=0.0, memory=0.0)) as none:
        work(0.02)
    assert none.watt_hours() == 0


def test_it_is_told_inside_and_stands_still_afterwards() -> None:
    assert energy.so_far() is None
    with energy.metered(Draw(watts=1e6, memory=0.0)) as outer:
        work(0.02)
        first = energy.so_far()
        with energy.metered() as inner:
            assert energy.so_far() is not None
            assert inner is not outer
        work(0.02)
        second = energy.so_far()
    assert energy.so_far() is None
    assert first is not None
    assert second is not None
    assert second > first > 0
    after = outer.watt_hours()
    work(0.02)
    assert outer.watt_hours() == after


def test_asking_often_adds_up_to_what_asking_once_gives() -> None:
    often, once = Meter(Draw(memory=0.0)), Meter(Draw(memory=0.0))
    for _ in range(1200):
        work(0.001)
        often.watt_hours()  # settles after a second
    assert often.watt_hours() == pytest.approx(once.watt_hours(), rel=0.02)


def system(place: Path, microjoules: int, busy: int) -> None:
    zone = place / "sys/class/powercap/intel-rapl:0"
    (zone / "intel-rapl:0:0").mkdir(parents=True, exist_ok=True)
    (zone / "energy_uj").write_text(f"{microjoules}\n")
    (place / "proc").mkdir(exist_ok=True)
    (place / "proc/stat").write_text(f"cpu  {busy} 0 0 999999 50 0 0 0 0 0\ncpu0 1 2 3\n")


def test_the_processors_own_count_goes_before_watts(tmp_path: Path) -> None:
    system(tmp_path, 1_000_000, 100)
    meter = Meter(Draw(watts=1e9), tmp_path)
    work(0.05)
    system(tmp_path, 8_200_000_000 + 1_000_000, 101)  # no more busy than this process: all of it is ours
    assert meter.watt_hours() == pytest.approx(8200 / 3600, rel=1e-6)


def test_of_the_processors_count_a_block_takes_its_share(tmp_path: Path) -> None:
    system(tmp_path, 0, 0)
    meter = Meter(Draw(watts=1e9), tmp_path)
    work(0.05)
    system(tmp_path, 3_600_000_000, 100_000_00)
    assert 0 < meter.watt_hours() < 1e-3


def test_a_count_that_began_anew_is_not_believed(tmp_path: Path) -> None:
    system(tmp_path, 5_000_000, 0)
    meter = Meter(Draw(watts=3600.0), tmp_path)
    work(0.05)
    system(tmp_path, 10, 100)
    assert 0.039 < meter.watt_hours() < 0.5
