"""A profile tells figures, and no row's value."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard import run
from tests.quality import subjects

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.quality.checkup import Checkup

SECRETS = ("Ada Lovelace of Kew", "zq9-secret-key", "rare-level-xy", "271828182", "3.14159265")


def checked(folder: Path, **said: Any) -> Checkup:
    columns = subjects.sound(300)
    columns["story"] = [f"the parcel of {place} came late on a rainy day of march" for place in range(300)]
    columns["story"][7] = f"{SECRETS[0]} wrote this text on a cold day in june"
    columns["key"] = [f"k{place * 7919 % 100003}-x" for place in range(300)]
    columns["key"][8] = SECRETS[1]
    columns["city"][9] = SECRETS[2]
    columns["fee"] = np.random.default_rng(0).normal(50, 5, 300).round(3).tolist()
    columns["fee"][10] = float(SECRETS[3])
    columns["fee"][11] = float(SECRETS[4])
    columns["day"] = [date(2020, 1, 1) + timedelta(days=place) for place in range(300)]
    columns["story"][12] = columns["story"][13]
    subject = subjects.subject(folder, columns)
    data = {"train": str(folder / "train.parquet")}
    assert subject.frame.height == 300
    return run.check({"version": 1, "name": "x", "data": data, "target": "target", "model": "linear", **said})


def test_no_value_of_a_row_is_told(tmp_path: Path) -> None:
    told = json.dumps(checked(tmp_path).told(), ensure_ascii=False)
    for secret in SECRETS:
        assert secret not in told
    assert "Ulm" in told  # a level of many rows is a share


def test_what_columns_show(tmp_path: Path) -> None:
    profile = {column.name: column for column in checked(tmp_path).profile}
    assert set(profile["city"].shares) == {"Bonn", "Kiel", "Ulm"}
    assert sum(profile["city"].shares.values()) == pytest.approx(299 / 300, abs=1e-5)
    assert (profile["story"].shares, profile["story"].quantiles, profile["key"].shares) == ({}, {}, {})
    assert list(profile["fee"].quantiles) == ["0.05", "0.25", "0.5", "0.75", "0.95"]
    assert profile["fee"].quantiles["0.5"] == pytest.approx(50, abs=1)
    assert sum(profile["fee"].histogram) == 270
    assert profile["day"].quantiles["0.5"] == "2020-05-29"
    assert profile["points"].encoder == "number"
    assert (profile["key"].role, profile["key"].encoder) == ("ignore", None)


def test_few_rows_show_no_quantile(tmp_path: Path) -> None:
    columns = {name: column[:60] for name, column in subjects.sound(300).items()}
    subjects.subject(tmp_path, columns)
    data = str(tmp_path / "train.parquet")
    told = run.check({"version": 1, "name": "x", "data": data, "target": "target", "model": "linear"}, fast=True)
    assert all(not column.quantiles and not column.histogram for column in told.profile)
