"""Signs between words that come doubled, dropped, full-width or with spaces; the words are as they were."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values
from modelyard.features import augmenting

HALF, FULL = ",.:;!?()~", "，。：；！？（）～"
WIDTHS = str.maketrans(HALF + FULL, FULL + HALF)


@part
class Noise(Perturbation):
    """A `share` of the places before, between and after words change: what stands there is doubled or dropped.

    Or its punctuation becomes full-width where it was not, and the other way round, or a space is added. Words and
    their order stay, so what a text says stays too.
    """

    alone: ClassVar[bool] = False

    share: float = Field(default=0.3, gt=0, le=1, description="of the places between words, at least one in each text")

    def applies(self, column: Column) -> bool:
        """Texts."""
        return column.kind is Kind.TEXT

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] of text or None to as many."""
        return augmenting.each(values, 1, lambda text: self._noisy(text, random))

    def _noisy(self, text: str, random: np.random.Generator) -> str:
        found = augmenting.pieces(text)
        gaps = list(found.gaps)
        for place in augmenting.some(len(gaps), self.share, random).tolist():
            inner = 0 < place < len(gaps) - 1
            gaps[place] = _changed(gaps[place], int(random.integers(0, 4)), inner=inner)
        return str(augmenting.Pieces(found.words, tuple(gaps)))


def _changed(gap: str, way: int, *, inner: bool) -> str:
    signs = gap.strip()
    if way == 0 and signs:
        return gap.replace(signs, signs + signs, 1)
    if way == 1 and signs:
        return gap.replace(signs, "", 1) or (" " if inner else "")  # words that stood apart stay apart
    if way == 2 and gap.translate(WIDTHS) != gap:
        return gap.translate(WIDTHS)
    return f"{gap} "
