"""A yard's keys in a file that one server's workers share: what one of them has read, all know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modelyard.core import artifacts
from modelyard.release.keys import Key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write(file: Path, table: Mapping[str, Key]) -> None:
    """Keep keys by the digests of their tokens.

    Raises:
        OSError: the disk is full.
    """
    artifacts.write_file(file, msgspec.json.encode(dict(table)))


def read(file: Path) -> dict[str, Key]:
    """What was kept last.

    Raises:
        OSError, MsgspecError: it cannot be read.
    """
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Key])
