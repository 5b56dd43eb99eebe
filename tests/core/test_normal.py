"""Normal forms: Unicode's own but where marks never end, the same when they are taken again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.normal import JOINER, LONG, RUN, normal


@given(st.text(max_size=LONG - 1))
def test_a_text_that_people_write_is_normal_as_unicode_says(text: str) -> None:
    assert normal(text) == unicodedata.normalize("NFKC", text)
    assert normal(text, "NFC") == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("marks", ["\u0315\u0300", "\u0323\u0307\u0315", "\u0344", "\u0f73", "\uff9e\u0301"])
@pytest.mark.parametrize("count", [LONG // 2 - 1, LONG - 1, LONG, 4000])
def test_endless_marks_are_parted_and_stay_so(marks: str, count: int) -> None:
    once = normal("a" + marks * count)
    assert normal(once) == once
    runs = once.split(JOINER)
    assert len(runs) == 1 or max(map(len, runs)) <= 2 * RUN + 2
    bare = unicodedata.normalize("NFD", once.replace(JOINER, ""))
    assert sorted(bare) == sorted(
        unicodedata.normalize("NFKD", "a" + marks) + (count - 1) * unicodedata.normalize("NFKD", marks)
    )
