"""How many rows there were, and how new they are."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard import run
from modelyard.core.errors import RecipeError
from tests import making

if TYPE_CHECKING:
    from pathlib import Path


def fresh(**said: Any) -> list[dict[str, Any]]:
    return [{"gate": "fresh", "bound": "90d", **said}]


def test_the_newest_time_of_all_parts_is_kept(tmp_path: Path) -> None:
    frame = making.table("binary")
    made = making.train(tmp_path, frame, gates=fresh(column="since"))
    data = made.report.data
    assert data is not None
    newest = frame["since"].max()
    assert isinstance(newest, datetime)
    assert (data.rows, data.column, data.newest) == (120, "since", newest.isoformat())
    assert data.digest == made.bundle.manifest.data_digest


def test_a_column_that_is_not_learnt_from_serves_too(tmp_path: Path) -> None:
    frame = making.table("binary").with_columns(pl.lit("2026-11-20T08:00:00+02:00").alias("read"))
    made = making.train(tmp_path, frame, gates=fresh(column="read"), columns={"read": {"role": "ignore"}})
    assert made.report.data is not None
    assert made.report.data.newest == "2026-11-20T06:00:00"


def test_when_the_file_was_written_is_no_part_of_the_digest(tmp_path: Path) -> None:
    recipe = making.recipe(tmp_path, making.table("binary"), gates=fresh())
    made = []
    for day in (1, 2):
        moment = datetime(2026, 1, day, tzinfo=UTC).timestamp()
        os.utime(tmp_path / "rows.parquet", (moment, moment))
        made.append(run.train(recipe, home=tmp_path / f"yard {day}"))
    assert [one.report.data.changed for one in made if one.report.data] == [
        "2026-01-01T00:00:00+00:00",
        "2026-01-02T00:00:00+00:00",
    ]
    assert made[0].bundle.digest == made[1].bundle.digest
    verdict = run.judge(made[0].bundle, made[0].yard)[0]
    assert not verdict.passed
    assert "2026-01-01" in verdict.reason


@pytest.mark.parametrize(("column", "told"), [("sinse", "no column called 'sinse'"), ("home", "holds no times")])
def test_a_column_without_times_is_told_before_anything_is_fitted(column: str, told: str, tmp_path: Path) -> None:
    recipe = making.recipe(tmp_path, making.table("binary"), gates=fresh(column=column))
    for ask in (run.train, run.inspect):
        with pytest.raises(RecipeError, match=told) as caught:
            ask(recipe)
        assert caught.value.where.endswith("gates.0.column")
