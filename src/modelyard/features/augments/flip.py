"""Pictures as in a mirror."""

from operator import methodcaller
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from modelyard.core.featuring import Augment
from modelyard.core.registry import part
from modelyard.core.types import Kind, Values
from modelyard.data import pictures
from modelyard.features import picturing


@part
class Flip(Augment):
    """A copy of each picture for each direction: `horizontal` swaps left and right, `vertical` top and bottom."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.IMAGE})

    directions: tuple[Literal["horizontal", "vertical"], ...] = Field(default=("horizontal",), min_length=1)

    def __call__(self, values: Values, random: np.random.Generator) -> Values:  # noqa: ARG002 - no chance in it
        """[rows] of a picture's bytes or None to [rows * directions].

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        ways = pictures.pillow().Transpose
        known = {"horizontal": ways.FLIP_LEFT_RIGHT, "vertical": ways.FLIP_TOP_BOTTOM}
        copies = [picturing.each(values, 1, methodcaller("transpose", known[said])) for said in self.directions]
        return np.concatenate(copies)
