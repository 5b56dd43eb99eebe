"""Parts of moments and holidays, beside what Python's own calendar and the package say."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import holidays as package
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import RecipeError
from modelyard.core.types import Column, Kind
from modelyard.features import clock
from modelyard.features.fit import STEPS
from modelyard.features.steps.calendar import Calendar
from modelyard.features.steps.holidays import FittedHolidays, Holidays

if TYPE_CHECKING:
    from modelyard.core.types import Values

KNOWN = {name: Column(name, Kind.TIME) for name in ("sold", "ordered")}
NAN = float("nan")


def moments(*written: str) -> Values:
    return np.array(written, dtype="datetime64[us]")


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - wall clocks
def test_parts_are_those_of_pythons_calendar(moment: datetime) -> None:
    parts: Any = ("year", "quarter", "month", "day", "weekday", "weekend", "hour")
    columns = {"sold": np.array([moment], dtype="datetime64[us]")}
    found = Calendar(of="sold", parts=parts).fit(columns, KNOWN, None, 7)(columns)
    told = [found[f"sold_{name}"][0] for name in parts]
    month, week = f"{moment.month:02d}", str(moment.isoweekday())
    quarter = str((moment.month + 2) // 3)
    assert told == [moment.year, quarter, month, moment.day, week, moment.isoweekday() >= 6, moment.hour]


def test_only_parts_that_differ_are_made_and_a_missing_moment_has_none() -> None:
    columns = {
        "sold": moments("2026-03-01", "2026-03-09", "NaT"),
        "ordered": moments("2026-02-27T12:00", "NaT", "2026-01-01"),
    }
    step = Calendar(of="sold", since="ordered", keep=False).fit(columns, KNOWN, None, 7)
    found = step(columns)
    assert list(found) == ["ordered", "sold_day", "sold_weekday", "sold_weekend", "sold_days_since_ordered"]
    np.testing.assert_array_equal(found["sold_days_since_ordered"], [1.5, NAN, NAN])
    assert found["sold_weekday"].tolist() == ["7", "1", None]
    np.testing.assert_array_equal(found["sold_weekend"], [1.0, 0.0, NAN])


@given(
    st.datetimes(datetime(1930, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"]),
)
def test_a_zones_clock_is_pythons(moment: datetime, zone: str) -> None:
    from datetime import UTC
    from zoneinfo import ZoneInfo

    wanted = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    found = clock.local(np.array([moment], dtype="datetime64[us]"), zone)[0]
    assert abs(found - np.datetime64(wanted, "us")) < np.timedelta64(1, "s")  # offsets of old are of odd seconds


def holiday(**said: Any) -> FittedHolidays:
    columns = {"sold": moments("2024-01-05", "2025-06-01")}
    return Holidays(of="sold", **{"years": (2023, 2026), **said}).fit(columns, KNOWN, None, 7)


def test_every_day_of_china_is_as_the_package_says_and_moved_working_days_are_worked() -> None:
    days = [date(2023, 1, 1) + timedelta(days=place) for place in range(4 * 365 + 1)]
    known = package.country_holidays("CN", years=range(2020, 2030))
    found = holiday(country="CN")({"sold": np.array(days, dtype="datetime64[us]")})
    assert found["sold_holiday"].tolist() == [day in known for day in days]
    assert found["sold_holiday_name"].tolist() == [known.get(day) for day in days]
    assert found["sold_working_day"].tolist() == [known.is_working_day(day) for day in days]
    ahead = [next(step for step in range(400) if day + timedelta(days=step) in known) for day in days]
    behind = [next(step for step in range(400) if day - timedelta(days=step) in known) for day in days]
    assert found["sold_days_to_holiday"].tolist() == ahead
    assert found["sold_days_since_holiday"].tolist() == behind
    moved = holiday(country="CN")({"sold": moments("2024-02-04", "2024-02-03")})  # both of a weekend
    assert moved["sold_working_day"].tolist() == [1.0, 0.0]


def test_beyond_the_span_nothing_is_said_of_holidays() -> None:
    found = holiday(country="DE", subdivision="BY")({"sold": moments("2022-12-25", "2026-12-25", "2027-01-01", "NaT")})
    np.testing.assert_array_equal(found["sold_holiday"], [NAN, 1.0, NAN, NAN])
    assert found["sold_holiday_name"].tolist()[2:] == [None, None]
    assert all(np.isnan(found[f"sold_{name}"][2]) for name in ("working_day", "days_to_holiday", "days_since_holiday"))


def test_ten_years_are_known_beyond_the_training_rows() -> None:
    columns = {"sold": moments("2024-01-05", "2025-06-01")}
    step = Holidays(of="sold", country="US", parts=("holiday",)).fit(columns, KNOWN, None, 7)
    assert step.years == (2024, 2035)
    np.testing.assert_array_equal(step({"sold": moments("2035-07-04", "2036-07-04")})["sold_holiday"], [1.0, NAN])


def test_a_zone_decides_which_day_it_is() -> None:
    late = {"sold": moments("2025-12-31T17:00")}
    assert holiday(country="CN")(late)["sold_holiday"].tolist() == [0.0]
    assert holiday(country="CN", zone="Asia/Shanghai")(late)["sold_holiday"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"country": "XX"}, "no country called 'XX'"),
        ({"country": "DE", "subdivision": "BAY"}, "'DE' has no subdivision 'BAY'"),
        ({"country": "DE", "years": [2030, 2020]}, "the first and the last"),
        ({"country": "DE", "zone": "Europe/Berlim"}, "is no time zone"),
        ({"country": "DE", "of": "sould"}, "no column called 'sould'"),
    ],
)
def test_what_cannot_be_is_told(said: dict[str, Any], problem: str) -> None:
    with pytest.raises(RecipeError, match=problem):
        STEPS.build("holidays", {"of": "sold", **said}).fit({"sold": moments("2024-01-05")}, KNOWN, None, 7)


def test_a_server_needs_no_package_of_holidays() -> None:
    state = json.dumps(holiday(country="CN").state())
    code = f"""
import sys
sys.modules["holidays"] = None
import numpy as np, json
from modelyard.features.fit import STEPS
step = STEPS.part("holidays").fitted.restore(json.loads({state!r}))
print(step({{"sold": np.array(["2026-10-01"], dtype="datetime64[us]")}})["sold_holiday"][0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["1.0"], done.stderr
