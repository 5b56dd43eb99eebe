"""Pictures are read the same from bytes and from base64 text; what is none is told without its content."""

from __future__ import annotations

import base64
import struct
import sys
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from modelyard.core.errors import MissingExtraError
from modelyard.data import pictures
from tests import drawing

if TYPE_CHECKING:
    from collections.abc import Callable

PNG = drawing.square()


def huge(width: int, height: int) -> bytes:
    """A small PNG that says it is huge: a bomb of compression."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


WRITTEN: list[Callable[[bytes], str]] = [
    lambda content: base64.b64encode(content).decode(),
    lambda content: base64.urlsafe_b64encode(content).decode(),
    lambda content: base64.encodebytes(content).decode(),  # with line breaks
    lambda content: "data:image/png;base64," + base64.b64encode(content).decode(),
    lambda content: "data:image/svg+xml;charset=utf-8;base64," + base64.b64encode(content).decode(),
]
WRONG: list[tuple[object, str]] = [
    ("personal secret", "got text that is no base64"),
    (base64.b64encode(b"personal secret").decode(), "got something else"),
    (b"personal secret", "got something else"),
    ("", "got something else"),
    (b"", "got something else"),
    (PNG[: len(PNG) // 2], "got a damaged one"),
    (b"\x89PNG\r\n\x1a\npersonal secret", "got a damaged one"),
    (b"GIF89apersonal secret", "got a damaged one"),
    (b"\xff\xd8\xffpersonal secret", "got a damaged one"),
    (b"BMpersonal secret", "got a damaged one"),
    (3.5, "as base64 text, got something else"),
    (huge(10_000, 6_000), "more than 50 million pixels"),
    (huge(60_000, 60_000), "more than 50 million pixels"),
    (huge(12_000, 12_000), "more than 50 million pixels"),
    (PNG + b"\0" * pictures.MOST_BYTES, "more than 32 MiB"),
    ("A" * (2 * pictures.MOST_BYTES), "more than 32 MiB"),
]


@pytest.mark.parametrize("content", drawing.every())
def test_every_format_is_read_from_bytes_and_from_text(content: bytes) -> None:
    assert pictures.begins(content)
    assert pictures.read(content) == content
    for written in WRITTEN:
        assert pictures.read(written(content)) == content
        assert pictures.of_text(written(content)) == content
    assert pictures.decoded(content).mode in {"L", "RGB"}


@pytest.mark.parametrize(("value", "problem"), WRONG)
def test_what_is_no_picture_is_told_without_its_content(value: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as told:
        pictures.read(value)
    assert "personal" not in str(told.value)
    assert "secret" not in str(told.value)


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255), which=st.integers(0, 15))
def test_a_spoilt_file_is_read_or_refused(place: int, byte: int, which: int) -> None:
    content = bytearray(drawing.every()[which])
    content[place % len(content)] = byte
    try:
        found = pictures.decoded(bytes(content))
    except ValueError as error:
        assert pictures.EXPECTED in str(error) or "is a picture of more than" in str(error)  # noqa: PT017
    else:
        assert found.mode in {"L", "RGB"}


def test_a_picture_is_turned_as_its_exif_says() -> None:
    plain = Image.linear_gradient("L").resize((8, 4))
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter to the right brings it up
    turned = pictures.decoded(drawing.file(plain, "PNG", exif=exif.tobytes()))
    assert turned.size == (4, 8)
    assert np.array_equal(np.asarray(turned), np.asarray(plain.rotate(-90, expand=True)))


def test_what_is_transparent_lies_on_white() -> None:
    half = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    half.putpixel((1, 0), (0, 0, 0, 255))
    assert np.asarray(pictures.decoded(drawing.file(half)))[0].tolist() == [[255] * 3, [0] * 3]
    assert np.asarray(pictures.decoded(drawing.file(half.convert("LA"))))[0].tolist() == [255, 0]


def test_sixteen_bits_of_grey_become_eight() -> None:
    deep = Image.fromarray(np.array([[0, 256, 65_535]], dtype=np.uint16))
    assert np.asarray(pictures.decoded(drawing.file(deep))).tolist() == [[0, 1, 255]]


def test_of_what_moves_the_first_picture_is_read() -> None:
    first, second = Image.new("L", (3, 3), 10), Image.new("L", (3, 3), 200)
    moving = drawing.file(first, "GIF", save_all=True, append_images=[second])
    assert np.unique(np.asarray(pictures.decoded(moving).convert("L"))).tolist() == [10]


def test_a_picture_is_kept_without_loss() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8))
    assert np.array_equal(np.asarray(pictures.decoded(pictures.encoded(noise))), np.asarray(noise))
    assert Image.open(BytesIO(pictures.example())).size == (28, 28)


def test_without_pillow_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(MissingExtraError, match="needs the package 'PIL'") as told:
        pictures.read(PNG)
    assert "modelyard[data]" in str(told.value)
