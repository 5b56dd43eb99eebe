"""A yard with keys, and servers that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.release.yard import Yard
from modelyard.serve.access.settings import Access
from modelyard.serve.server import background
from modelyard.serve.settings import Limits, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """Empty."""
    return Yard(tmp_path / "yard")


@pytest.fixture
def serving(risk: Run) -> Serving:
    """A real server on a loopback port, by words for its access and `limits`."""

    @contextmanager
    def start(limits: Limits | None = None, host: str = "127.0.0.1", **access: Any) -> Iterator[str]:
        settings = Settings(limits or Limits(), access=replace(Access(), **access))
        with background({"风险": risk.bundle}, host=host, port=0, settings=settings) as url:
            yield url

    return start


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
