"""What holds of every cleaner: what is mended stays so, and what a schema keeps of it builds it again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.types import Cleaning
from modelyard.data import cleaning
from modelyard.data.cleaning import CLEANERS
from tests.families import parts

every_cleaner = pytest.mark.parametrize("name", CLEANERS.names)
WRITTEN = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["1.234,50 €", "12 kg", "31.12.2026", "  Ann ", "\uff21\uff22\uff11", "臺灣", "2026年3月1日", "N/A", "5%"]
    ),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


def cleaned(name: str) -> cleaning.Cleaned:
    return cleaning.Cleaned([parts.build(CLEANERS, name)])


def tried(clean: cleaning.Cleaned, value: object) -> tuple[bool, Any]:
    try:
        return True, clean(value)
    except ValueError as error:
        return False, str(error)


@every_cleaner
@given(WRITTEN)
def test_what_is_mended_stays_as_it_is(name: str, value: object) -> None:
    clean = cleaned(name)
    read, once = tried(clean, value)
    if read:
        assert tried(clean, once) == (True, once)
    else:
        assert once.startswith("expected"), "it tells what was expected, and so never the value"


@every_cleaner
def test_what_is_missing_stays_missing(name: str) -> None:
    assert cleaned(name)(None) is None


@every_cleaner
def test_it_is_built_again_of_what_a_schema_keeps(name: str) -> None:
    (kept,) = cleaning.settled([parts.build(CLEANERS, name)], [name], parts_series())
    assert isinstance(kept, Cleaning)
    assert cleaning.of((kept,)).cleaners == (CLEANERS.build(name, kept.settings),)


def parts_series() -> Any:
    import polars as pl

    return pl.Series("x", ["1,5 kg", "2026-03-31", "  b "])
