"""The leaderboard as people read it: what a search tried, best first, and what it left out and why."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from modelyard.cli import show
from modelyard.core import energy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.tuning import Candidate
    from modelyard.core.types import Json
    from modelyard.core.worth import Alternative, Lead

MOST = 12  # lines; the rest is counted
UNITS = ((1 << 20, "MB"), (1 << 10, "kB"), (1, "B"))


def leaderboard(candidates: Sequence[Candidate]) -> None:
    """Print it; nothing where nothing was searched."""
    if not candidates:
        return
    tried = [candidate for candidate in candidates if not candidate.skipped]
    heads = ("tried", tried[0].measure, "95% interval", "weight", "fit s", "ms a row", "size")
    show.table([_cells(each) for each in tried[:MOST]], *heads)
    if len(tried) > MOST:
        show.note(show.out(), f"{len(tried) - MOST} more candidates were tried")
    for said, count in Counter(f"{c.name}: {c.skipped}" for c in candidates if c.skipped).items():
        show.note(show.out(), said if count == 1 else f"{said} ({count} times)")


def alternatives(lines: Sequence[Alternative], verdict: str) -> None:
    """Print the models beside each other, and whether the recipe's own is worth its price; nothing without others."""
    if not lines:
        return
    first = lines[0].figures[0]
    heads = ("model", first.metric, "95% interval", "it is", "fit s", "energy", "ms a row", "size")
    show.table([_beside(line) for line in lines], *heads, f"{lines[0].currency} a million")
    show.line(verdict, "bold")
    show.line("")


def _beside(line: Alternative) -> list[str | Text]:
    first = line.figures[0]
    value, *span = (math.nan if figure is None else figure for figure in (first.value, first.low, first.high))
    return [
        Text(show.clean(line.name), "bold" if line.chosen else ""),
        show.figure(value),
        " to ".join(map(show.figure, span)),
        _lead(line.over_chosen),
        f"{line.seconds:.1f}",
        energy.told(line.energy),
        f"{line.latency:.3g}",
        _size(line.size),
        f"{line.cost:.3g}",
    ]


def _lead(lead: Lead | None) -> Text:
    if lead is None:
        return Text("the recipe's", "dim")
    return Text(lead.verdict, show.COLOURS[lead.verdict])


def _cells(each: Candidate) -> list[str]:
    span = f"{show.figure(each.low)} to {show.figure(each.high)}" if each.low is not None and each.high else ""
    return [
        f"{each.name} {_settings(each.settings)}".strip(),
        show.figure(each.loss) if each.loss is not None else "",
        span,
        f"{each.weight:.2f}" if each.weight else "",
        f"{each.seconds:.1f}" if each.seconds else "",
        f"{each.latency:.3f}" if each.latency is not None else "",
        _size(each.size) if each.size is not None else "",
    ]


def _settings(settings: Mapping[str, Json]) -> str:
    """Settings in few letters."""
    return ", ".join(
        f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}" for key, value in settings.items()
    )


def _size(content: int) -> str:
    """Bytes as people say them.

    >>> _size(370), _size(52_000)
    ('370 B', '51 kB')
    """
    unit, name = next((unit, name) for unit, name in UNITS if content >= unit or unit == 1)
    return f"{content / unit:.0f} {name}"
