"""What parts may need of their surroundings."""

from __future__ import annotations

import pytest

from modelyard.data.personal import keyed


@pytest.fixture(autouse=True)
def _a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cleaners that hash have a key."""
    monkeypatch.setenv(keyed.KEY, "a key for tests, long enough to be one")
