"""Faults of values, all in one large table, each in a column of its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from faulty.work import days, fault

if TYPE_CHECKING:
    from faulty.work import Work

Rows = np.ndarray
TABLE = "large"


@fault(TABLE, "negative", "sentinel", column="age")
def plant_negative_age(work: Work) -> Rows:
    """Negative age."""
    places = work.some(0.002)
    work.change("age", places, [-int(value) for value in work.chance.integers(18, 60, len(places))])
    return places


@fault(TABLE, "impossible_age", column="spouse_age")
def plant_age_of_two_hundred(work: Work) -> Rows:
    """Age of two hundred."""
    work.columns["spouse_age"] = work.chance.integers(18, 90, work.rows).tolist()
    places = work.some(0.002)
    work.change("spouse_age", places, 213)
    return places


@fault(TABLE, "beyond_percent", column="discount_percent")
def plant_percentage_over_100(work: Work) -> Rows:
    """Percentage over 100."""
    work.columns["discount_percent"] = work.chance.uniform(0, 60, work.rows).round(1).tolist()
    places = work.some(0.003)
    work.change("discount_percent", places, [float(v) for v in work.chance.uniform(101, 140, len(places)).round(1)])
    return places


@fault(TABLE, "impossible_zero", column="height_cm")
def plant_zero_height(work: Work) -> Rows:
    """Zero height."""
    work.columns["height_cm"] = work.chance.normal(172, 9, work.rows).round(1).tolist()
    places = work.some(0.01)
    work.change("height_cm", places, 0.0)
    return places


@fault(TABLE, "sentinel", column="balance")
def plant_minus_999(work: Work) -> Rows:
    """Minus 999."""
    work.columns["balance"] = work.chance.normal(200, 60, work.rows).round(2).tolist()
    places = work.some(0.01)
    work.change("balance", places, -999.0)
    return places


@fault(TABLE, "sentinel", column="rooms")
def plant_9999(work: Work) -> Rows:
    """9999."""
    work.columns["rooms"] = work.chance.integers(1, 9, work.rows).tolist()
    places = work.some(0.01)
    work.change("rooms", places, 9999)
    return places


@fault(TABLE, "sentinel", column="last_order")
def plant_year_1900(work: Work) -> Rows:
    """Year 1900."""
    work.columns["last_order"] = days(work)
    places = work.some(0.02)
    work.change("last_order", places, date(1900, 1, 1))
    return places


@fault(TABLE, "future", column="born")
def plant_born_in_the_future(work: Work) -> Rows:
    """Born in the future."""
    work.columns["born"] = days(work, "1950-01-01", 18_000)
    places = work.some(0.003)
    work.change("born", places, [date(2150, 1, 1) + timedelta(days=int(d)) for d in places])
    return places


@fault(TABLE, "long_past", column="enrolled")
def plant_before_1900(work: Work) -> Rows:
    """Before 1900."""
    work.columns["enrolled"] = days(work)
    places = work.some(0.003)
    work.change("enrolled", places, [date(1820, 1, 1) + timedelta(days=int(d) % 3000) for d in places])
    return places


@fault(TABLE, "outliers", column="speed")
def plant_outliers(work: Work) -> Rows:
    """Outliers."""
    work.columns["speed"] = work.chance.normal(50, 8, work.rows).round(2).tolist()
    places = work.some(0.001)
    work.change("speed", places, [float(v) for v in work.chance.uniform(900, 2000, len(places)).round(2)])
    return places


@fault(TABLE, "outliers", column="turnover")
def plant_outliers_of_a_heavy_tail(work: Work) -> Rows:
    """Outliers of a heavy tail."""
    work.columns["turnover"] = work.chance.lognormal(5, 1, work.rows).round(2).tolist()
    places = work.some(0.001)
    work.change("turnover", places, [float(v) for v in work.chance.uniform(1e9, 5e9, len(places)).round(2)])
    return places


@fault(TABLE, "skewed", column="assets")
def plant_skewed_number(work: Work) -> None:
    """Skewed number."""
    work.columns["assets"] = work.chance.lognormal(5, 1.8, work.rows).round(2).tolist()


@fault(TABLE, "written_numbers", "mixed_types", column="weight_text")
def plant_numbers_with_a_unit(work: Work) -> None:
    """Numbers with a unit."""
    work.columns["weight_text"] = [f"{value:.1f} kg" for value in work.chance.normal(70, 10, work.rows)]


@fault(TABLE, "mixed_units", column="parcel")
def plant_two_units(work: Work) -> Rows:
    """Two units."""
    grams = work.chance.integers(500, 5000, work.rows)
    work.columns["parcel"] = [f"{value / 1000:.2f} kg" for value in grams]
    places = work.some(0.2)
    work.change("parcel", places, [f"{grams[place]} g" for place in places])
    return places


@fault(TABLE, "mixed_decimal_marks", column="fee")
def plant_two_decimal_marks(work: Work) -> Rows:
    """Two decimal marks."""
    fees = work.chance.uniform(1, 99, work.rows)
    work.columns["fee"] = [f"{value:.2f}" for value in fees]
    places = work.some(0.1)
    work.change("fee", places, [f"{fees[place]:.2f}".replace(".", ",") for place in places])
    return places


@fault(TABLE, "mixed_types", column="floor")
def plant_words_among_numbers(work: Work) -> Rows:
    """Words among numbers."""
    work.columns["floor"] = [str(value) for value in work.chance.integers(0, 40, work.rows)]
    places = work.some(0.03)
    work.change("floor", places, "ground")
    return places


@fault(TABLE, "written_dates", column="shipped")
def plant_dates_with_dots(work: Work) -> None:
    """Dates with dots."""
    work.columns["shipped"] = [f"{day:%d.%m.%Y}" for day in days(work)]


@fault(TABLE, "mixed_dates", column="ordered")
def plant_two_forms_of_dates(work: Work) -> Rows:
    """Two forms of dates."""
    moments = days(work)
    work.columns["ordered"] = [day.isoformat() for day in moments]
    places = work.some(0.2)
    work.change("ordered", places, [f"{moments[place]:%d.%m.%Y}" for place in places])
    return places


@fault(TABLE, "ambiguous_dates", column="paid")
def plant_day_and_month_both_ways(work: Work) -> Rows:
    """Day and month both ways."""
    moments = days(work)
    work.columns["paid"] = [f"{day:%d/%m/%Y}" for day in moments]
    places = [int(place) for place in work.some(0.3) if moments[int(place)].day > 12]
    work.change("paid", places, [f"{moments[place]:%m/%d/%Y}" for place in places])
    return np.array(places)


@fault(TABLE, "written_dates", column="visit")
def plant_dates_of_eight_digits(work: Work) -> None:
    """Dates of eight digits."""
    work.columns["visit"] = [int(f"{day:%Y%m%d}") for day in days(work)]


@fault(TABLE, "spelling", column="town")
def plant_case_and_white_space(work: Work) -> Rows:
    """Case and white space."""
    work.columns["town"] = work.chance.choice(["Bonn", "Trier", "Ulm", "Kiel"], work.rows).tolist()
    places = work.some(0.05)
    work.change("town", places, [["bonn", "Bonn ", "TRIER", " Ulm"][turn % 4] for turn in range(len(places))])
    return places


@fault(TABLE, "spelling", column="brand")
def plant_letters_that_look_alike(work: Work) -> Rows:
    """Letters that look alike."""
    work.columns["brand"] = work.chance.choice(["Bosch", "Opel", "Adam"], work.rows).tolist()
    places = work.some(0.02)
    work.change("brand", places, "\u041e\u0440el")  # the first two letters are Cyrillic
    return places


@fault(TABLE, "spelling", column="grade")
def plant_full_width_letters(work: Work) -> Rows:
    """Full width letters."""
    work.columns["grade"] = work.chance.choice(["A1", "B2", "C3"], work.rows).tolist()
    places = work.some(0.02)
    work.change("grade", places, "\uff21\uff11")
    return places


@fault(TABLE, "misspelt", column="country")
def plant_misspelt_level(work: Work) -> Rows:
    """Misspelt level."""
    work.columns["country"] = work.chance.choice(["Germany", "France", "Spain"], work.rows).tolist()
    places = work.some(0.003)
    work.change("country", places, "Gemrany")
    return places


@fault(TABLE, "mojibake", column="street")
def plant_wrong_encoding(work: Work) -> Rows:
    """Wrong encoding."""
    work.columns["street"] = work.chance.choice(["Mühlweg", "Hauptstraße", "Am See"], work.rows).tolist()
    places = work.some(0.03)
    work.change("street", places, "Mühlweg".encode().decode("cp1252"))
    return places


@fault(TABLE, "placeholder", column="job")
def plant_question_marks(work: Work) -> Rows:
    """Question marks."""
    work.columns["job"] = work.chance.choice(["clerk", "nurse", "driver"], work.rows).tolist()
    places = work.some(0.04)
    work.change("job", places, "?")
    return places


@fault(TABLE, "placeholder", column="channel")
def plant_word_for_missing(work: Work) -> Rows:
    """Word for missing."""
    work.columns["channel"] = work.chance.choice(["web", "shop", "phone"], work.rows).tolist()
    places = work.some(0.04)
    work.change("channel", places, "Unknown")
    return places


@fault(TABLE, "missing", column="fax")
def plant_mostly_missing(work: Work) -> None:
    """Mostly missing."""
    known = work.chance.random(work.rows) < 0.1
    work.columns["fax"] = [float(place % 7) if there else None for place, there in enumerate(known)]
