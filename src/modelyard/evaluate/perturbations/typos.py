"""Slips of the fingers in texts."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values
from modelyard.features import augmenting

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = {key: row[max(at - 1, 0) : at] + row[at + 1 : at + 2] for row in ROWS for at, key in enumerate(row)}


@part
class Typos(Perturbation):
    """A `share` of the words get one slip: two signs swapped, one left out, one doubled, or a neighbouring key.

    A Chinese, Japanese or Korean character, which is a word by itself, is swapped with what follows, left out or
    doubled.
    """

    alone: ClassVar[bool] = False

    share: float = Field(default=0.1, gt=0, le=1, description="of the words, at least one in each text")

    def applies(self, column: Column) -> bool:
        """Texts."""
        return column.kind is Kind.TEXT

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] of text or None to as many."""
        return augmenting.each(values, 1, lambda text: self._slipped(text, random))

    def _slipped(self, text: str, random: np.random.Generator) -> str:
        found = augmenting.pieces(text)
        words = list(found.words)
        for place in augmenting.some(len(words), self.share, random).tolist():
            if len(words[place]) > 1:
                words[place] = _slip(words[place], random)
            elif place + 1 < len(words) and random.random() < 0.5:
                words[place], words[place + 1] = words[place + 1], words[place]
            else:
                words[place] *= int(random.integers(0, 2)) * 2
        changed = str(augmenting.Pieces(tuple(words), found.gaps))
        return changed if changed.strip() else text  # a text never becomes empty: that is another accident


def _slip(word: str, random: np.random.Generator) -> str:
    at = int(random.integers(0, len(word) - 1))
    way = int(random.integers(0, 4))
    if way == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if way == 1:
        return word[:at] + word[at + 1 :]
    near = BESIDE.get(word[at].lower(), "")
    if way == 2 and near:
        key = near[int(random.integers(0, len(near)))]
        return word[:at] + (key.upper() if word[at].isupper() else key) + word[at + 1 :]
    return word[: at + 1] + word[at:]
