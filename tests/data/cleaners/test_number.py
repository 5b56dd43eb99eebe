"""What people write as numbers, and what is no number whoever wrote it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import DataError, RecipeError
from modelyard.data.cleaners.number import Number
from modelyard.data.cleaning import CLEANERS

COMMA, POINT = Number(decimal=","), Number(decimal=".")
READ: list[tuple[Number, str, float]] = [
    (COMMA, "1.234,5", 1234.5),
    (COMMA, "1 234,5", 1234.5),
    (COMMA, "1'234,5", 1234.5),
    (COMMA, "1.234", 1234.0),
    (COMMA, ",5", 0.5),
    (POINT, "1,234.5", 1234.5),
    (POINT, "12,34,567.5", 1234567.5),  # as India groups digits
    (POINT, "1.234", 1.234),
    (POINT, "1_000", 1000.0),
    (POINT, "(1,234.50)", -1234.5),
    (POINT, "12-", -12.0),
    (POINT, "\u22125", -5.0),
    (POINT, "$-5", -5.0),
    (POINT, "-$5", -5.0),
    (POINT, "1.5e-3", 0.0015),
    (POINT, "1.5 x 10^3", 1500.0),
    (POINT, "\uff11\uff12\uff0e\uff15", 12.5),
    (POINT, "\u0663", 3.0),
    (POINT, "12 %", 0.12),
    (POINT, "29%", 0.29),  # and not 0.29000000000000004
    (POINT, "\u767e\u5206\u4e4b\u5341\u4e8c", 0.12),
    (POINT, "USD 1.2M", 1_200_000.0),
    (COMMA, "1,5 Mio. €", 1_500_000.0),
    (COMMA, "1,2万", 12_000.0),
    (POINT, "1,234万元", 12_340_000.0),
    (POINT, "三千五百元", 3500.0),
    (POINT, "负五", -5.0),
    (Number(unit="kg"), "500 g", 0.5),
    (Number(unit="kg"), "2斤", 1.0),
    (Number(unit="kg"), "3", 3.0),
    (Number(unit="m2"), "5 ha", 50_000.0),
    (Number(units={"EUR": 1, "USD": 0.9}), "$5", 4.5),
    (Number(units={"box": 1, "crate": 12}, aliases={"crates": "crate"}), "2 crates", 24.0),
    (Number(percent="number"), "12%", 12.0),
    (Number(currency="any"), "£5", 5.0),
]
REFUSED: list[tuple[Number, str, str]] = [
    (POINT, "~5", "no bound or estimate"),
    (POINT, ">100", "no bound or estimate"),
    (POINT, "5+", "no bound or estimate"),
    (POINT, "约5", "no bound or estimate"),
    (POINT, "1.234,5", "decimal point"),
    (COMMA, "1,234.5", "decimal comma"),
    (COMMA, "1.23,4", "decimal comma"),
    (POINT, "12 kg", "no unit that the recipe does not name"),
    (Number(unit="kg"), "3 stone", "one of kg, g, mg"),
    (Number(currency="EUR"), "5 $", "an amount in EUR"),
    (Number(currency="none"), "5 $", "without a currency"),
    (POINT, "1e999", "finite"),
    (POINT, "1e99999999999", "finite"),
    (POINT, "--5", "one sign"),
    (POINT, "2026-03-31", "a number"),
    (POINT, "NaN", "a number"),
    (POINT, "", "a number"),
    (POINT, "5 5", "decimal point"),
    (POINT, "三万五", "零"),  # 35,000 in speech, and 30,005 to who does not hear it
    (Number(), "1,234", "decimal mark is known"),
    (POINT, "1" * 300 + "x", "long text"),
    (POINT, "\ufdfa" * 190, "long text"),  # each of which becomes eighteen signs
    (POINT, "-" + " " * 198, "expected a number"),
]


@pytest.mark.parametrize(("clean", "written", "number"), READ, ids=[case[1] for case in READ])
def test_a_written_number_is_read(clean: Number, written: str, number: float) -> None:
    assert clean(written) == number


@pytest.mark.parametrize(("clean", "written", "told"), REFUSED, ids=[case[1][:9] for case in REFUSED])
def test_what_is_no_exact_number_is_refused(clean: Number, written: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        clean(written)
    assert str(caught.value).startswith("expected")


@pytest.mark.parametrize(
    ("column", "decimal", "currency"),
    [
        (["1,5", "2", "1.234,50"], ",", "none"),
        (["1,234", "1.5"], ".", "none"),
        (["1.234", "0,5"], ",", "none"),
        (["1,234,567"], ".", "none"),
        (["12 €", "13"], ".", "EUR"),
        (["12", "abc"], ".", "none"),
        (["1,5万"], ",", "none"),
    ],
)
def test_the_training_file_settles_the_mark_and_the_money(column: list[str], decimal: str, currency: str) -> None:
    settled = Number().settled(column)
    assert (settled.decimal, settled.currency) == (decimal, currency)
    assert settled.settled(["whatever"]) == settled


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (["1,5", "1.5"], "1 different values show a decimal comma, and 1 a decimal point"),
        (["1,234", "2.345"], "2 different values such as 1,234 may mean"),
        (["5 €", "6 $", "7 $"], "1 in EUR and 2 in USD"),
    ],
)
def test_a_file_that_does_not_decide_is_asked_about(column: list[str], told: str) -> None:
    with pytest.raises(DataError) as caught:
        Number().settled(column)
    assert told in caught.value.problem
    assert "clean: number" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"unit": "kgg"}, "did you mean 'kg'"),
        ({"units": {"box": 2}}, "has the factor 1"),
        ({"units": {"box": 1, "crate": 0}}, "above zero: crate"),
        ({"units": {"box": 1}, "aliases": {"Kiste": "bxo"}}, "not there: bxo"),
    ],
)
def test_units_that_say_nothing_are_told_before_a_row_is_read(said: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        CLEANERS.build("number", said)


@given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False), st.sampled_from([",", "."]))
def test_a_number_survives_being_written(number: Any, mark: str) -> None:
    written = f"{number:,}"
    if mark == ",":
        written = written.translate(str.maketrans(",.", ".,"))
    assert Number(decimal=mark)(written) == float(number)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["1," * 50_000, "9" * 100_000 + "x", " " * 100_000 + "5x", "(" * 100_000])
def test_what_is_long_is_refused_without_being_tried_over_and_over(written: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        POINT(written)
