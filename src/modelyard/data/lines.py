"""The lines of a file of any size, one after the other, each of a bounded length."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.data.unpacking import Unpacked

BLOCK = 4 << 20  # bytes
LONGEST = 64 << 20  # bytes of a line


def numbered(content: Unpacked) -> Iterator[tuple[int, bytes | None]]:
    """Each line's number, from 1 on, and its bytes without the line feed; None for one that is too long."""
    number, rest, skips = 1, b"", False
    while block := content.read(BLOCK):
        *lines, tail = block.split(b"\n")
        for line in lines:
            yield number, None if skips else rest + line
            number, rest, skips = number + 1, b"", False
        skips = skips or len(rest) + len(tail) > LONGEST
        rest = b"" if skips else rest + tail
    if rest or skips:
        yield number, None if skips else rest
