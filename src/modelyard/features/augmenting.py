"""Texts taken apart into words and put together again, for what changes a few of them.

A word is a run of letters and digits; each Chinese, Japanese or Korean character counts as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.features.encoders.ngrams import WORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.types import Ints, Values


@dataclass(frozen=True)
class Pieces:
    """A text's words, and the `gaps` before, between and after them, one more than there are words."""

    words: tuple[str, ...]
    gaps: tuple[str, ...]

    def __str__(self) -> str:
        """The text again."""
        return "".join(gap + word for gap, word in zip(self.gaps, self.words, strict=False)) + self.gaps[-1]


def pieces(text: str) -> Pieces:
    """A text taken apart.

    >>> pieces("Good, 很好!").words, pieces("Good, 很好!").gaps
    (('Good', '很', '好'), ('', ', ', '', '!'))
    """
    words, gaps, end = [], [], 0
    for found in WORD.finditer(text):
        gaps.append(text[end : found.start()])
        words.append(found.group())
        end = found.end()
    return Pieces(tuple(words), (*gaps, text[end:]))


def some(places: int, share: float, random: np.random.Generator) -> Ints:
    """A share of so many places, at least one of them where there is any, drawn by chance and in order: [places]."""
    count = min(max(round(share * places), 1), places)
    return np.sort(random.choice(places, count, replace=False)) if places else np.zeros(0, dtype=np.int64)


def each(texts: Values, copies: int, change: Callable[[str], str]) -> Values:
    """So many changed copies of texts [rows], one round of rows after the other: [rows * copies]; None stays None."""
    out = np.empty(len(texts) * copies, dtype=object)
    for place in range(len(out)):
        text = texts[place % len(texts)]
        out[place] = None if text is None else change(text)
    return out
