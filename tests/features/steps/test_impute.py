"""Missing values: what fills them, whose values it looks at, and what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.errors import RecipeError
from modelyard.core.featuring import Noted
from modelyard.core.types import Column, Kind
from modelyard.data import values
from modelyard.features.fit import STEPS
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.types import Values

KNOWN = {
    "x": Column("x", Kind.NUMBER),
    "y": Column("y", Kind.NUMBER),
    "level": Column("level", Kind.CATEGORY),
    "flag": Column("flag", Kind.BOOLEAN),
    "day": Column("day", Kind.TIME),
    "x is missing": Column("x is missing", Kind.BOOLEAN),
}


def columns(rows: int = 400, seed: int = 0) -> tuple[dict[str, Values], dict[str, Values]]:
    """Columns that say much of each other, whole and with gaps."""
    random = np.random.default_rng(seed)
    x = random.normal(size=rows)
    whole: dict[str, Values] = {
        "x": x,
        "y": 3 * x + 1,
        "level": np.where(x > 0, "high", "low").astype(object),
        "flag": (x > 0).astype(np.float64),
        "day": np.datetime64("2026-01-01", "us") + (np.round(x * 10).astype(np.int64) * 86_400_000_000),
        "x is missing": np.zeros(rows),
    }
    gapped = {name: column.copy() for name, column in whole.items()}
    for place, (name, nothing) in enumerate(
        {"y": np.nan, "level": None, "flag": np.nan, "day": np.datetime64("NaT")}.items()
    ):
        gapped[name][place::10] = nothing
    return whole, gapped


@pytest.mark.parametrize(
    ("by", "y", "level"), [("median", np.nanmedian, "low"), ("mean", np.nanmean, "low"), ("most_frequent", None, "low")]
)
def test_one_value_fills_a_column(by: str, y: Any, level: str) -> None:
    _, gapped = columns()
    gapped["level"][gapped["level"] == "high"] = None
    after = STEPS.build("impute", {"by": by}).fit(gapped, KNOWN, None, 1)(gapped)
    assert after["level"][1] == level
    assert not any(values.missing(column).any() for column in after.values())
    if y is not None:
        assert after["y"][0] == pytest.approx(y(gapped["y"]))
    there = ~np.isnan(gapped["y"])
    assert (after["y"][there] == gapped["y"][there]).all()


def test_a_model_fills_from_the_other_columns() -> None:
    whole, gapped = columns()
    after = STEPS.build("impute", {"by": "model"}).fit(gapped, KNOWN, None, 1)(gapped)
    wrong = np.abs(after["y"] - whole["y"])[np.isnan(gapped["y"])]
    assert wrong.max() < 0.3 * whole["y"].std()
    assert (after["level"] == whole["level"])[1::10].mean() > 0.9
    assert (after["flag"] == whole["flag"])[2::10].mean() > 0.9
    apart = (after["day"] - whole["day"])[3::10].astype(np.int64) / 86_400_000_000
    assert np.abs(apart).mean() < 1
    assert (after["day"].astype(np.int64) % 86_400_000_000 == 0).all(), "days where training knew days"


def test_flags_are_of_columns_that_training_knew_to_miss_some_and_collide_with_none() -> None:
    _, gapped = columns()
    gapped["x"][5] = np.nan
    step = STEPS.build("impute", {}).fit(gapped, KNOWN, None, 1)
    flags = [column.name for column in step.made]
    assert flags == ["x is missing (2)", "y is missing", "level is missing", "flag is missing", "day is missing"]
    after = step(gapped)
    assert after["x is missing (2)"].tolist() == [float(row == 5) for row in range(400)]
    assert isinstance(step, Noted)
    assert step.notes == ("missing values were filled by median: 1 of x, 40 of y, 40 of level, 40 of flag, 40 of day",)
    assert STEPS.build("impute", {"flag": False}).fit(gapped, KNOWN, None, 1).made == ()


def test_what_training_never_missed_is_filled_as_well() -> None:
    whole, _ = columns()
    step = STEPS.build("impute", {"by": "model"}).fit(whole, KNOWN, None, 1)
    assert step.made == ()
    one = {name: column[:1].copy() for name, column in whole.items()}
    one["y"][0] = np.nan
    assert abs(step(one)["y"][0] - whole["y"][0]) < 0.3 * whole["y"].std()
    nothing = {name: column[:1].copy() for name, column in whole.items()}
    for name in ("x", "y", "flag"):
        nothing[name][0] = np.nan
    assert np.isfinite(step(nothing)["y"]).all()


def test_constants_fit_their_columns() -> None:
    _, gapped = columns()
    step = STEPS.build("impute", {"by": "constant", "value": 0, "columns": ["y"]}).fit(gapped, KNOWN, None, 1)
    assert step(gapped)["y"][0] == 0.0
    day = STEPS.build("impute", {"by": "constant", "value": "2026-05-01", "columns": ["day"]})
    assert day.fit(gapped, KNOWN, None, 1)(gapped)["day"][3] == np.datetime64("2026-05-01")
    with pytest.raises(RecipeError, match="does not fit the column 'y'") as caught:
        STEPS.build("impute", {"by": "constant", "value": "none"}).fit(gapped, KNOWN, None, 1)
    assert len(caught.value.problems) == 5
    with pytest.raises(RecipeError, match="needs a value"):
        STEPS.build("impute", {"by": "constant"})


def test_a_column_without_any_value_stays() -> None:
    whole, _ = columns()
    empty = {**whole, "y": np.full(400, np.nan), "level": np.full(400, None)}
    after = STEPS.build("impute", {"by": "model"}).fit(empty, KNOWN, None, 1)(empty)
    assert np.isnan(after["y"]).all()
    assert after["level"].tolist() == [None] * 400


def test_a_recipe_imputes_and_its_report_tells(tmp_path: Path) -> None:
    frame = making.table("binary", 90)
    trained = making.train(tmp_path, frame, prepare=[{"step": "impute", "by": "model"}], metrics=["accuracy"])
    assert any("missing values were filled by model" in note for note in trained.report.notes)
    assert "年龄 is missing" in trained.bundle.features.fitted
    answers = trained.bundle.predict({**trained.bundle.example, "年龄": None, "home": None})
    assert len(answers["predictions"]) == 1
