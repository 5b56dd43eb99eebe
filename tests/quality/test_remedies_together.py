"""Remedies of one column, put into a recipe together, fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

import modelyard
from modelyard.recipe import parse

if TYPE_CHECKING:
    from pathlib import Path


def test_what_reads_as_numbers_or_dates_is_cleaned_and_not_encoded_as_levels(tmp_path: Path) -> None:
    rows = range(300)
    frame = pl.DataFrame(
        {
            "weight": [f"{n % 90 + 1} kg" if n % 3 else f"{(n % 70 + 1) * 1000} g" for n in rows],
            "day": [f"{n % 28 + 1:02}.{n % 12 + 1:02}.2025" for n in rows],
            "late": ["yes" if n * 7 % 5 > 2 else "no" for n in rows],
        }
    )
    frame.write_csv(tmp_path / "rows.csv")
    recipe = {"version": 1, "name": "r", "data": str(tmp_path / "rows.csv"), "target": "late", "model": "linear"}
    found = modelyard.check(recipe, fast=True)
    named = {one.finding for one in found.findings}
    assert {"mixed_units", "written_dates"} <= named
    assert "many_levels" not in named
    columns: dict[str, object] = {}
    for one in found.findings:
        if one.finding in {"mixed_units", "written_numbers", "written_dates"}:
            columns |= parse.value(one.remedy)["columns"]
    mended = modelyard.check({**recipe, "columns": columns}, fast=True)
    assert {column.name: str(column.kind) for column in mended.profile} == {
        "weight": "number",
        "day": "time",
        "late": "boolean",
    }


def test_one_setting_of_a_path_is_said_beside_it(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("version: 1\nname: r\ndata: a.csv\ntarget: y\n", encoding="utf-8")
    recipe = parse.load(tmp_path / "r.yaml", ["data.encoding=gb18030"])
    assert recipe.data.train.settings == {"path": "a.csv", "encoding": "gb18030"}
