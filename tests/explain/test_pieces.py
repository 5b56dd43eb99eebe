"""Texts in pieces: of any script, never more than asked for, and together the text again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.explain.pieces import split

CASES = [
    ("", []),
    ("late", ["late"]),
    ("  late\tagain ", ["  ", "late\t", "again "]),
    ("逾期了。", ["逾", "期", "了", "。"]),
    ("按时 paid，还清", ["按", "时 ", "paid，", "还", "清"]),
    ("かな カナ", ["か", "な ", "カ", "ナ"]),
    ("빨리 왔어요", ["빨리 ", "왔어요"]),
    ("👍🏽 👨\u200d👩\u200d👧", ["👍🏽 ", "👨\u200d👩\u200d👧"]),
    ("x" * 50, ["x" * 24, "x" * 24, "xx"]),
]


@pytest.mark.parametrize(("text", "pieces"), CASES)
def test_words_and_signs_are_pieces(text: str, pieces: list[str]) -> None:
    assert split(text, 40) == pieces


@given(st.text(max_size=400), st.integers(1, 50))
def test_the_pieces_are_the_text(text: str, most: int) -> None:
    pieces = split(text, most)
    assert "".join(pieces) == text
    assert len(pieces) <= most
    assert all(pieces)


def test_a_long_text_is_cut_into_even_groups() -> None:
    pieces = split("word " * 20_000, 40)
    assert [len(piece) for piece in pieces] == [2500] * 40
