"""What a card is made of, before it is Markdown or HTML: both tell the same, in the same order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from modelyard.core import energy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Form: TypeAlias = Literal["plain", "signed", "count", "short", "energy"]


def _plain(value: float, sign: str = "") -> str:
    return f"{value:{sign}.4f}" if abs(value) < 1000 else f"{value:{sign}.6g}"


FORMS: Mapping[Form, Callable[[float], str]] = {
    "plain": _plain,
    "signed": lambda value: _plain(value, "+"),
    "count": lambda value: f"{value:,.0f}",
    "short": lambda value: f"{value:.3g}",
    "energy": lambda kwh: energy.told(kwh * 1000),
}


@dataclass(frozen=True)
class Figure:
    """A number of the report, and how it is written.

    >>> str(Figure(0.83125)), str(Figure(23551.4321)), str(Figure(0.05, "signed")), str(Figure(1234, "count"))
    ('0.8313', '23551.4', '+0.0500', '1,234')
    >>> str(Figure(0.0312, "short")), str(Figure(2.56e-5, "energy")), str(Figure(math.nan))
    ('0.0312', '25.6 mWh', '-')
    """

    value: float
    form: Form = "plain"
    doubtful: bool = False

    def __str__(self) -> str:
        """Four places, or six digits where the number is large; a question mark where it is in doubt."""
        if math.isnan(self.value):
            return "-"
        told = FORMS[self.form](self.value)
        return f"{told}?" if self.doubtful else told


Piece: TypeAlias = "str | Figure"
Line: TypeAlias = "tuple[Piece, ...]"  # words and numbers, one after the other


@dataclass(frozen=True)
class Text:
    """A paragraph; a `warning` is not to be missed."""

    line: Line
    warning: bool = False


@dataclass(frozen=True)
class Points:
    """A list."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells; the columns named in `right` are of numbers, and cells of a `wordy` table hold sentences."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    right: frozenset[int] = frozenset()
    wordy: bool = False


@dataclass(frozen=True)
class Code:
    """Lines to copy."""

    language: str
    lines: str


@dataclass(frozen=True)
class Picture:
    """An SVG, and what it shows in words; a page without pictures leaves it out."""

    svg: str
    caption: str


def text(*line: Piece, warning: bool = False) -> Text:
    """A paragraph of words and numbers."""
    return Text(line, warning)


@dataclass(frozen=True)
class Tile:
    """What a reader sees first: a label, a number in large type, and what it means."""

    label: str
    line: Line
    beside: Line = ()


@dataclass(frozen=True)
class Tiles:
    """Tiles side by side."""

    tiles: tuple[Tile, ...]


Block: TypeAlias = "Text | Points | Table | Code | Picture | Tiles"


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; `key` is its name in links."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def span(low: float, high: float, between: str, form: Form = "plain") -> Line:
    """An interval, or a dash where it is not defined."""
    return ("-",) if math.isnan(low) or math.isnan(high) else (Figure(low, form), between, Figure(high, form))
