"""Pictures by how bright their pixels are, wherever they lie (Swain and Ballard 1991)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field

from modelyard.core.blocks import Block, Numbers
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Ints, Kind, Values
from modelyard.data import pictures
from modelyard.features import picturing

SIDE = 128  # pixels of the longer side that are counted: a photo has millions, which tell no more


@dataclass(frozen=True)
class FittedHistogram(FittedEncoder):
    """The share of a picture's pixels in each of so many bins, of each of its channels."""

    bins: int
    colour: bool
    flag: bool

    def __call__(self, values: Values) -> Block:
        """[rows] of bytes or None to Numbers [rows, bins * channels], with a flag where some were missing."""
        size = self.bins * (3 if self.colour else 1)
        out = np.zeros((len(values), size + self.flag), dtype=np.float32)
        for row, content in enumerate(values):
            if content is not None:
                out[row, :size] = self._shares(content)
            elif self.flag:
                out[row, size] = 1.0
        return Numbers(out)

    def _shares(self, content: bytes) -> Floats:
        """[bins * channels], those of a channel sum to one."""
        picture = pictures.decoded(content)
        small = picturing.fitted(picture, min(SIDE, max(picture.size)), "padded")
        told = picturing.channels(self.colour, small)
        counts: list[Ints] = [
            np.bincount(told[:, :, channel].ravel().astype(np.int64) * self.bins // 256, minlength=self.bins)
            for channel in range(told.shape[2])
        ]
        return np.asarray(np.concatenate(counts) / (told.shape[0] * told.shape[1]))

    def state(self) -> State:
        """Three figures."""
        return asdict(self)

    @classmethod
    def restore(cls, state: State) -> Self:
        """From three figures.

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        pictures.pillow()
        told: dict[str, Any] = dict(state)
        return cls(**told)


@part
class Histogram(Encoder):
    """How many of a picture's pixels are how bright, in `bins` steps, in `colour` as the encoder pixels has it."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.IMAGE})
    fitted: ClassVar[type[FittedEncoder]] = FittedHistogram

    bins: int = Field(default=16, ge=2, le=256)
    colour: bool | None = Field(default=None, description="as the training pictures are, if not said")

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedHistogram:  # noqa: ARG002
        """Look whether there is colour, and whether pictures are missing.

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        pictures.pillow()
        colour = picturing.colourful(values) if self.colour is None else self.colour
        return FittedHistogram(self.bins, colour, any(content is None for content in values))
