"""A first recipe for a table, read back and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelyard.assemble import Plan
from modelyard.data import sketch as sketches
from modelyard.data.plain import plain
from modelyard.data.read import Rows, every_row
from modelyard.families import DEFAULT_METRICS, DataLike, source
from modelyard.recipe import endings, fill, parse
from modelyard.run import inspect


@dataclass(frozen=True)
class Sketch:
    """A first recipe, as text with comments, and what it makes of its rows."""

    text: str
    plan: Plan
    rows: Rows


def sketch(data: DataLike, target: str | None = None, place: str | Path = "recipe.yaml") -> Sketch:
    """A first recipe for a table, to be written to `place`; it was read back and checked, and is not written here.

    Raises:
        DataError: the table cannot be read, or holds no target that could be learnt.
        UsageError: `data` names no source.
    """
    folder = Path(place).parent
    frame = plain(every_row(source(data)))
    aim = sketches.aim_at(frame, target)
    said = {"path": str(data)} if isinstance(data, (str, Path)) else dict(data)
    said = endings.moved(said, folder)
    name = sketches.name_of(Path(str(said.get("path") or said.get("item") or said.get("table") or "")).stem)
    text = sketches.sketch(frame, name, said if "source" in said else said["path"], DEFAULT_METRICS, aim)
    plan, rows = inspect(parse.load_mapping(fill.from_yaml(text), Path(place).name, folder))
    return Sketch(text, plan, rows)
