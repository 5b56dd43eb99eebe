"""Rows drawn from summaries: as many of each value as the summaries say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.types import Column, Kind, Schema, Table
from modelyard.data.values import missing
from modelyard.explain import background
from modelyard.release import reference
from tests import drawing

if TYPE_CHECKING:
    from modelyard.core.types import Values

COLUMNS = (
    Column("number", Kind.NUMBER, storage="float"),
    Column("whole", Kind.NUMBER, storage="integer"),
    Column("level", Kind.CATEGORY),
    Column("truth", Kind.BOOLEAN, storage="boolean"),
    Column("when", Kind.TIME, storage="datetime"),
    Column("text", Kind.TEXT),
    Column("id", Kind.IDENTIFIER),
    Column("empty", Kind.NUMBER),
    Column("picture", Kind.IMAGE, storage="bytes"),
)


def known() -> dict[str, Any]:
    random = np.random.default_rng(0)
    rows = 1000
    frame = pl.DataFrame(
        {
            "number": [None if row % 5 == 0 else float(v) for row, v in enumerate(random.lognormal(size=rows))],
            "whole": random.integers(0, 4, rows),
            "level": random.choice(["a", "b", "逾期"], rows, p=[0.7, 0.2, 0.1]),
            "truth": random.random(rows) < 0.3,
            "when": pl.datetime_range(
                pl.datetime(2020, 1, 1), pl.datetime(2020, 1, 1) + pl.duration(days=999), "1d", eager=True
            ),
            "text": ["a text"] * rows,
            "id": [f"id{row}" for row in range(rows)],
            "empty": pl.Series([None] * rows, dtype=pl.Float64),
            "picture": [drawing.square()] * rows,
        }
    )
    found: Any = reference.of(Table(frame, Schema(COLUMNS)), np.zeros((rows, 1), np.float32))["columns"]
    return dict(found)


@pytest.fixture(scope="module")
def drawn() -> dict[str, Values]:
    return background.drawn(COLUMNS, known(), 100, seed=7)


def test_numbers_and_times_lie_as_the_rows_do(drawn: dict[str, Values]) -> None:
    number = drawn["number"]
    assert np.isnan(number).sum() == 20
    there = number[~np.isnan(number)]
    assert there.mean() == pytest.approx(np.exp(0.5), rel=0.15)
    assert np.median(there) == pytest.approx(1.0, rel=0.15)
    assert set(drawn["whole"]) == {0.0, 1.0, 2.0, 3.0}
    assert drawn["when"].dtype == np.dtype("datetime64[us]")
    assert abs(np.median(drawn["when"].astype(np.int64)) / 86.4e9 - 18262 - 499.5) < 5


def test_levels_and_truths_have_their_shares(drawn: dict[str, Values]) -> None:
    counts = {level: int((drawn["level"] == level).sum()) for level in ("a", "b", "逾期")}
    assert sum(counts.values()) == 100
    assert counts["a"] == pytest.approx(70, abs=4)
    assert drawn["truth"].mean() == pytest.approx(0.3, abs=0.04)


def test_nobody_is_told(drawn: dict[str, Values]) -> None:
    assert set(drawn["text"]) == {""}
    assert missing(drawn["id"]).all()
    assert missing(drawn["empty"]).all()
    assert missing(drawn["picture"]).all()
    assert len(background.options(COLUMNS[-1], known()["picture"])) == 0


def test_columns_are_drawn_by_themselves_and_by_seed(drawn: dict[str, Values]) -> None:
    again, other = (background.drawn(COLUMNS, known(), 100, seed=seed) for seed in (7, 8))
    assert all(np.array_equal(missing(again[name]), missing(drawn[name])) for name in drawn)
    assert np.array_equal(again["level"], drawn["level"])
    assert not np.array_equal(other["level"], drawn["level"])
    there = ~np.isnan(drawn["number"])
    assert abs(np.corrcoef(drawn["number"][there], drawn["when"].astype(float)[there])[0, 1]) < 0.4


def test_a_bundle_of_before_is_read_too() -> None:
    before = {name: {k: v for k, v in said.items() if k not in {"between", "true"}} for name, said in known().items()}
    drawn = background.drawn(COLUMNS, before, 100, seed=7)
    assert np.nanmedian(drawn["number"]) == pytest.approx(1.0, rel=0.2)
    assert drawn["truth"].mean() == pytest.approx(0.3, abs=0.15)
    assert not np.isnat(drawn["when"]).any()
    assert len(background.options(COLUMNS[0], before["number"])) > 7


@pytest.mark.parametrize(("rows", "kept"), [(3, 3), (100, 100), (1000, 100)])
def test_many_rows_are_thinned(rows: int, kept: int) -> None:
    thinned = background.thinned({"x": np.arange(rows), "y": np.arange(rows) * 2}, 100, seed=7)
    assert len(np.unique(thinned["x"])) == kept
    assert np.array_equal(thinned["y"], thinned["x"] * 2)
