"""Pictures turned a little."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.featuring import Augment
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import pictures
from modelyard.features import picturing

if TYPE_CHECKING:
    from PIL.Image import Image

    from modelyard.core.types import Values


@part
class Rotate(Augment):
    """Each picture turned by at most so many `degrees` to either side, in so many `copies`.

    What turns into the picture from outside has the colour that its corners have in the mean.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.IMAGE})

    degrees: float = Field(default=15.0, gt=0, le=180)
    copies: int = Field(default=1, ge=1, le=20)

    def __call__(self, values: Values, random: np.random.Generator) -> Values:
        """[rows] of a picture's bytes or None to [rows * copies].

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        resample = pictures.pillow().Resampling.BILINEAR

        def change(picture: Image) -> Image:
            degrees = float(random.uniform(-self.degrees, self.degrees))
            return picture.rotate(degrees, resample, fillcolor=_corners(picture))

        return picturing.each(values, self.copies, change)


def _corners(picture: Image) -> tuple[int, ...] | int:
    """The mean colour of the four corners."""
    told = picturing.channels(picture.mode == "RGB", picture)[[0, 0, -1, -1], [0, -1, 0, -1]]
    mean = tuple(int(value) for value in np.round(told.mean(axis=0)))
    return mean if len(mean) > 1 else mean[0]
