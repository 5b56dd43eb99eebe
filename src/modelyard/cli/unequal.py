"""For whom the model is worse, as people read it: groups apart, weak slices, and what a mitigation changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelyard.cli import show

if TYPE_CHECKING:
    from modelyard.core.evidence import Change, Disparity, WeakSlice
    from modelyard.core.report import Report

SPAN = "95% interval"


def tell(report: Report) -> None:
    """Print what the report holds of it; nothing where it holds nothing."""
    if report.disparities:
        ratios = {(each.column, each.metric): each for each in report.disparities if each.kind == "ratio"}
        lines = [
            _apart(each, ratios.get((each.column, each.metric)))
            for each in report.disparities
            if each.kind == "difference"
        ]
        show.block(
            lines, "between groups of", "metric", "difference", SPAN, "ratio", SPAN, "least on", "most on", "rows"
        )
    if report.weak:
        show.block(map(_weak, report.weak), "weak where", "metric", "there", "elsewhere", "difference", "rows", "p")
    if report.changes:
        heads = (report.changes[0].mitigation, "between", "before", "after", "change", SPAN)
        show.block(map(_changed, report.changes), *heads)


def _apart(difference: Disparity, ratio: Disparity | None) -> list[str]:
    other = ["-", "-"] if ratio is None else [show.figure(ratio.value), _span(ratio.low, ratio.high)]
    return [
        difference.column,
        difference.metric,
        show.figure(difference.value),
        _span(difference.low, difference.high),
        *other,
        _level(difference.lowest, difference.column),
        _level(difference.highest, difference.column),
        str(difference.rows),
    ]


def _weak(found: WeakSlice) -> list[str]:
    span = _span(found.low, found.high, "+")
    figures = [show.figure(found.value), show.figure(found.other), span]
    return [found.where, found.metric, *figures, str(found.rows), f"{found.p_value:.3f}"]


def _changed(change: Change) -> list[str]:
    figures = show.figure(change.before), show.figure(change.after), show.figure(change.after - change.before, "+")
    return [change.metric, change.column or "all rows", *figures, _span(change.low, change.high, "+")]


def _level(name: str, column: str) -> str:
    """A group without the name of its column."""
    return name.removeprefix(f"{column} ").removeprefix("= ")


def _span(low: float, high: float, sign: str = "") -> str:
    return "not defined" if math.isnan(low) else f"{show.figure(low, sign)} to {show.figure(high, sign)}"
