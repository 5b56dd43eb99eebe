"""Categories, a code a level."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from pydantic import Field

from modelyard.core.blocks import MISSING_CODE, UNSEEN_CODE, Block, Codes, Form
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class FittedCategory(FittedEncoder):
    """Code 0 for a missing value, 1 for a level that training never saw, then one for each level."""

    levels: tuple[str, ...]
    codes: dict[str | None, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the levels once."""
        codes: dict[str | None, int] = {level: code for code, level in enumerate(self.levels, UNSEEN_CODE + 1)}
        codes[None] = MISSING_CODE
        object.__setattr__(self, "codes", codes)

    def __call__(self, values: Values) -> Block:
        """[rows] of text or None to Codes [rows]."""
        found = map(self.codes.get, values.tolist(), repeat(UNSEEN_CODE))
        return Codes(np.fromiter(found, dtype=np.int64, count=len(values)), len(self.levels) + UNSEEN_CODE + 1)

    def state(self) -> State:
        """The levels in the order of their codes."""
        return {"levels": list(self.levels)}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the levels."""
        levels = state["levels"]
        return cls(tuple(map(str, levels)) if isinstance(levels, list) else ())


@part
class Category(Encoder):
    """Every level that training saw gets a code; a missing and an unseen value are levels of their own.

    Levels of fewer than `min_rows` training rows count as unseen, so that a model learns what to say of those.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.CATEGORY, Kind.IDENTIFIER})
    makes: ClassVar[Form] = "codes"
    default_for: ClassVar[frozenset[Kind]] = frozenset({Kind.CATEGORY, Kind.IDENTIFIER})
    fitted: ClassVar[type[FittedEncoder]] = FittedCategory

    min_rows: int = Field(default=1, ge=1, description="training rows that make a level, unless the column is closed")

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedCategory:  # noqa: ARG002
        """Learn the levels; a column that the recipe closed has those that it names."""
        return self.fit_counts(Counter(value for value in values.tolist() if value is not None), column)

    def fit_counts(self, counts: Mapping[str, int], column: Column) -> FittedCategory:
        """The same of levels that were counted."""
        if column.closed:
            return FittedCategory(column.levels)
        return FittedCategory(tuple(sorted(level for level, count in counts.items() if count >= self.min_rows)))
