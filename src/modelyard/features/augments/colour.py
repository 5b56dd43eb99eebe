"""Pictures in another light."""

from __future__ import annotations

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


@part
class Colour(Augment):
    """Each picture's `brightness`, `contrast` and `saturation` times a factor within so much of one, in `copies`."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.IMAGE})

    brightness: float = Field(default=0.2, ge=0, lt=1)
    contrast: float = Field(default=0.2, ge=0, lt=1)
    saturation: float = Field(default=0.2, ge=0, lt=1)
    copies: int = Field(default=1, ge=1, le=20)

    def __call__(self, values: Values, random: np.random.Generator) -> Values:
        """[rows] of a picture's bytes or None to [rows * copies].

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        enhance = pictures.pillow("ImageEnhance")
        amounts = (
            (enhance.Brightness, self.brightness),
            (enhance.Contrast, self.contrast),
            (enhance.Color, self.saturation),
        )

        def change(picture: Image) -> Image:
            for enhancer, amount in amounts:
                factor = 1 + float(random.uniform(-amount, amount))
                picture = enhancer(picture).enhance(factor) if amount else picture
            return picture

        return picturing.each(values, self.copies, change)
