"""Where a value of a recipe stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[str | int, ...]  # the keys that lead to a value


def locate(where: str, file: str, lines: Mapping[Place, int]) -> str:
    """The file, the line of the nearest key above `where` that was written, and the key."""
    dotted = {".".join(map(str, place)): line for place, line in lines.items()}
    key = where
    while key and key not in dotted:
        key = key.rpartition(".")[0]
    line = f":{dotted[key]}" if key else ""
    return f"{file}{line}: {where}" if where else file
