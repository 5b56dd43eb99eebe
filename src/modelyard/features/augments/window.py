"""A window of a series, cut out or drawn out (window slicing and window warping, Le Guennec et al. 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from modelyard.core.augmenting import Made
from modelyard.core.errors import RecipeError
from modelyard.core.featuring import RowAugment
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.features.series import Patterns, matching, read_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.augmenting import Sample
    from modelyard.core.types import Column, Floats

FEWEST = 4  # columns of a series
PACES = (0.5, 2.0)  # how long a warped window becomes for its length


@part
class Window(RowAugment):
    """The `columns` in their order are a series, of which each copy shows another window.

    `slice` keeps a window of a `share` of the series, and draws it out to the whole length; `warp` makes a window of a
    `share` twice or half as long, and brings the whole to its length again.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})

    columns: Patterns = Field(description="names in the order of time, or a pattern such as t_*")
    how: Literal["slice", "warp"] = "slice"
    share: float | None = Field(default=None, gt=0, lt=1, description="0.9 of a slice, 0.1 of a warp")
    copies: int = Field(default=1, ge=1, le=20)

    def changes(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """The columns of numbers that the patterns name, in the patterns' order and then in the table's.

        Raises:
            RecipeError: a pattern names none, or they are too few to be a series.
        """
        found = matching(self.columns, columns, self.kinds, "window")
        if len(found) < FEWEST:
            hint = "name all columns of the series, such as columns: t_*"
            raise RecipeError(f"{len(found)} columns are too few to be a series", "augment: window", hint)
        return found

    def made(self, rows: Sample, random: np.random.Generator) -> Made:
        """So many rounds of the rows; next to a missing value there is a missing one."""
        like = np.tile(np.arange(len(rows)), self.copies)
        series = np.column_stack(list(rows.columns.values()))[like]
        places = self._slices(len(like), series.shape[1], random)
        if self.how == "warp":
            places = self._warps(len(like), series.shape[1], random)
        seen = read_at(series, places)
        return Made({name: seen[:, place] for place, name in enumerate(rows.columns)}, like)

    def _slices(self, rows: int, length: int, random: np.random.Generator) -> Floats:
        """Where in the series each moment of a copy lies: [rows, length]."""
        last = length - 1
        kept = last * (0.9 if self.share is None else self.share)
        start = random.uniform(0.0, last - kept, rows)
        return np.asarray(start[:, None] + np.linspace(0.0, kept, length))

    def _warps(self, rows: int, length: int, random: np.random.Generator) -> Floats:
        """The same where a window is passed twice as fast or half as fast: [rows, length]."""
        last = length - 1
        wide = last * (0.1 if self.share is None else self.share)
        start, pace = random.uniform(0.0, last - wide, (rows, 1)), random.choice(PACES, (rows, 1))
        moments = np.linspace(0.0, 1.0, length) * (last + wide * (pace - 1))
        within, after = start + (moments - start) / pace, moments - wide * (pace - 1)
        return np.where(moments < start, moments, np.where(moments < start + wide * pace, within, after))
