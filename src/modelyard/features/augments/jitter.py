"""Noise on the numbers of a series (Um et al. 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.augmenting import Made
from modelyard.core.featuring import RowAugment
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.features.series import Patterns, matching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.augmenting import Sample
    from modelyard.core.types import Column


@part
class Jitter(RowAugment):
    """Gaussian noise on the `columns`, of a `share` of each one's deviation over the training rows, in `copies`."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})

    columns: Patterns = Field(default=("*",), description="names, or patterns such as t_*")
    share: float = Field(default=0.1, gt=0, le=10)
    copies: int = Field(default=1, ge=1, le=20)

    def changes(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """The columns of numbers that the patterns name.

        Raises:
            RecipeError: a pattern names none.
        """
        return matching(self.columns, columns, self.kinds, "jitter")

    def made(self, rows: Sample, random: np.random.Generator) -> Made:
        """So many rounds of the rows; what is missing stays so."""
        like = np.tile(np.arange(len(rows)), self.copies)
        noisy = {}
        for name, held in rows.columns.items():
            known = held[~np.isnan(held)]
            deviation = float(known.std()) if len(known) else 0.0
            noisy[name] = held[like] + random.normal(0.0, 1.0, len(like)) * self.share * deviation
        return Made(noisy, like)
