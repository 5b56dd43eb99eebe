"""Inspections of values: each finds what was put into a column, by its rows, and leaves a sound column alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.quality import subjects

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 400
RANDOM = np.random.default_rng(1)
AGES = RANDOM.integers(18, 80, ROWS).tolist()
DAYS = [date(2020, 1, 1) + timedelta(days=int(day)) for day in RANDOM.integers(0, 900, ROWS)]
HEIGHTS = RANDOM.normal(170, 8, ROWS).round(1).tolist()
AMOUNTS = RANDOM.lognormal(3, 1, ROWS).round(2).tolist()
NAMES = RANDOM.choice(["Bosch", "Opel", "Adam"], ROWS).tolist()
KILOS = [f"{value:.1f} kg" for value in RANDOM.normal(70, 9, ROWS)]
PRICES = [f"{value:.2f}" for value in RANDOM.uniform(1, 99, ROWS)]
FIRST = {place for place, day in enumerate(DAYS) if day.day > 12}
BAD = [3, 50, 51, 399]

# inspection, column, its values, what the bad rows hold instead, the word that finds them
CASES: dict[str, tuple[str, str, list[Any], Any, str]] = {
    "negative ages": ("impossible", "age", AGES, -4, "negative"),
    "ages of two hundred": ("impossible", "age", AGES, 213, "impossible_age"),
    "percentages": ("impossible", "discount_pct", AGES, 104, "beyond_percent"),
    "bodies without height": ("impossible", "height", HEIGHTS, 0.0, "impossible_zero"),
    "Chinese ages": ("impossible", "年龄", AGES, -4, "negative"),
    "dates to come": ("moments", "born", DAYS, date(2190, 1, 1), "future"),
    "dates long past": ("moments", "born", DAYS, date(1820, 1, 1), "long_past"),
    "minus 999": ("sentinels", "level", HEIGHTS, -999.0, "sentinel"),
    "the year 1900": ("sentinels", "seen", DAYS, date(1900, 1, 1), "sentinel"),
    "far outliers": ("outliers", "speed", HEIGHTS, 9_000.0, "outliers"),
    "outliers of a heavy tail": ("outliers", "sales", AMOUNTS, 1e9, "outliers"),
    "words among numbers": ("written_numbers", "price", PRICES, "gift", "mixed_types"),
    "two units": ("written_numbers", "weight", KILOS, "70100 g", "mixed_units"),
    "two decimal marks": ("written_numbers", "price", PRICES, "7,5", "mixed_decimal_marks"),
    "two forms of dates": ("written_dates", "paid", [f"{d:%d.%m.%Y}" for d in DAYS], "2020-05-06", "mixed_dates"),
    "white space and case": ("spelling", "brand", NAMES, "opel ", "spelling"),
    "letters alike": ("spelling", "brand", NAMES, "\u041epel", "spelling"),
    "full width": ("spelling", "brand", NAMES, "\uff2fpel", "spelling"),
    "a slip": ("misspelt", "brand", NAMES, "Boshc", "misspelt"),
    "a wrong encoding": ("mojibake", "brand", NAMES, "caf\u00c3\u00a9", "mojibake"),
    "lost signs": ("mojibake", "brand", NAMES, "caf\ufffd", "mojibake"),
    "question marks": ("placeholders", "brand", NAMES, "?", "placeholder"),
    "Chinese words for nothing": ("placeholders", "brand", NAMES, "未知", "placeholder"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_put_in_is_found_by_its_rows(tmp_path: Path, case: str) -> None:
    inspection, name, values, bad, word = CASES[case]
    columns = subjects.put({**subjects.sound(ROWS), name: values}, name, BAD, bad)
    (finding,) = [f for f in subjects.found(inspection, subjects.subject(tmp_path, columns)) if f.finding == word]
    assert finding.columns == (name,)
    assert finding.evidence["rows"] == [place + 1 for place in BAD]
    assert finding.evidence["count"] == len(BAD)
    assert str(bad) not in finding.problem


@pytest.mark.parametrize("case", CASES)
def test_a_sound_column_is_left_alone(tmp_path: Path, case: str) -> None:
    inspection, name, values, _, word = CASES[case]
    told = subjects.found(inspection, subjects.subject(tmp_path, {**subjects.sound(ROWS), name: values}))
    assert [finding for finding in told if finding.finding == word] == []


def test_day_and_month_in_both_orders(tmp_path: Path) -> None:
    american = [place for place in sorted(FIRST) if place % 3 == 0]
    paid = [f"{d:%m/%d/%Y}" if place in american else f"{d:%d/%m/%Y}" for place, d in enumerate(DAYS)]
    (finding,) = subjects.found("written_dates", subjects.subject(tmp_path, {**subjects.sound(ROWS), "paid": paid}))
    assert finding.finding == "ambiguous_dates"
    assert finding.evidence["count"] == len(american)
    assert finding.evidence["rows"] == [place + 1 for place in american[:20]]


def test_whole_numbers_may_be_dates(tmp_path: Path) -> None:
    columns = {**subjects.sound(ROWS), "day": [int(f"{d:%Y%m%d}") for d in DAYS], "size": AGES}
    (finding,) = subjects.found("written_dates", subjects.subject(tmp_path, columns))
    assert (finding.finding, finding.columns) == ("written_dates", ("day",))


def test_codes_with_leading_zeros_are_no_numbers(tmp_path: Path) -> None:
    columns = {**subjects.sound(ROWS), "zip": [f"{value:05}" for value in RANDOM.integers(0, 900, ROWS)]}
    assert subjects.found("written_numbers", subjects.subject(tmp_path, columns)) == []


def test_classes_that_are_torn_apart_are_severe(tmp_path: Path) -> None:
    columns = subjects.sound(ROWS)
    columns["target"] = ["Yes " if v == "yes" and place % 5 == 0 else v for place, v in enumerate(columns["target"])]
    (finding,) = subjects.found("spelling", subjects.subject(tmp_path, columns))
    assert (finding.finding, finding.severity) == ("torn_classes", "severe")
    assert finding.evidence["ways"] == ["white space", "case"]


@pytest.mark.parametrize("draw", ["normal", "lognormal", "pareto", "exponential", "t", "zeros"])
@pytest.mark.parametrize("seed", range(3))
def test_a_heavy_tail_alone_is_not_cried_over(tmp_path: Path, draw: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    drawn: dict[str, Any] = {
        "normal": random.normal(0, 1, 4000),
        "lognormal": random.lognormal(0, 1.5, 4000),
        "pareto": random.pareto(1.5, 4000),
        "exponential": random.exponential(1, 4000),
        "t": random.standard_t(3, 4000),
        "zeros": np.where(random.random(4000) < 0.8, 0, random.lognormal(0, 1, 4000)),
    }
    columns = {**subjects.sound(4000), "drawn": drawn[draw].tolist()}
    assert subjects.found("outliers", subjects.subject(tmp_path, columns)) == []
