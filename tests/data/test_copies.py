"""Texts that say the same are found, exact and near, in any script; what merely resembles is not."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import MissingExtraError
from modelyard.data import copies

ENGLISH = ["kettle", "boils", "fast", "stays", "quiet", "lid", "loose", "after", "week", "small", "kitchen", "came"]
CHINESE = "这个水壶烧水很快声音也不大可是用了一个星期盖子就松了客服说可以换新的但要自己寄回去物流还算给力包装完好"


def english(seed: int, words: int = 60) -> list[str]:
    picked = np.random.default_rng(seed).integers(0, len(ENGLISH), (words, 2))
    return [f"{ENGLISH[one]}{ENGLISH[two][:3]}" for one, two in picked]


def chinese(seed: int, characters: int = 80) -> list[str]:
    return [CHINESE[one] for one in np.random.default_rng(seed).integers(0, len(CHINESE), characters)]


def groups(texts: list[str], least: float = 0.8, others: list[int] | None = None) -> list[int]:
    plain = [(copies.plain(text),) for text in texts]
    return [int(row) for row in copies.grouped(plain, others or [0] * len(texts), least)[1]]


SAME = [
    ("Good  phone", "good phone"),
    (" good\tphone\n", "Good Phone"),
    ("ﬁne", "fine"),
    ("ＡＢＣ很好", "abc很好"),
    ("STRASSE", "Straße"),
    ("好", "好"),
]
OTHER = [
    ("good phone", "goodphone"),
    ("good", "good!"),
    ("很好", "不好"),
    ("这个手机很好用", "这个手机不好用"),  # short: one character says the opposite
    ("", ""),  # no text is no copy
    (" ", "\n"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_exact_copies(left: str, right: str) -> None:
    assert groups([left, "something else", right], 1.0) == [0, 1, 0]


@pytest.mark.parametrize(("left", "right"), OTHER)
def test_no_copies(left: str, right: str) -> None:
    assert groups([left, right], 0.5) == [0, 1]


@pytest.mark.parametrize("script", ["english", "chinese"])
def test_planted_edits_are_found_among_many(script: str) -> None:
    make, between = (english, " ") if script == "english" else (chinese, "")
    texts, planted = [], []
    for seed in range(150):
        units = make(seed)
        texts.append(between.join(units))
        if seed % 5 == 0:
            edited = list(units)
            edited[seed % len(units)] = "换" if script == "chinese" else "quite"
            planted.append((len(texts) - 1, len(texts)))
            texts.append(between.join(edited) + "!")
    found = groups(texts)
    assert [(found[row], row) for row in range(len(texts)) if found[row] != row] == planted


def test_a_copy_of_a_copy_is_in_the_group() -> None:
    units = english(0)
    texts = [" ".join([*units[cut:], *english(1, cut)]) for cut in (0, 5, 10, 15)]
    ends = [copies.shingles(copies.plain(texts[place])) for place in (0, 3)]
    assert copies.similarity(*ends) < 0.8
    assert groups(texts) == [0, 0, 0, 0]


def test_only_rows_that_are_else_the_same_are_copies() -> None:
    assert groups(["same text"] * 4, others=[0, 1, 0, 1]) == [0, 1, 0, 1]


def test_every_text_of_a_row_counts() -> None:
    long, other = " ".join(english(1)), " ".join(english(2))
    rows = [(long, "red"), (f"{long} now", "red"), (long, "blue"), (long, ""), (other, "red")]
    exact, group = copies.grouped(rows, [0] * 5, 0.8)
    assert (exact.tolist(), group.tolist()) == ([0, 1, 2, 3, 4], [0, 0, 2, 3, 4])


def test_a_crowd_of_copies_is_one_group() -> None:
    crowd = [" ".join([*english(3), str(place)]) for place in range(200)]
    assert set(groups(crowd)) == {0}


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_similarity_is_that_of_sets(left: set[int], right: set[int]) -> None:
    found = copies.similarity(np.array(sorted(left), dtype=np.uint64), np.array(sorted(right), dtype=np.uint64))
    assert found == (len(left & right) / len(left | right) if left | right else 0.0)


@given(st.text(alphabet="ab好的 ", max_size=60))
def test_shingles_are_the_distinct_runs(text: str) -> None:
    width = 3 if 2 * sum(character >= "\u2e80" for character in text) > len(text) else 5
    assert len(copies.shingles(text)) == len({text[at : at + width] for at in range(len(text) - width + 1)})


def test_what_sketches_and_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    assert groups(["a few", "texts"]) == [0, 1]
    with pytest.raises(MissingExtraError, match="needs the package 'datasketch'"):
        groups([f"text {place}" for place in range(20)])
