"""The pictures of a card: each point is a number of the report."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from modelyard.release import drawing
from modelyard.release.card.blocks import Block, Picture
from modelyard.release.drawing import CHOSEN, EDGE, OTHER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelyard.core.evidence import Curve
    from modelyard.release.card.told import Told

Draw: TypeAlias = "Callable[[Told], Iterator[Block]]"
WIDTH, HEIGHT, LINE = 290, 190, 22  # pixels within the axes, of a line of names
MOST = 24  # lines of names
SHADES = ("#1f4e79", "#c2410c", "#4d7c0f", "#7e22ce", "#0e7490", "#a16207", "#be185d", "#525252", "#1d4ed8", "#15803d")
# By a curve's name: the heads of both axes, and the caption.
CURVES = {
    "roc": ("false positive rate", "true positive rate", "ROC curve: what is found against false alarms"),
    "precision_recall": ("recall", "precision", "Precision and recall: the more is found, the more is found wrongly"),
    "calibration": (
        "predicted probability",
        "observed share",
        "Calibration: on the line, a probability means what it says",
    ),
    "lift": (
        "share of rows, the likeliest first",
        "share found",
        "Lift: what is found by looking at the likeliest first",
    ),
    "residuals": ("answer", "truth less answer", "Residuals: around zero everywhere, no part of the range is missed"),
    "learning": ("training rows", "", "Learning curve: would more data help?"),
}
DIAGONAL = frozenset({"roc", "calibration", "lift"})


@cache
def _altair() -> Any:  # noqa: ANN401 - a module without types of its own
    return drawing.altair("the card's pictures")


def of_quality(told: Told) -> Iterator[Block]:
    """The curves, and what each threshold gives."""
    alt = _altair()
    if alt is None:
        return
    names = dict.fromkeys(curve.name for curve in told.report.curves)
    for name in names:
        curves = [curve for curve in told.report.curves if curve.name == name]
        yield Picture(drawing.svg(_curves(alt, told, name, curves)), told.words(CURVES[name][2]))
    if told.report.thresholds:
        caption = told.words("Thresholds: what answering the positive class from a probability on gives")
        yield Picture(drawing.svg(_thresholds(alt, told)), caption)


def of_slices(told: Told) -> Iterator[Block]:
    """The first metric on all rows and on each group."""
    alt = _altair()
    if alt is None or not told.report.scores:
        return
    first = told.report.scores[0].metric
    shown = [score for score in told.report.scores if score.metric == first and not math.isnan(score.value)]
    lines = [
        {"name": score.slice or told.words("all rows"), "value": score.value, "low": score.low, "high": score.high}
        for score in shown[:MOST]
    ]
    whole = next((score.value for score in shown if score.slice is None), None)
    yield Picture(drawing.svg(_spans(alt, lines, first, whole)), told.words("{} by group, with 95% intervals", first))


def of_stress(told: Told) -> Iterator[Block]:
    """What each perturbation does to the metric."""
    alt, found = _altair(), told.report.stress
    if alt is None or not found:
        return
    words, metric = told.words, found[0].metric
    lines = [
        {
            "name": f"{words(one.perturbation)} ({one.on})" if one.on else words(one.perturbation),
            "value": one.difference,
            "low": one.low,
            "high": one.high,
        }
        for one in found
        if one.metric == metric and not math.isnan(one.difference)
    ]
    head = words("change of {}", metric)
    if lines:
        yield Picture(drawing.svg(_spans(alt, lines[:MOST], head, 0.0)), words("What changed rows do to {}", metric))


def of_importance(told: Told) -> Iterator[Block]:
    """How much the metric loses without each column."""
    alt, found = _altair(), told.report.importance
    if alt is None or not found:
        return
    lines = [{"name": one.column, "value": one.value, "low": one.low, "high": one.high} for one in found[:MOST]]
    words, metric = told.words, found[0].metric
    yield Picture(drawing.svg(_spans(alt, lines, words("loss of {}", metric), 0.0)), words("What the answers rest on"))


def _curves(alt: Any, told: Told, name: str, curves: Sequence[Curve]) -> Any:  # noqa: ANN401 - altair's
    words = told.words
    across, up = (words(head) if head else told.report.scores[0].metric for head in CURVES[name][:2])
    points = [
        {"x": x, "y": y, "of": curve.of or "", **_band(curve, place)}
        for curve in curves
        for place, (x, y) in enumerate(zip(curve.x, curve.y, strict=True))
    ]
    x, y = alt.X("x:Q", title=across).axis(tickCount=5, grid=False), alt.Y("y:Q", title=up).scale(zero=False)
    base = alt.Chart(alt.Data(values=points))
    many = len(curves) > 1
    shade = alt.Color("of:N", title=None).scale(range=list(SHADES)).legend(orient="bottom", columns=3)
    coloured = {"color": shade} if many else {}
    layers = []
    if name in DIAGONAL:
        ends = alt.Data(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])
        layers.append(alt.Chart(ends).mark_line(color=EDGE, strokeDash=[4, 4], strokeWidth=1).encode(x, y))
    if name == "residuals":
        layers.append(alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=EDGE, strokeDash=[4, 4]).encode(y))
    if any(curve.low for curve in curves) and not many:
        band = [alt.Y("low:Q", title=up), alt.Y2("high:Q")]
        few = name in {"calibration", "residuals", "learning"}
        drawn = base.mark_rule(color=OTHER) if few else base.mark_area(color=OTHER, opacity=0.15)
        layers.append(drawn.encode(x, *band))
    dots = {"point": {"size": 28, "filled": True}} if name in {"calibration", "residuals", "learning"} else {}
    line = base.mark_line(strokeWidth=1.8, **({} if many else {"color": OTHER}), **dots)
    layers.append(
        line.encode(x, y, order=alt.Order("x:Q"), **coloured)
        if name != "precision_recall"
        else line.encode(x, y, **coloured)
    )
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, padding=6)


def _band(curve: Curve, place: int) -> dict[str, float]:
    return {"low": curve.low[place], "high": curve.high[place]} if curve.low else {}


def _thresholds(alt: Any, told: Told) -> Any:  # noqa: ANN401 - altair's
    """Precision, recall and what is selected, and the threshold that was chosen."""
    words = told.words
    names = {"precision": "precision", "recall": "recall", "selection_rate": "selection rate"}
    points = [
        {"x": one.threshold, "y": getattr(one, key), "of": words(name)}
        for one in told.report.thresholds
        for key, name in names.items()
        if not math.isnan(getattr(one, key))
    ]
    chosen = [{"x": one.threshold} for one in told.report.thresholds if one.chosen]
    x = alt.X("x:Q", title=words("threshold")).axis(tickCount=5, grid=False)
    y = alt.Y("y:Q", title=words("share"))
    shade = alt.Color("of:N", title=None).scale(range=list(SHADES)).legend(orient="bottom")
    lines = alt.Chart(alt.Data(values=points)).mark_line(strokeWidth=1.8).encode(x, y, shade)
    rule = alt.Chart(alt.Data(values=chosen)).mark_rule(color=EDGE, strokeDash=[4, 4]).encode(x)
    return alt.layer(rule, lines).properties(width=WIDTH, height=HEIGHT, padding=6)


def _spans(alt: Any, lines: list[dict[str, Any]], head: str, whole: float | None) -> Any:  # noqa: ANN401 - altair's
    """A point with its interval on each line, and a rule where all rows lie."""
    names = alt.Y("name:N", title=None, sort=None).axis(labelLimit=150, ticks=False, domain=False)
    x = alt.X("value:Q", title=head).scale(zero=False).axis(tickCount=4)
    base = alt.Chart(alt.Data(values=lines))
    layers = [
        base.mark_rule(color=OTHER, strokeWidth=1.5).encode(alt.X("low:Q", title=head), names, alt.X2("high:Q")),
        base.mark_point(filled=True, size=50, opacity=1, color=OTHER).encode(x, names),
    ]
    if whole is not None:
        rule = alt.Chart(alt.Data(values=[{"value": whole}]))
        layers.insert(0, rule.mark_rule(color=CHOSEN, strokeDash=[4, 4]).encode(x))
    return alt.layer(*layers).properties(width=WIDTH - 60, height=max(LINE * len(lines), 60), padding=6)
