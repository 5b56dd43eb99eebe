"""Several processes release, promote, roll back, collect and make keys at the same moment; nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from modelyard.release.ledger import acts
from modelyard.release.yard import Yard

if TYPE_CHECKING:
    from modelyard.run import Run

OPENING = """
import sys
from modelyard.core.errors import UsageError, YardError
from modelyard.release.bundle import Bundle
from modelyard.release.yard import Yard
yard = Yard(sys.argv[1])
bundles = [Bundle.load(folder) for folder in sys.argv[2:]]
"""
OFFER = """
for turn in range(10):
    yard.offer(bundles[turn % len(bundles)], [])
"""
PROMOTE = """
for turn in range(10):
    yard.offer(bundles[turn % len(bundles)], [], alias="challenger")
    try:
        yard.promote("risk")
    except YardError:  # another process has just promoted it
        pass
"""
ROLLBACK = """
for turn in range(10):
    try:
        yard.rollback("risk")
    except YardError:  # there was nothing to go back to at this moment
        pass
"""
COLLECT = """
for turn in range(10):
    yard.collect(keep=0, age=0, unreleased=True)
"""
KEYS = """
for turn in range(10):
    try:
        yard.keys.make(f"client {turn}")
    except UsageError:  # another process has this name
        pass
"""


def run_all(address: str, bundles: list[str], *codes: str) -> None:
    """Each code in a process of its own, all at once."""
    commands = [[sys.executable, "-c", OPENING + code, address, *bundles] for code in codes]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
    told = [process.communicate(timeout=240)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * len(running), "\n".join(told)


@pytest.fixture
def folders(binary: Run, other: Run, third: Run) -> list[str]:
    return [str(run.bundle.folder) for run in (binary, other, third)]


def test_releases_count_up_without_a_gap(address: str, folders: list[str]) -> None:
    run_all(address, folders[:2], OFFER, OFFER, OFFER)
    yard = Yard(address)
    versions = [release.version for release in yard.releases("risk")]
    assert versions == list(range(len(versions), 0, -1))
    assert len(versions) >= 10
    assert sum(release.alias == "champion" for release in yard.releases()) == 1
    assert [act.detail["version"] for act in yard.history("risk")] == versions


def test_every_move_is_written_down_in_the_order_it_was_made(address: str, folders: list[str]) -> None:
    run_all(address, folders, PROMOTE, PROMOTE, ROLLBACK, OFFER)
    yard = Yard(address)
    champion = None
    for act in reversed(yard.history("risk")):
        if act.detail["alias"] == "champion":
            assert act.detail["before"] == champion
            champion = act.detail["version"]
    assert yard.aliases()["risk"]["champion"] == champion
    for version in (champion, *acts.back(yard.history("risk"))):
        yard.open(yard.find(f"risk@{version}"))


def test_collecting_takes_nothing_that_is_being_released(address: str, folders: list[str]) -> None:
    """With no age and nothing kept: all that an alias does not name goes at once, and comes again when released."""
    run_all(address, folders, OFFER, PROMOTE, COLLECT, COLLECT)
    yard = Yard(address)
    named = set(yard.aliases()["risk"].values())
    for release in yard.releases("risk"):
        if release.version in named:
            assert not release.gone
            assert yard.open(release).digest == release.digest
        elif not release.gone:
            assert yard.open(release).digest == release.digest


def test_a_name_has_one_living_key(address: str) -> None:
    run_all(address, [], KEYS, KEYS, KEYS)
    names = [key.name for key in Yard(address).keys.list()]
    assert sorted(names) == sorted(f"client {turn}" for turn in range(10))
