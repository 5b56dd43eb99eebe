"""Neighbouring words change places (Wei and Zou 2019; with neighbours alone, Chinese can still be read)."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.featuring import Augment
from modelyard.core.registry import part
from modelyard.core.types import Kind, Values
from modelyard.features import augmenting


@part
class Swap(Augment):
    """A `share` of the words change places with the next one, in each of so many `copies` of a row."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})

    share: float = Field(default=0.1, gt=0, le=1)
    copies: int = Field(default=1, ge=1, le=20)

    def __call__(self, texts: Values, random: np.random.Generator) -> Values:
        """[rows] of text or None to [rows * copies]."""

        def change(text: str) -> str:
            found = augmenting.pieces(text)
            words = list(found.words)
            for place in augmenting.some(max(len(words) - 1, 0), self.share, random):
                words[place], words[place + 1] = words[place + 1], words[place]
            return str(augmenting.Pieces(tuple(words), found.gaps))

        return augmenting.each(texts, self.copies, change)
