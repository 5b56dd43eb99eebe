"""Pictures as files hold them: known by how they begin, bounded before they are decoded, turned the right way up.

Pillow decodes them, in training and wherever a bundle answers. What is wrong with one is told without its content.
"""

from __future__ import annotations

import base64
import binascii
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from modelyard.core.registry import missing_extra

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
EXPECTED = "expected a picture (PNG, JPEG, WebP, GIF or BMP)"
MOST_BYTES = 32 << 20  # of a picture's file
MOST_PIXELS = 50_000_000  # three bytes each
DATA_URL = re.compile(r"\s*data:[\w.+/-]*(;[\w=.+-]+)*;base64,", re.IGNORECASE | re.ASCII)
SPACES = str.maketrans("", "", " \t\r\n")


def begins(content: bytes) -> bool:
    r"""Whether bytes begin as a picture does.

    >>> begins(b"\x89PNG\r\n\x1a\n..."), begins(b"GIF89a..."), begins(b"%PDF-1.7")
    (True, True, False)
    """
    known = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
    return content.startswith(known) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def read(value: object) -> bytes:
    """A picture's bytes, from themselves or from base64 text, with or without a data URL's beginning; it decodes.

    Raises:
        ValueError: it is no picture, or larger than what is read.
        MissingExtraError: Pillow is not installed.
    """
    content = _content(value)
    decoded(content)
    return content


def of_text(text: str) -> bytes | None:
    """The bytes that base64 text holds where they begin as a picture does."""
    try:
        found = _unwritten(text)
    except ValueError:
        return None
    return found if begins(found) else None


def written(content: bytes) -> str:
    """A picture as a request holds it: base64 text."""
    return base64.b64encode(content).decode("ascii")


def decoded(content: bytes) -> Image:
    """A picture's first frame as its EXIF turns it, in the mode L (grey) or RGB; what is transparent is on white.

    Raises:
        ValueError: it is no picture, damaged, or has more pixels than what is decoded.
        MissingExtraError: Pillow is not installed.
    """
    image, ops = pillow("Image"), pillow("ImageOps")
    if len(content) > MOST_BYTES:
        raise ValueError(f"is a picture of more than {MOST_BYTES >> 20} MiB")
    if not begins(content):
        raise ValueError(f"{EXPECTED}, got something else")
    try:
        found = image.open(BytesIO(content), formats=FORMATS)
        if found.width * found.height <= MOST_PIXELS:
            ops.exif_transpose(found, in_place=True)
            return _plain(found, image)
    except (image.DecompressionBombError, image.DecompressionBombWarning):
        pass
    except Exception as error:  # on damaged files Pillow raises whatever its decoders come to
        raise ValueError(f"{EXPECTED}, got a damaged one") from error
    raise ValueError(f"is a picture of more than {MOST_PIXELS / 1e6:g} million pixels")


def encoded(picture: Image) -> bytes:
    """A picture as a file that keeps every pixel: PNG."""
    file = BytesIO()
    picture.save(file, format="PNG", compress_level=1)
    return file.getvalue()


def example() -> bytes:
    """A picture of no one: a square that grows brighter."""
    image = pillow("Image")
    return encoded(image.linear_gradient("L").resize((28, 28)))


def pillow(module: str = "Image") -> Any:  # noqa: ANN401 - one of Pillow's modules
    """Pillow, where it is installed.

    Raises:
        MissingExtraError: it is not.
    """
    from importlib import import_module

    try:
        return import_module(f"PIL.{module}")
    except ModuleNotFoundError as error:
        raise missing_extra(error, "a column of pictures") from error


def _plain(found: Image, image: Any) -> Image:  # noqa: ANN401 - Pillow's module
    """Grey or RGB in eight bits."""
    if found.mode.startswith("I"):  # sixteen bits of grey
        return found.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if found.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in found.info:
        seen = found.convert("RGBA")
        below = image.new("RGBA", seen.size, "white")
        flat: Image = image.alpha_composite(below, seen)
        return flat.convert("L" if found.mode in {"L", "LA"} else "RGB")
    return found.convert("L" if found.mode in {"1", "L"} else "RGB")


def _content(value: object) -> bytes:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return _unwritten(value)
    raise ValueError(f"{EXPECTED} as base64 text, got something else")


def _unwritten(text: str) -> bytes:
    """The bytes of base64 text, in the usual alphabet or in the one for URLs."""
    if len(text) > MOST_BYTES * 3 // 2:
        raise ValueError(f"is a picture of more than {MOST_BYTES >> 20} MiB")
    prefix = DATA_URL.match(text)
    bare = (text[prefix.end() :] if prefix else text).translate(SPACES)
    try:
        return base64.b64decode(bare.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{EXPECTED} as base64 text, got text that is no base64") from None
