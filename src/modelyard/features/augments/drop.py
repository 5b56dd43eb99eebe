"""Words are left out (Wei and Zou 2019)."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.featuring import Augment
from modelyard.core.registry import part
from modelyard.core.types import Kind, Values
from modelyard.features import augmenting


@part
class Drop(Augment):
    """A `share` of the words are left out, never all, in each of so many `copies` of a row."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})

    share: float = Field(default=0.1, gt=0, lt=1)
    copies: int = Field(default=1, ge=1, le=20)

    def __call__(self, texts: Values, random: np.random.Generator) -> Values:
        """[rows] of text or None to [rows * copies]."""

        def change(text: str) -> str:
            found = augmenting.pieces(text)
            count = len(found.words)
            gone = set(augmenting.some(count, self.share, random).tolist()[: count - 1])
            left = [found.gaps[place] + found.words[place] for place in range(count) if place not in gone]
            return ("".join(left) + found.gaps[-1]).strip()

        return augmenting.each(texts, self.copies, change)
