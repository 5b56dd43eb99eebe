"""Pictures drawn for tests: of no one, small, and one of each format."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def file(picture: Image.Image, form: str = "PNG", **said: Any) -> bytes:
    """A picture as a file of a format."""
    kept = BytesIO()
    picture.save(kept, form, **said)
    return kept.getvalue()


def square(colour: tuple[int, int, int] | int = 200, size: tuple[int, int] = (6, 6), form: str = "PNG") -> bytes:
    """A bright square on black, in the left upper corner."""
    picture = Image.new("L" if isinstance(colour, int) else "RGB", size)
    picture.paste(colour, (0, 0, max(size[0] // 2, 1), max(size[1] // 2, 1)))
    return file(picture, form)


def every() -> list[bytes]:
    """One of each format, mode and way up that files come in."""
    grey, red = Image.linear_gradient("L").resize((5, 4)), Image.new("RGB", (4, 7), (200, 10, 10))
    turned = Image.Exif()
    turned[0x0112] = 6
    clear = Image.new("RGBA", (3, 3), (10, 200, 10, 128))
    return [
        *(file(red, form) for form in FORMATS),
        *(file(picture) for picture in (grey, grey.convert("1"), red.convert("P"), clear, clear.convert("LA"))),
        file(Image.fromarray(np.arange(0, 60000, 4000, dtype=np.uint16).reshape(3, 5))),
        file(red.convert("CMYK"), "JPEG"),
        file(grey, "JPEG", exif=turned.tobytes()),
        file(Image.new("L", (1, 1), 7)),
        file(Image.new("L", (300, 1), 7)),
        file(grey, "GIF", save_all=True, append_images=[grey.rotate(180)]),
    ]


def table(rows: int = 120, seed: int = 0) -> pl.DataFrame:
    """Noisy squares in one corner or in the other, which is what the label says."""
    random = np.random.default_rng(seed)
    told = random.random(rows) < 0.5
    pixels = random.integers(0, 120, (rows, 8, 8))
    for place, left in enumerate(told):
        pixels[place, :4, : 4 if left else 8] += 60
        pixels[place, 4:, 4:] += 0 if left else 60
    pictures = [file(Image.fromarray(each.astype(np.uint8))) for each in pixels]
    return pl.DataFrame({"picture": pictures, "n": random.normal(0, 1, rows), "outcome": np.where(told, "left", "all")})
