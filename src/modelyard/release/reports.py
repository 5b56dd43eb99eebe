"""Reports as JSON, where a figure that is not defined, such as the ROC AUC of one class, is null."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from modelyard.core.report import Report

FIGURES = ("value", "low", "high", "difference")


class _Figures(msgspec.Struct):
    """Where a report holds figures."""

    scores: list[dict[str, Any]]
    comparisons: list[dict[str, Any]]


def decode(content: bytes) -> Report:
    """The report that was written as JSON.

    Raises:
        msgspec.MsgspecError: it is no report.
    """
    raw = msgspec.json.decode(content, type=dict[str, Any])
    found = msgspec.convert(raw, _Figures)
    for entry in (*found.scores, *found.comparisons):
        entry.update({figure: math.nan for figure in FIGURES if figure in entry and entry[figure] is None})
    return msgspec.convert(raw | msgspec.to_builtins(found), Report)
