"""What every test stands on: no yard but the test's own, no chance but a seeded one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import making
from tests.postgres import GET, Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelyard.quality.checkup import Checkup
    from modelyard.release.bundle import Bundle
    from modelyard.run import Run

hypothesis.settings.register_profile(
    "modelyard",
    deadline=None,  # no timing is a verdict
    derandomize=True,
    max_examples=40,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("modelyard")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "slow: trains on a whole real table; runs by default, `-m 'not slow'` leaves it out"
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where all that tests may need is installed, a skip is a failure: `MODELYARD_NO_SKIPS=1`, as CI says."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("MODELYARD_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _a_yard_and_a_width_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODELYARD_HOME", "MODELYARD_BUNDLES", "MODELYARD_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)  # a test process of several is told a width of 80


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformers folder with a two-layer encoder, untrained, and its tokenizer."""
    return making.tiny_bert(tmp_path_factory.mktemp("tiny-bert"))


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A linear model of a small mixed table, trained once; its bundle is not to be altered."""
    return making.train(tmp_path_factory.mktemp("binary"), making.table("binary"), name="risk")


@pytest.fixture(scope="session")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same for a number."""
    return making.train(tmp_path_factory.mktemp("regression"), making.table("regression"), name="price")


@pytest.fixture(scope="session")
def ranged(regression: Run, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The same with intervals, moved apart by five."""
    return making.ranged(regression, tmp_path_factory.mktemp("ranged"), 5.0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process's own."""
    cluster = Cluster.make()
    if cluster is None:
        pytest.skip(GET)
    try:
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a yard of the test's own can lie: a folder, and a database with a folder for bundles."""
    if request.param == "sqlite":
        return str(tmp_path / ".modelyard")
    monkeypatch.setenv("MODELYARD_BUNDLES", str(tmp_path / "bundles"))
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.database()


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Checkup:
    """What is said of fifteen hundred rows with all faults of `benchmarks/faulty` that can live in one table."""
    import faults
    from faulty.work import FAULTS, sound
    from modelyard import run

    work = sound(1500, 3)
    for fault in FAULTS:
        if fault.table == "large":
            fault.plant(work)
    return run.check(faults.recipe(work, tmp_path_factory.mktemp("faulty")))
