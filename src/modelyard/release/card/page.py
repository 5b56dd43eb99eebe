"""The card as one HTML file that asks nobody for anything: its style, its pictures and its words are in it."""

from __future__ import annotations

import base64
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.release.card import contents
from modelyard.release.card.blocks import Block, Code, Figure, Line, Picture, Piece, Points, Table, Text, Tile, Tiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.release.card.blocks import Section
    from modelyard.release.card.told import Told

# Nothing is loaded from anywhere, whatever a name in the report tries.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = Path(__file__).with_name("card.css").read_text(encoding="utf-8")
SHORT = 4  # signs between the two ends of an interval
FEW = 3  # columns that a phone shows side by side
MARKS = re.compile(r"`([^`]+)`|\[([^\]]+)\]\(([\w./-]+)\)")  # what the sentences of a card hold of Markdown


def write(told: Told) -> str:
    """HTML; each number of the report is a `data` element that holds it whole."""
    found = contents.sections(told)
    words = told.words
    language = "zh-Hans" if words.language == "zh" else "en"
    title = escape(told.report.name)
    links = "".join(f'<li><a href="#{s.key}">{escape(s.title)}</a></li>' for s in found)
    body = "\n".join(_section(section) for section in found)
    opening = "\n".join(_block(block) for block in contents.opening(told))
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<header>
<p class="kind">{escape(words("Model card"))}</p>
<h1>{title}</h1>
{opening}
</header>
<nav aria-label="{escape(words("Contents"))}"><ul>{links}</ul></nav>
<main>
{body}
</main>
<footer>{escape(words("Written by Modelyard from report.json; every number here is one of its numbers."))}</footer>
</body>
</html>
"""


def _section(section: Section) -> str:
    blocks = "\n".join(_grouped(section.blocks))
    return f'<section id="{section.key}">\n<h2>{escape(section.title)}</h2>\n{blocks}\n</section>'


def _grouped(blocks: Iterable[Block]) -> Iterator[str]:
    """Pictures that follow each other stand side by side where there is room."""
    row: list[str] = []
    for block in blocks:
        if isinstance(block, Picture):
            row.append(_block(block))
            continue
        if row:
            yield f'<div class="pictures">{"".join(row)}</div>'
            row = []
        yield _block(block)
    if row:
        yield f'<div class="pictures">{"".join(row)}</div>'


def _block(block: Block) -> str:
    match block:
        case Text():
            return (
                f'<p class="warning" role="alert">{_line(block.line)}</p>'
                if block.warning
                else f"<p>{_line(block.line)}</p>"
            )
        case Points():
            return f"<ul>{''.join(f'<li>{_line(line)}</li>' for line in block.lines)}</ul>"
        case Table():
            return _table(block)
        case Code():
            return f"<pre><code>{escape(block.lines)}</code></pre>"
        case Tiles():
            return f'<dl class="tiles">{"".join(map(_tile, block.tiles))}</dl>'
        case Picture():
            return _picture(block)


def _table(table: Table) -> str:
    """A table; one of many columns becomes a list of rows where a screen is narrow."""
    heads = "".join(
        f'<th scope="col"{_right(table, place)}>{escape(head)}</th>' for place, head in enumerate(table.heads)
    )
    rows = "".join(
        f"<tr>{''.join(_cell(table, place, cell) for place, cell in enumerate(row))}</tr>" for row in table.rows
    )
    many = ' class="many"' if table.wordy or len(table.heads) > FEW else ""
    inner = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="wide" tabindex="0"><table{many}>{inner}</table></div>'


def _cell(table: Table, place: int, cell: Line) -> str:
    if place == 0:
        return f'<th scope="row">{_line(cell)}</th>'
    return f'<td{_right(table, place)} data-head="{escape(table.heads[place])}"><span>{_line(cell)}</span></td>'


def _right(table: Table, place: int) -> str:
    return ' class="number"' if place in table.right else ""


def _tile(tile: Tile) -> str:
    beside = f'<dd class="beside">{_line(tile.beside)}</dd>' if tile.beside else ""
    return f"<div><dt>{escape(tile.label)}</dt><dd>{_line(tile.line)}</dd>{beside}</div>"


def _picture(picture: Picture) -> str:
    content = base64.b64encode(picture.svg.encode()).decode()
    caption = escape(picture.caption)
    image = f'<img alt="{caption}" src="data:image/svg+xml;base64,{content}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _line(line: Line) -> str:
    """Words and numbers; the two ends of an interval stay on one line."""
    beside = [isinstance(piece, Figure) for piece in (*line[1:], "")]
    told = []
    for place, piece in enumerate(line):
        between = place > 0 and isinstance(line[place - 1], Figure) and beside[place]
        inner = between and isinstance(piece, str) and len(piece) <= SHORT
        told.append(_piece(piece).replace(" ", "\N{NO-BREAK SPACE}") if inner else _piece(piece))
    return "".join(told)


def _piece(piece: Piece) -> str:
    if isinstance(piece, Figure):
        return f'<data value="{piece.value!r}">{escape(str(piece))}</data>'
    return MARKS.sub(_mark, escape(piece, quote=False))


def _mark(found: re.Match[str]) -> str:
    code, name, link = found.groups()
    return f"<code>{code}</code>" if code else f'<a href="{link}">{name}</a>'
