"""The picture of quality against price: each model with its interval, and the line that no other model is beyond."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.evaluate import worth
from modelyard.release import drawing
from modelyard.release.drawing import CHOSEN, EDGE, OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.worth import Alternative

WIDTH, HEIGHT = 600, 340  # pixels within the axes
SAID = 100  # signs of a line of the subtitle
SIGN, LINE = 6.6, 15.0  # pixels of a sign and of a line of a label


def svg(lines: Sequence[Alternative], verdict: str, *, higher_is_better: bool) -> bytes | None:
    """An SVG, its words as text; nothing, and a note, where the packages that draw are not installed."""
    alt = drawing.altair("the picture of quality against price")
    if alt is None:
        return None
    return drawing.svg(_chart(alt, lines, verdict, higher_is_better=higher_is_better)).encode()


@dataclass(frozen=True)
class Place:
    """A point in pixels, and where its label begins or ends."""

    x: float
    y: float
    width: float
    right: bool = True
    above: bool = True

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the label."""
        left = self.x + 8 if self.right else self.x - 8 - self.width
        top = self.y - LINE - 2 if self.above else self.y + 2
        return left, top, left + self.width, top + LINE


@dataclass(frozen=True)
class Mark:
    """A point in pixels with the ends of its interval."""

    x: float
    y: float
    top: float
    bottom: float


def places(marks: Sequence[Mark], names: Sequence[str]) -> list[Place]:
    """Where the labels of marks stand so that, as far as can be, none lies on another, an interval or the edge."""
    found: list[Place] = []
    for mark, name in zip(marks, names, strict=True):
        tried = [
            Place(mark.x, mark.y, _width(name), right, above) for right in (True, False) for above in (True, False)
        ]
        found.append(min(tried, key=lambda place: _clashes(place, found, marks)))  # the first of equals
    return found


def _clashes(place: Place, others: Sequence[Place], marks: Sequence[Mark]) -> int:
    left, top, right, bottom = place.box
    labels = sum(
        left < their[2] and their[0] < right and top < their[3] and their[1] < bottom
        for their in (other.box for other in others)
    )
    covered = sum(left - 4 < m.x < right + 4 and top - 4 < m.bottom and m.top < bottom + 4 for m in marks)
    return 100 * (left < 0 or right > WIDTH) + 10 * labels + covered


def _width(name: str) -> float:
    """Pixels of a label; a Chinese sign is as wide as two others."""
    return SIGN * sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in name)


@dataclass(frozen=True)
class _Frame:
    """What the axes show: costs by their logarithm, and values."""

    costs: tuple[float, float]
    values: tuple[float, float]

    @classmethod
    def of(cls, lines: Sequence[Alternative]) -> _Frame:
        """Room around every interval, and to the sides."""
        costs = [line.cost for line in lines]
        shown = [value for line in lines for value in _span(line)]
        room = 0.06 * (max(shown) - min(shown)) or 0.05 * max(abs(shown[0]), 1e-6)
        side = max((max(costs) / min(costs)) ** 0.12, 1.3)
        return cls((min(costs) / side, max(costs) * side), (min(shown) - room, max(shown) + room))

    def mark(self, line: Alternative) -> Mark:
        """Where a line's point and interval lie, from the left and from the top."""
        low, high = map(math.log, self.costs)
        bottom, top = self.values
        heights = [HEIGHT * (top - value) / (top - bottom) for value in (line.value or 0.0, *_span(line))]
        return Mark(WIDTH * (math.log(line.cost) - low) / (high - low), heights[0], heights[2], heights[1])


def _chart(alt: Any, lines: Sequence[Alternative], verdict: str, *, higher_is_better: bool) -> Any:  # noqa: ANN401 - altair
    shown = sorted((line for line in lines if line.value is not None), key=lambda line: line.chosen)  # it lies on top
    frame = _Frame.of(shown)
    better = "higher" if higher_is_better else "lower"
    price = alt.X("cost:Q", title=f"cost of a million single predictions, {lines[0].currency} (logarithmic)")
    price = price.scale(type="log", domain=frame.costs, nice=False).axis(format="~g", tickCount=6, grid=False)
    quality = alt.Y("value:Q", title=f"{lines[0].figures[0].metric}, 95% interval ({better} is better)")
    quality = quality.scale(domain=frame.values, nice=False, zero=False)
    edge = _of(alt, worth.frontier(lines, higher_is_better=higher_is_better))
    layers = [edge.mark_line(color=EDGE, strokeDash=[5, 4], strokeWidth=1.5).encode(price, quality)]
    labels = places([frame.mark(line) for line in shown], [line.name for line in shown])
    for line, label in zip(shown, labels, strict=True):
        point, colour = _of(alt, [line]), CHOSEN if line.chosen else OTHER
        layers += [
            point.mark_rule(strokeWidth=1.5, color=colour).encode(price, alt.Y("low:Q"), alt.Y2("high:Q")),
            point.mark_point(filled=True, size=70, opacity=1, color=colour).encode(price, quality),
            point.mark_text(
                align="left" if label.right else "right",
                baseline="bottom" if label.above else "top",
                dx=8 if label.right else -8,
                dy=-2 if label.above else 2,
                fontSize=12,
                color=colour,
                fontWeight="bold" if line.chosen else "normal",
            ).encode(price, quality, alt.Text("name:N")),
        ]
    title = alt.Title(
        "Is the large model worth it?",
        subtitle=textwrap.wrap(verdict, SAID),
        anchor="start",
        fontSize=15,
        subtitleFontSize=12,
        subtitlePadding=6,
        offset=14,
    )
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=title, padding=12)


def _of(alt: Any, lines: Sequence[Alternative]) -> Any:  # noqa: ANN401 - altair
    return alt.Chart(alt.Data(values=[_point(line) for line in lines]))


def _point(line: Alternative) -> dict[str, Any]:
    low, high = _span(line)
    return {"name": line.name, "cost": line.cost, "value": line.value, "low": low, "high": high}


def _span(line: Alternative) -> tuple[float, float]:
    """The interval, or the value where there is none."""
    value, figure = line.value or 0.0, line.figures[0]
    return (value if figure.low is None else figure.low), (value if figure.high is None else figure.high)
