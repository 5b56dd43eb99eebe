"""Pictures by their pixels, so that every model of tables reads them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from modelyard.core.blocks import Block, Numbers
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.data import pictures
from modelyard.features import picturing

BRIGHTEST = 255.0


@dataclass(frozen=True)
class FittedPixels(FittedEncoder):
    """A square of pixels, centred and scaled; what is padded lies at the centre, and so does a missing picture."""

    side: int
    colour: bool
    longer: Literal["padded", "cropped"]
    centre: float
    scale: float
    flag: bool

    def __call__(self, values: Values) -> Block:
        """[rows] of bytes or None to Numbers [rows, side * side * channels], with a flag where some were missing."""
        size = self.side * self.side * (3 if self.colour else 1)
        out = np.zeros((len(values), size + self.flag), dtype=np.float32)
        for row, content in enumerate(values):
            if content is not None:
                out[row, :size] = self._square(content).ravel()
            elif self.flag:
                out[row, size] = 1.0
        return Numbers(out)

    def _square(self, content: bytes) -> Floats:
        """[side, side, channels]: the picture in its middle."""
        small = _seen(content, self.side, self.colour, self.longer)
        square = np.zeros((self.side, self.side, small.shape[2]))
        top, left = ((self.side - length) // 2 for length in small.shape[:2])
        square[top : top + small.shape[0], left : left + small.shape[1]] = (small - self.centre) / self.scale
        return square

    def state(self) -> State:
        """Six figures."""
        return asdict(self)

    @classmethod
    def restore(cls, state: State) -> Self:
        """From six figures; what decodes pictures is asked for now, and not with the first row.

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        pictures.pillow()
        told: dict[str, Any] = dict(state)
        return cls(**told)


@part
class Pixels(Encoder):
    """Each picture as a square of `side` pixels, in `colour` where training pictures have some, or as it is said.

    A picture that is longer than wide, or wider, is `padded`, or `cropped` to its middle. All pixels share one centre
    and one scale, their mean and deviation over the training pictures.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.IMAGE})
    default_for: ClassVar[frozenset[Kind]] = frozenset({Kind.IMAGE})
    fitted: ClassVar[type[FittedEncoder]] = FittedPixels

    side: int = Field(default=28, ge=1, le=512, description="pixels of the square's side")
    colour: bool | None = Field(default=None, description="as the training pictures are, if not said")
    longer: Literal["padded", "cropped"] = "padded"

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedPixels:  # noqa: ARG002
        """Learn the pixels' mean and deviation.

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        pictures.pillow()
        known = [content for content in values if content is not None]
        colour = picturing.colourful(known) if self.colour is None else self.colour
        count, total, squares = 0, 0.0, 0.0
        for content in known:
            small = _seen(content, self.side, colour, self.longer)
            count, total, squares = count + small.size, total + float(small.sum()), squares + float((small**2).sum())
        mean = total / max(count, 1)
        spread = float(np.sqrt(max(squares / max(count, 1) - mean**2, 0.0)))
        flag = len(known) < len(values)
        return FittedPixels(self.side, colour, self.longer, mean, spread if spread > 1e-6 else 1.0, flag)


def _seen(content: bytes, side: int, colour: bool, longer: Literal["padded", "cropped"]) -> Floats:  # noqa: FBT001
    """Pixels from 0 to 1: [height, width, channels], none longer than `side`."""
    small = picturing.fitted(pictures.decoded(content), side, longer)
    return picturing.channels(colour, small).astype(np.float64) / BRIGHTEST
