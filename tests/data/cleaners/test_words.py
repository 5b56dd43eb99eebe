"""Cleaners of words: what is missing, levels, truth values, characters, texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import RecipeError
from modelyard.data.cleaners.boolean import Boolean
from modelyard.data.cleaners.levels import Levels
from modelyard.data.cleaners.missing import Missing
from modelyard.data.cleaners.simplified import Simplified
from modelyard.data.cleaners.text import Text
from modelyard.data.cleaners.unicode import Unicode
from modelyard.data.cleaning import CLEANERS

CASES: list[tuple[Any, Any, Any]] = [
    (Missing(), " N/A ", None),
    (Missing(), "\u65e0", None),
    (Missing(), "nothing", "nothing"),
    (Missing(), True, True),
    (Missing(words=(-999,)), -999.0, None),
    (Missing(words=(-999,)), "-999.0", None),
    (Missing(words=("-999",)), -999, None),
    (Missing(words=(1,)), True, True),
    (Levels(to={"NYC": "New York"}), "NYC", "New York"),
    (Levels(to={"NYC": "New York"}), "nyc", "nyc"),
    (Levels(to={"NYC": "New York"}, case="lower"), "NYC", "New York"),
    (Levels(to={"NYC": "New York"}, case="lower"), "new york", "New York"),
    (Levels(to={"1": "one"}), 1, "one"),
    (Levels(to={"one": 1}), "one", 1),
    (Levels(case="fold"), "STRASSE \u1e9e", "strasse ss"),
    (Levels(case="title"), 2.5, 2.5),
    (Boolean(), "Ja", True),
    (Boolean(), "\u2717", False),
    (Boolean(), 0, False),
    (Boolean(means_false=(2,)), 2.0, False),
    (Boolean(means_true=("nie",)), "NIE", True),  # one's own words come first
    (Unicode(), "\uff21\uff22\u2460\ufb01", "AB1fi"),
    (Unicode(form="NFC"), "e\u0301\uff21", "\u00e9\uff21"),
    (Unicode(), "a\u0000b\u202ec", "abc"),
    (Unicode(), "\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),  # what joins a picture stays
    (Simplified(), "\u4e7e\u9686\u7687\u5e1d\u7684\u4e7e\u71e5", "\u4e7e\u9686\u7687\u5e1d\u7684\u5e72\u71e5"),
    (Simplified(variant="tw2s"), "\u4ec0\u4e48\u6837\u7684", "\u4ec0\u4e48\u6837\u7684"),
    (Text(), "a < b &amp;amp; c", "a < b & c"),
    (Text(), "<style>p {}</style><p>x</p>y<!-- z -->", "x y"),
    (Text(), "<b>bo</b>ld", "bold"),
    (Text(), "<br>", None),
    (Text(html=False), "<b>x</b>", "<b>x</b>"),
    (Text(links=True), "see www.example.org/x?y=1 or https://a.b", "see or"),
]


@pytest.mark.parametrize(("clean", "written", "mended"), CASES, ids=[f"{type(c).__name__} {w!a}" for c, w, _ in CASES])
def test_a_word_is_mended(clean: Any, written: Any, mended: Any) -> None:
    once = clean(written)
    assert once == mended
    assert type(once) is type(mended)


@pytest.mark.parametrize("word", ["perhaps", "", 7, 0.5])
def test_what_is_neither_true_nor_false_is_refused(word: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected true or false"):
        Boolean()(word)


@pytest.mark.parametrize(
    ("name", "said", "told"),
    [
        ("levels", {"to": {"a": "b", "b": "c"}}, "leads further, so say at once where to: a"),
        ("boolean", {"means_true": ["x"], "means_false": ["X"]}, "true and false at once: x"),
    ],
)
def test_settings_that_fight_are_told_before_a_row_is_read(name: str, said: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        CLEANERS.build(name, said)


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30), st.sampled_from(["t2s", "hk2s"])
)
def test_what_is_simplified_stays(text: str, variant: Any) -> None:
    clean = Simplified(variant=variant)
    assert clean(clean(text)) == clean(text)


@given(st.text("<>/!-&;#ampltscriptx \"'=0123", max_size=60))
def test_a_page_is_shown_once(text: str) -> None:
    once = Text()(text)
    assert once is None or Text()(once) == once


@pytest.mark.parametrize("piece", ["<", "<script>", "<!--", "<a href='", "&amp;", "<b ", "</", "<script></head>"])
def test_a_page_made_to_take_long_is_read_at_once(piece: str) -> None:
    shown = Text(links=True)(piece * 30_000)
    assert shown is None or "script>" not in shown


def test_entities_in_entities_end() -> None:
    with pytest.raises(ValueError, match=r"^expected a text"):
        Text()("&" + "amp;" * 50)
