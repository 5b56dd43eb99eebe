"""Rows mixed two by two, labels too (Zhang, Cisse, Dauphin and Lopez-Paz 2018).

x = lambda x_i + (1 - lambda) x_j with lambda from Beta(alpha, alpha). The mixed label is told by two rows that hold the
same x: y_i with the weight lambda and y_j with 1 - lambda. Cross-entropy and the squared error are then those of the
mixed label but for a constant, for every model that heeds weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.augmenting import Made
from modelyard.core.featuring import RowAugment
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import pictures

if TYPE_CHECKING:
    from modelyard.core.augmenting import Sample
    from modelyard.core.types import Floats, Ints, Values

LEAST = 1e-6  # a smaller share of a row is none


@part
class Mixup(RowAugment):
    """Numbers and pictures of a row mixed with those of another one, by Beta(`alpha`, `alpha`), in so many `copies`.

    All else is as in the row that has the larger share.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER, Kind.IMAGE})

    alpha: float = Field(default=0.2, gt=0, le=100)
    copies: int = Field(default=1, ge=1, le=20)

    def made(self, rows: Sample, random: np.random.Generator) -> Made:
        """Two rows for each of the rows and each copy.

        Raises:
            MissingExtraError: there are pictures, and Pillow is not installed.
        """
        first = np.tile(np.arange(len(rows)), self.copies)
        second = np.concatenate([random.permutation(len(rows)) for _ in range(self.copies)])
        share = random.beta(self.alpha, self.alpha, len(first)).clip(LEAST, 1 - LEAST)
        mixed = {
            name: (_pictures if rows.known[name].kind is Kind.IMAGE else _numbers)(held, first, second, share)
            for name, held in rows.columns.items()
        }
        return Made(
            {name: np.concatenate([held, held]) for name, held in mixed.items()},
            like=np.tile(np.where(share >= 0.5, first, second), 2),
            labels=np.concatenate([first, second]),
            weight=np.concatenate([share, 1 - share]),
        )


def _numbers(held: Values, first: Ints, second: Ints, share: Floats) -> Values:
    """[made]; what is missing in one of the two is missing."""
    return np.asarray(share * held[first] + (1 - share) * held[second])


def _pictures(held: Values, first: Ints, second: Ints, share: Floats) -> Values:
    """[made] of bytes, as large as the first of the two; where one is missing, the other as it is."""
    out = np.empty(len(first), dtype=object)
    for place, (one, other) in enumerate(zip(held[first], held[second], strict=True)):
        out[place] = _blended(one, other, float(share[place])) if one and other else one or other
    return out


def _blended(one: bytes, other: bytes, share: float) -> bytes:
    mine, theirs = pictures.decoded(one), pictures.decoded(other)
    mode = "RGB" if "RGB" in {mine.mode, theirs.mode} else "L"
    mine, theirs = mine.convert(mode), theirs.convert(mode).resize(mine.size)
    return pictures.encoded(pictures.pillow().blend(theirs, mine, share))
