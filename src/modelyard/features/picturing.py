"""Pictures as arrays, and changed copies of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from modelyard.data import pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt
    from PIL.Image import Image

    from modelyard.core.types import Values

Longer = Literal["padded", "cropped"]
LOOKED_AT = 200  # pictures that tell whether there is colour
GREYEST = 2  # how far apart a grey pixel's red, green and blue may be: JPEG rounds


def channels(colour: bool, picture: Image) -> npt.NDArray[np.uint8]:  # noqa: FBT001 - one of two forms
    """A picture's pixels: [height, width, 3 or 1]."""
    told = np.asarray(picture.convert("RGB" if colour else "L"), dtype=np.uint8)
    return told if colour else told[:, :, None]


def colourful(contents: Iterable[bytes | None]) -> bool:
    """Whether one of the first pictures has colour."""
    some = [content for content in contents if content is not None][:LOOKED_AT]
    return any(_coloured(pictures.decoded(content)) for content in some)


def fitted(picture: Image, side: int, longer: Longer) -> Image:
    """A picture resized so that its longer side is `side`; where that is to be `cropped`, its middle square alone."""
    resample = pictures.pillow().Resampling.BILINEAR
    if longer == "cropped":
        edge = min(picture.size)
        left, top = (picture.width - edge) // 2, (picture.height - edge) // 2
        return picture.resize((side, side), resample, box=(left, top, left + edge, top + edge))
    scale = side / max(picture.size)
    width, height = (max(round(length * scale), 1) for length in picture.size)
    return picture.resize((width, height), resample)


def each(contents: Values, copies: int, change: Callable[[Image], Image]) -> Values:
    """So many changed copies of pictures [rows], one round after the other: [rows * copies]; None stays None."""
    out = np.empty(len(contents) * copies, dtype=object)
    for place in range(len(out)):
        content = contents[place % len(contents)]
        out[place] = None if content is None else pictures.encoded(change(pictures.decoded(content)))
    return out


def _coloured(picture: Image) -> bool:
    if picture.mode == "L":
        return False
    told: Any = channels(True, picture).astype(np.int16)  # noqa: FBT003
    return bool((told.max(axis=2) - told.min(axis=2) > GREYEST).any())
