"""Pictures become pixels or shares of them; a slow count says which."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from modelyard.core.blocks import Numbers
from modelyard.core.errors import MissingExtraError
from modelyard.core.types import Column, Floats, Kind
from modelyard.features.encoders.histogram import FittedHistogram, Histogram
from modelyard.features.encoders.pixels import FittedPixels, Pixels
from tests import drawing

COLUMN = Column("picture", Kind.IMAGE)


def block(encoder: Pixels | Histogram, pictures: list[bytes | None]) -> Floats:
    values = np.array(pictures, dtype=object)
    made = encoder.fit(values, COLUMN, None)(values)
    assert isinstance(made, Numbers)
    return made.values


def test_pixels_have_a_mean_of_zero_and_a_deviation_of_one() -> None:
    pictures: list[bytes | None] = [drawing.square(value, (8, 8)) for value in (20, 90, 250)]
    found = block(Pixels(side=8), pictures)
    assert found.shape == (3, 64)
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found.std() == pytest.approx(1, abs=1e-6)
    first = found[2].reshape(8, 8)
    assert len(np.unique(first[:4, :4])) == 1
    assert first[0, 0] > 0 > first[7, 7]


@pytest.mark.parametrize(("size", "rows", "columns"), [((8, 4), (2, 6), (0, 8)), ((4, 8), (0, 8), (2, 6))])
def test_a_longer_picture_is_padded_around_its_middle(
    size: tuple[int, int], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
    (found,) = block(Pixels(side=8), [drawing.file(Image.fromarray(noise))])
    square = found.reshape(8, 8)
    inside = square[slice(*rows), slice(*columns)]
    told = noise / 255
    np.testing.assert_allclose(inside, (told - told.mean()) / told.std(), atol=1e-5)
    outside = np.ones((8, 8), dtype=bool)
    outside[slice(*rows), slice(*columns)] = False
    assert (square[outside] == 0).all(), "padded with the mean"


def test_a_longer_picture_is_cropped_to_its_middle() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 8), dtype=np.uint8)
    (found,) = block(Pixels(side=4, longer="cropped"), [drawing.file(Image.fromarray(noise))])
    middle = noise[:, 2:6] / 255
    np.testing.assert_allclose(found.reshape(4, 4), (middle - middle.mean()) / middle.std(), atol=1e-5)


def test_colour_is_read_where_there_is_some() -> None:
    grey, red = drawing.square(100), drawing.square((200, 0, 0))
    assert block(Pixels(side=4), [grey, grey]).shape == (2, 16)
    assert block(Pixels(side=4), [grey, red]).shape == (2, 48)
    assert block(Pixels(side=4, colour=False), [grey, red]).shape == (2, 16)
    assert block(Pixels(side=4), [drawing.square((90, 90, 90), form="JPEG")]).shape == (1, 16), "grey in three channels"


def test_a_missing_picture_is_the_mean_and_is_flagged() -> None:
    found = block(Pixels(side=2), [drawing.square(), None])
    assert found.shape == (2, 5)
    assert found[1].tolist() == [0, 0, 0, 0, 1]
    assert found[0, 4] == 0
    assert block(Histogram(bins=4), [drawing.square(), None])[1].tolist() == [0, 0, 0, 0, 1]


def test_a_histogram_counts_pixels_wherever_they_lie() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (9, 11, 3), dtype=np.uint8)
    here, there = Image.fromarray(noise), Image.fromarray(noise[::-1, ::-1])
    one, other = block(Histogram(bins=8), [drawing.file(here), drawing.file(there)])
    slow = [
        sum(1 for row in noise for pixel in row if pixel[channel] // 32 == step) / 99
        for channel in range(3)
        for step in range(8)
    ]
    np.testing.assert_allclose(one, slow, atol=1e-6)
    np.testing.assert_allclose(other, one)


@pytest.mark.parametrize(
    ("fitted", "state"),
    [
        (FittedPixels, {"side": 2, "colour": False, "longer": "padded", "centre": 0.0, "scale": 1.0, "flag": False}),
        (FittedHistogram, {"bins": 4, "colour": False, "flag": False}),
    ],
)
def test_a_bundle_says_at_once_that_it_needs_pillow(
    fitted: type[FittedPixels | FittedHistogram], state: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(MissingExtraError, match="a column of pictures: needs the package 'PIL'"):
        fitted.restore(state)  # type: ignore[arg-type]
