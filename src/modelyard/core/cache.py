"""Where what was fetched or made once is kept: what is there can be thrown away, and is then fetched or made again."""

from __future__ import annotations

import os
from pathlib import Path

CACHE = "MODELYARD_CACHE"


def folder() -> Path:
    """`MODELYARD_CACHE`, or `~/.cache/modelyard`."""
    return Path(os.environ.get(CACHE) or "~/.cache/modelyard").expanduser()
