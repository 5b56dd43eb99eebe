"""Dates as people write them, one order a column; numbers that count days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import DataError
from modelyard.data.cleaners.dates import Dates
from modelyard.data.cleaners.serial import Serial

DMY, MDY, YMD = Dates(order="dmy"), Dates(order="mdy"), Dates(order="ymd")
READ: list[tuple[Any, Any, str]] = [
    (DMY, "2026-03-31", "2026-03-31 00:00:00"),
    (DMY, "2026-03-31T12:30:00.5Z", "2026-03-31 12:30:00.500000"),
    (DMY, "2026-03-31 12:30:00+08:00", "2026-03-31 04:30:00"),
    (DMY, "2026-03-31 12:30 UTC+8", "2026-03-31 04:30:00"),
    (DMY, "31.12.2026", "2026-12-31 00:00:00"),
    (DMY, "1/2/2026 7:05", "2026-02-01 07:05:00"),
    (MDY, "1/2/2026", "2026-01-02 00:00:00"),
    (MDY, "12/31/26", "2026-12-31 00:00:00"),
    (YMD, "26/12/31", "2026-12-31 00:00:00"),
    (DMY, "31/12/69", "1969-12-31 00:00:00"),
    (DMY, "31/12/68", "2068-12-31 00:00:00"),
    (MDY, "2026/3/1", "2026-03-01 00:00:00"),
    (MDY, "20260301", "2026-03-01 00:00:00"),
    (MDY, "3 Mar 2026", "2026-03-03 00:00:00"),
    (DMY, "March 3, 2026 5pm", "2026-03-03 17:00:00"),
    (DMY, "3rd of March 2026", "2026-03-03 00:00:00"),
    (MDY, "3-Mar-26", "2026-03-03 00:00:00"),
    (DMY, "Tue, 3 Mar 2026 10:00:00 GMT", "2026-03-03 10:00:00"),
    (DMY, "3. M\u00e4rz 2026", "2026-03-03 00:00:00"),
    (DMY, "2026年3月1日 下午5点", "2026-03-01 17:00:00"),
    (DMY, "2026年3月1日 星期日 17时30分", "2026-03-01 17:30:00"),
    (DMY, "2026/03/31 12:00 AM", "2026-03-31 00:00:00"),
    (DMY, "03.03.2026 24:00", "2026-03-04 00:00:00"),
    (Serial(), 46_082.75, "2026-03-01 18:00:00"),
    (Serial(), "59", "1900-02-28 00:00:00"),
    (Serial(), 61, "1900-03-01 00:00:00"),
    (Serial(unit="milliseconds"), 1_767_225_600_000, "2026-01-01 00:00:00"),
    (Serial(unit="days"), 1, "1970-01-02 00:00:00"),
]
REFUSED: list[tuple[Any, Any]] = [
    *((DMY, word) for word in ("may", "10", "2026", "10:30", "12am", "2026-03", "May 10", "", "1/2/3", "3.3.2026 5")),
    *((DMY, word) for word in ("31.02.2026", "12/31/2026", "2026-13-01", "5 foo 2026", "3.3.2026 25:00", "99999999")),
    *((YMD, word) for word in ("31.12.2026", "1/2/2026")),
    (Dates(), "01/02/2026"),
    (Serial(), 60),  # a day that Excel counts and the calendar does not
    (Serial(), 0.5),
    (Serial(unit="seconds"), 1e300),
    (Serial(), True),
    (DMY, "1" * 100_000),
]


@pytest.mark.parametrize(("clean", "written", "moment"), READ, ids=[str(case[1]) for case in READ])
def test_a_written_date_is_read(clean: Any, written: Any, moment: str) -> None:
    assert str(clean(written)) == moment
    assert Dates(order="dmy")(str(clean(written))) == clean(written), "what is written back is read as it was"


@pytest.mark.parametrize(("clean", "written"), REFUSED, ids=[str(case[1])[:12] for case in REFUSED])
def test_nonsense_and_other_orders_are_refused(clean: Any, written: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected"):
        clean(written)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["31.12.2026", "01.02.2026"], "dmy"),
        (["12/31/26", "01/02/26"], "mdy"),
        (["01.02.2026"], "dmy"),  # points are written where the day comes first
        (["31/31/31", "31.12.2026"], "dmy"),  # no day at all speaks for nothing
        (["2026-01-02", "3 Mar 2026"], "dmy"),
        (["99/12/31", "98/01/01"], "ymd"),
    ],
)
def test_one_order_is_settled_for_the_column(column: list[str], order: str) -> None:
    assert Dates().settled(column).order == order


def test_a_column_that_mixes_orders_says_how_many_speak_for_each() -> None:
    with pytest.raises(DataError, match="of 4 different days 2 as dmy alone and 1 as mdy alone"):
        Dates().settled(["31/12/2026", "30/12/2026 10:00", "12/31/2026", "1/1/2026"])
    with pytest.raises(DataError, match="may be read with the day or the month first") as caught:
        Dates().settled(["01/02/2026", "03/04/2026"])
    assert "order: dmy" in caught.value.hint


@given(st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)), st.sampled_from(["dmy", "mdy", "ymd"]))  # noqa: DTZ001
def test_a_day_survives_being_written(when: datetime, order: Any) -> None:
    form = {"dmy": "%d/%m/%y %H:%M", "mdy": "%m/%d/%y %H:%M", "ymd": "%y/%m/%d %H:%M"}[order]
    assert Dates(order=order)(when.strftime(form)) == when.replace(second=0, microsecond=0)
