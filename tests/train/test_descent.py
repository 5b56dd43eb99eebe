"""Gradient descent finds a line, with nothing said of how: what lessons begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import polars as pl
import pytest

from modelyard import run
from modelyard.core.training import Optimizer

if TYPE_CHECKING:
    from pathlib import Path

HOUSES = pl.DataFrame({"sqft": [1000, 1500, 2000, 2500], "price": [200_000, 250_000, 300_000, 350_000]})


@pytest.mark.parametrize("training", [{}, *({"optimizer": name} for name in get_args(Optimizer))])
def test_four_houses_give_their_line(training: dict[str, Any], tmp_path: Path) -> None:
    HOUSES.write_csv(tmp_path / "houses.csv")
    file = str(tmp_path / "houses.csv")
    given = {
        "version": 1,
        "name": "houses",
        "data": {"train": file, "valid": file, "test": file},
        "target": "price",
        "task": "regression",
        "model": {"name": "mlp", "hidden": []},
        "training": training,
    }
    bundle = run.train(given, home=tmp_path / "yard").bundle
    at_0, at_1000 = (float(bundle.outputs({"sqft": size})[0, 0]) for size in (0, 1000))
    assert at_0 == pytest.approx(100_000, rel=1e-3)
    assert (at_1000 - at_0) / 1000 == pytest.approx(100, rel=1e-3)
