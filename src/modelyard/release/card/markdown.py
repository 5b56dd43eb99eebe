"""The card as Markdown: the bundle's README.md, with the front matter that Hugging Face reads."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import yaml

from modelyard.release.card import contents
from modelyard.release.card.blocks import Block, Code, Line, Picture, Points, Table, Text, Tiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.report import Report, Score
    from modelyard.release.card.told import Told

# A span of code, as CommonMark finds it, or what begins HTML outside of one.
TAGS = re.compile(r"\\[\\`]|(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|`+|<")
PIPELINES = {
    "image": "image-classification",
    "text": "text-classification",
    "table": "tabular-classification",
    "number": "tabular-regression",
}


def write(told: Told) -> str:
    """Markdown; every number in it is the report's."""
    front = yaml.safe_dump(_front(told), sort_keys=False, allow_unicode=True).rstrip()
    lines = ["---", front, "---", "", f"# {_safe(told.report.name)}", ""]
    for block in contents.opening(told):
        lines += _block(block)
    lines += [told.words("[card.html](card.html) is this card with pictures, for a browser and for paper."), ""]
    for section in contents.sections(told):
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += _block(block)
    return "\n".join(lines).rstrip() + "\n"


def _block(block: Block) -> Iterator[str]:
    """A block's lines, with an empty one after it."""
    match block:
        case Text():
            yield f"> **{_plain(block.line)}**" if block.warning else _plain(block.line)
        case Points():
            yield from (f"- {_plain(line)}" for line in block.lines)
        case Table():
            yield _row(_safe(head) for head in block.heads)
            yield _row("---:" if place in block.right else "---" for place in range(len(block.heads)))
            yield from (_row(_plain(cell) for cell in row) for row in block.rows)
        case Code():
            yield from (f"```{block.language}", *block.lines.splitlines(), "```")
        case Tiles():
            for tile in block.tiles:
                beside = f" ({_plain(tile.beside)})" if tile.beside else ""
                yield f"- {_safe(tile.label)}: **{_plain(tile.line)}**{beside}"
        case Picture():
            return  # card.html has the pictures
    yield ""


def _plain(line: Line) -> str:
    return _safe("".join(str(piece) for piece in line))


def _safe(text: str) -> str:
    """A line in which no name from outside is HTML; it stays one line, so that code ends where it seems to.

    >>> _safe("a <b> in `List<int>`")
    'a &lt;b> in `List<int>`'
    """
    return TAGS.sub(lambda found: "&lt;" if found[0] == "<" else found[0], " ".join(text.split()))


def _row(cells: Iterator[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _defined(report: Report) -> Iterator[Score]:
    """The figures on all rows; one that is no number is none that a leaderboard can read."""
    return (score for score in report.scores if score.slice is None and math.isfinite(score.value))


def _front(told: Told) -> dict[str, object]:
    report = told.report
    kinds = {str(column.kind) for column in told.schema.features}
    read = next((kind for kind in ("image", "text") if kind in kinds), "table")
    pipeline = PIPELINES[read if report.task.classifies else "number"]
    metrics = [{"type": s.metric, "value": round(s.value, 4)} for s in _defined(report)]
    if report.doubt:  # no leaderboard is to show what means nothing
        metrics = []
    result = {"task": {"type": pipeline}, "dataset": {"name": report.name, "type": "private"}, "metrics": metrics}
    licence = {"license": told.card.licence.lower()} if told.card.licence else {}
    return {
        "language": told.words.language,
        **licence,
        "library_name": "modelyard",
        "pipeline_tag": pipeline,
        "tags": ["modelyard", "onnx", str(report.task)],
        "model-index": [{"name": report.name, "results": [result]}],
    }
