"""Many detectors on one text: what overlaps is settled, and places are those of the text as it came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import RecipeError
from modelyard.data.personal.detector import Span
from modelyard.data.personal.finder import Finder, _apart, finder

PIECES = [
    "13812345678",
    "ann@example.org",
    "4111111111111111",
    "110101199003077571",
    " ",
    ",",
    "-",
    "8.8.4.4",
    "北京",
    "\u200b",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=8).map("".join))
def test_spans_lie_in_the_text_one_after_the_other(text: str) -> None:
    spans = finder().spans(text)
    ends = [0, *(span.end for span in spans)]
    assert all(before <= span.start < span.end <= len(text) for before, span in zip(ends, spans, strict=False))


def test_what_is_proven_wins() -> None:
    (span,) = finder().spans("110101199003077571")
    assert (span.sort, span.proven) == ("resident_id", True)


def test_places_are_those_of_the_text_as_it_came() -> None:
    text = "tel 138\u200b1234\u200b5678!"
    (span,) = finder().spans(text)
    assert text[span.start : span.end] == "138\u200b1234\u200b5678"


@pytest.mark.parametrize(
    ("column", "sort"),
    [
        ("E-Mail", "email"),
        ("homePhone", "phone"),
        ("联系人", "name"),
        ("Name", "name"),
        ("DOB", "birth_date"),
        ("product_name", ""),
        ("amount", ""),
        ("phonetics", ""),
        ("收货地址", "address"),
        ("latitude", "location"),
    ],
)
def test_the_name_of_a_column_tells(column: str, sort: str) -> None:
    assert finder().told(column) == sort


def test_only_what_is_asked_for_is_found() -> None:
    text = "ann@example.org 13812345678"
    assert [span.sort for span in Finder(("phone",)).spans(text)] == ["phone"]
    assert Finder(("phone",), ("US",)).spans("020 7946 0958") == []
    with pytest.raises(RecipeError, match="no sort called 'fone'"):
        Finder(("fone",)).spans("1")


@given(st.lists(st.builds(lambda at, long: Span(at, at + long, "email"), st.integers(0, 40), st.integers(0, 6))))
def test_of_finds_that_lie_over_each_other_the_longer_stay(found: list[Span]) -> None:
    kept: list[Span] = []
    for span in sorted(found, key=lambda one: (-len(one), one.start)):
        if span.end > span.start and all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    assert _apart(found) == sorted(kept, key=lambda one: one.start)
