"""A yard of each sort, and two bundles of one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelyard.release.yard import Yard
from tests import making

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.run import Run


@pytest.fixture
def yard(address: str) -> Iterator[Yard]:
    """A new yard: once on SQLite, once on PostgreSQL."""
    made = Yard(address)
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Another bundle of the name of `binary`; it is not to be altered."""
    return making.train(tmp_path_factory.mktemp("other"), making.table("binary", seed=9), name="risk")


@pytest.fixture(scope="session")
def third(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """And one more."""
    return making.train(tmp_path_factory.mktemp("third"), making.table("binary", seed=10), name="risk")
