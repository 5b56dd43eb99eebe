"""One look for every picture, drawn by Altair without a browser and without a network."""

from __future__ import annotations

import io
from typing import Any

from modelyard.core import events
from modelyard.core.registry import missing_extra

CHOSEN, OTHER, EDGE = "#c2410c", "#1f4e79", "#9aa5b1"
# Words stay text in the SVG; whoever shows it has a font for Chinese under one of these names.
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif"


def altair(what: str) -> Any:  # noqa: ANN401 - a module without types of its own
    """The package that draws; None, and a note that names `what` goes undrawn, where it is not installed."""
    try:
        import altair as found  # noqa: ICN001 - named as it is
        import vl_convert  # noqa: F401 - altair asks for it
    except ModuleNotFoundError as error:
        problem = missing_extra(error, what).problems[0]
        events.note(f"{problem.where} {problem.problem}: {problem.hint}")
        return None
    return found


def svg(chart: Any) -> str:  # noqa: ANN401 - altair's
    """The chart in our font on white."""
    whole = chart.configure(font=FONT, background="white").configure_view(stroke=None)
    whole = whole.configure_axis(titleFontWeight="normal", titleFontSize=12, labelFontSize=11)
    drawn = io.StringIO()
    whole.save(drawn, format="svg")
    return drawn.getvalue()
