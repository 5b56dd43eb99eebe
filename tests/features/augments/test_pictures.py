"""Changed pictures show what they showed, a little otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from modelyard.data import pictures
from modelyard.features.augments.colour import Colour
from modelyard.features.augments.crop import Crop
from modelyard.features.augments.flip import Flip
from modelyard.features.augments.rotate import Rotate
from tests import drawing

if TYPE_CHECKING:
    from modelyard.core.featuring import Augment

NOISE = np.random.default_rng(0).integers(0, 256, (12, 10, 3), dtype=np.uint8)


def changed(augment: Augment, told: Any, seed: int = 0) -> list[Any]:
    values = np.array([drawing.file(Image.fromarray(told))], dtype=object)
    found = augment(values, np.random.default_rng(seed))
    return [np.asarray(pictures.decoded(content)).astype(int) for content in found]


def test_a_flip_is_a_mirror() -> None:
    across, down = changed(Flip(directions=("horizontal", "vertical")), NOISE)
    assert np.array_equal(across, NOISE[:, ::-1])
    assert np.array_equal(down, NOISE[::-1])


@pytest.mark.parametrize("seed", range(5))
def test_a_crop_shows_a_part_of_at_least_the_least_area(seed: int) -> None:
    ramp = np.tile(np.arange(0, 200, 2, dtype=np.uint8), (100, 1))
    (found,) = changed(Crop(least=0.5), ramp, seed)
    assert found.shape == ramp.shape
    assert found.min() >= ramp.min()
    assert found.max() <= ramp.max()
    width = (found[50, -1] - found[50, 0]) / 200
    assert np.sqrt(0.5 * 3 / 4) - 0.05 <= width <= 1
    assert (np.diff(found[50]) >= 0).all(), "left stays left"


def test_a_turn_keeps_the_middle_and_takes_the_corners_colour() -> None:
    dot = np.full((31, 31), 40, dtype=np.uint8)
    dot[13:18, 13:18] = 250
    (found,) = changed(Rotate(degrees=45.0), dot, 1)
    assert found[15, 15] == 250
    assert not np.array_equal(found, dot)
    assert found[0, 0] == found[-1, -1] == 40
    assert found.mean() == pytest.approx(dot.mean(), rel=0.05)


def test_light_changes_brightness_contrast_and_colour_alone() -> None:
    (bright,) = changed(Colour(brightness=0.9, contrast=0.0, saturation=0.0), NOISE // 3, 1)
    factor = bright.sum() / (NOISE // 3).sum()
    np.testing.assert_allclose(bright, NOISE // 3 * factor, atol=2)
    (flat,) = changed(Colour(brightness=0.0, contrast=0.0, saturation=0.9), NOISE, 3)
    told = np.asarray(Image.fromarray(NOISE).convert("L")).astype(int)
    now = np.asarray(Image.fromarray(flat.astype(np.uint8)).convert("L")).astype(int)
    assert np.abs(told - now).mean() < 12, "as bright as before"
    assert not np.array_equal(flat, NOISE)
    (same,) = changed(Colour(brightness=0.0, contrast=0.0, saturation=0.0), NOISE)
    assert np.array_equal(same, NOISE)
