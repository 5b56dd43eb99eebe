"""What a terminal shows of a report's curves: the confusion matrix, calibration and learning, not every point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.report import Report

WIDEST = 6  # classes of a matrix that a terminal has room for


def tell(report: Report) -> None:
    """The matrix as a table, then a line on each thing that the curves say."""
    if report.confusion and len(report.classes) <= WIDEST:
        heads = ["truly", *(f"answered {each}" for each in report.classes)]
        lines = zip(report.classes, report.confusion, strict=True)
        show.matrix([[name, *(f"{count:g}" for count in line)] for name, line in lines], *heads)
    for line in sentences(report):
        show.indented(line)
    if report.confusion or report.curves:
        show.line("")


def sentences(report: Report) -> Iterator[str]:
    """Calibration or residuals by their worst bin, and how many curves `--json` has."""
    for curve in report.curves:
        if curve.name == "calibration":
            worst = max(range(len(curve.x)), key=lambda at: abs(curve.x[at] - curve.y[at]))
            ece = report.score("ece")
            error = f", error {ece.value:.4f} ({ece.low:.4f} to {ece.high:.4f})" if ece is not None else ""
            yield (
                f"calibration{error}: farthest off where {curve.x[worst]:.3f} is told and {curve.y[worst]:.3f} came "
                f"true ({curve.low[worst]:.3f} to {curve.high[worst]:.3f}), {curve.rows[worst]} rows"
            )
        if curve.name == "residuals":
            worst = max(range(len(curve.y)), key=lambda at: abs(curve.y[at]))
            yield (
                f"residuals: farthest off about {show.figure(curve.x[worst])}, by {show.figure(curve.y[worst], '+')} "
                f"({show.figure(curve.low[worst], '+')} to {show.figure(curve.high[worst], '+')}), "
                f"{curve.rows[worst]} rows"
            )
        if curve.name == "learning":
            metric = report.scores[0].metric
            steps = [f"{show.figure(y)} of {int(x):,} rows" for x, y in zip(curve.x, curve.y, strict=True)]
            yield f"{metric} learnt from fewer rows: {', '.join(steps)}"
