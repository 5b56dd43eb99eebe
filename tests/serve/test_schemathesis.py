"""What a machine makes up from the OpenAPI document: the short form of benchmarks/hostile.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelyard.serve.server import background
from modelyard.serve.settings import Logging, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

pytest.importorskip("schemathesis", reason="needs modelyard[dev]")


def test_every_protocol_keeps_what_the_document_tells(risk: Run, price: Run, tmp_path: Path) -> None:
    import hostile

    settings = Settings(logging=Logging(folder=str(tmp_path)))
    with background({"风险": risk.bundle, "house-price": price.bundle}, port=0, settings=settings) as url:
        found = hostile.whole(url, examples=5, phases="examples,fuzzing")
    assert sum(each.requests for each in found) > 200
    for each in found:
        assert each.clean, each.said
