"""Frames as others have them, made plain."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from modelyard.data.plain import plain, unreadable

EIGHT = dt.datetime(2026, 3, 31, 8)  # noqa: DTZ001
CASES: list[tuple[pl.Series, list[Any], Any]] = [
    (pl.Series([1, None], dtype=pl.Int8), [1, None], pl.Int8),
    (pl.Series([1.5, float("nan"), None]), [1.5, None, None], pl.Float64),
    (pl.Series([1.5], dtype=pl.Float32), [1.5], pl.Float64),
    (pl.Series([Decimal("1.25"), None]), [1.25, None], pl.Float64),
    (pl.Series(["a", None], dtype=pl.Categorical), ["a", None], pl.String),
    (pl.Series(["a", None], dtype=pl.Enum(["a", "b"])), ["a", None], pl.String),
    (pl.Series([None, None]), [None, None], pl.String),
    (pl.Series([dt.time(1, 2), None]), ["01:02:00", None], pl.String),
    (pl.Series([dt.timedelta(hours=1), None]), [3600.0, None], pl.Float64),
    (pl.Series([EIGHT]).dt.replace_time_zone("Asia/Shanghai"), [dt.datetime(2026, 3, 31)], pl.Datetime("us")),  # noqa: DTZ001
    (pl.Series([EIGHT], dtype=pl.Datetime("ns")), [EIGHT], pl.Datetime("us")),
    (pl.Series([dt.date(2026, 3, 31)]), [dt.date(2026, 3, 31)], pl.Date),
    (pl.Series([True, None]), [True, None], pl.Boolean),
    (pl.Series(["城", ""]), ["城", ""], pl.String),
]


@pytest.mark.parametrize(("series", "wanted", "dtype"), CASES, ids=str)
def test_values_become_plain_and_stay_so(series: pl.Series, wanted: list[Any], dtype: Any) -> None:
    frame = plain(pl.DataFrame({"x": series}))
    assert frame["x"].to_list() == wanted
    assert frame["x"].dtype == dtype
    assert plain(frame).equals(frame)
    assert unreadable(frame) == {}


@pytest.mark.parametrize(
    ("series", "holds"),
    [
        (pl.Series([[1], [2]]), "lists"),
        (pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)), "lists"),
        (pl.Series([{"a": 1}]), "objects"),
        (pl.Series([b"\xff"]), "bytes"),
    ],
)
def test_what_no_kind_reads_is_named(series: pl.Series, holds: str) -> None:
    assert unreadable(plain(pl.DataFrame({"x": series, "y": [1] * len(series)}))) == {"x": holds}
