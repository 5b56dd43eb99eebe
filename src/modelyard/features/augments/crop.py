"""Parts of pictures, as large as the whole was (the random resized crop of Szegedy et al. 2015)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from modelyard.core.featuring import Augment
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import pictures
from modelyard.features import picturing

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from modelyard.core.types import Values

RATIO = 4 / 3  # by which a part may be longer or wider than the whole


@part
class Crop(Augment):
    """A part of each picture, between `least` and all of its area, brought to its size, in so many `copies`."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.IMAGE})

    least: float = Field(default=0.6, gt=0, lt=1, description="share of the area that is kept at least")
    copies: int = Field(default=1, ge=1, le=20)

    def __call__(self, values: Values, random: np.random.Generator) -> Values:
        """[rows] of a picture's bytes or None to [rows * copies].

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        resample = pictures.pillow().Resampling.BILINEAR

        def change(picture: Image) -> Image:
            area = random.uniform(self.least, 1.0)
            longer = math.exp(random.uniform(-math.log(RATIO), math.log(RATIO)) / 2)
            width = picture.width * min(math.sqrt(area) * longer, 1.0)
            height = picture.height * min(math.sqrt(area) / longer, 1.0)
            left, top = random.uniform(0, picture.width - width), random.uniform(0, picture.height - height)
            return picture.resize(picture.size, resample, box=(left, top, left + width, top + height))

        return picturing.each(values, self.copies, change)
