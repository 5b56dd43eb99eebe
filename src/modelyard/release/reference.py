"""What a bundle remembers of its rows: summaries that monitoring compares with, and an example that is no one's."""

from __future__ import annotations

from typing import Any

import numpy as np

from modelyard.core.types import Column, Floats, Json, Kind, Table
from modelyard.data import pictures, values

MOST = 50  # levels of a category that are counted
BETWEEN = (np.arange(20) + 0.5) / 20  # where quantiles lie that each stand for a twentieth of the rows
EXAMPLE_TEXT = "This is an example. 这是一个例子。"


def of(table: Table, answers: Floats) -> dict[str, Json]:
    """Shares and quantiles of each feature, and of the answers [rows, outputs]. No single row is kept."""
    columns: dict[str, Json] = {c.name: _summary(c, _values(table, c)) for c in table.schema.features}
    quantiles = np.quantile(answers, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1], axis=0).T
    return {"rows": len(table), "columns": columns, "answers": [list(map(_rounded, row)) for row in quantiles.tolist()]}


def example(table: Table, group: str = "") -> dict[str, Json]:
    """A record of middling values: medians and the commonest levels; of a group too, where one is asked for."""
    asked = [*table.schema.features, *([table.schema[group]] if group else [])]
    return {column.name: _middle(column, _values(table, column)) for column in asked}


def _values(table: Table, column: Column) -> Any:  # noqa: ANN401 - Values
    return values.from_series(table.frame[column.name], column)


def _summary(column: Column, found: Any) -> dict[str, Json]:  # noqa: ANN401 - Values
    missing = values.missing(found)
    known = found[~missing]
    summary: dict[str, Json] = {"kind": column.kind, "missing": _rounded(float(missing.mean()))}
    if len(known) == 0:
        return summary
    if column.kind is Kind.CATEGORY:
        levels, counts = np.unique(known.astype(str), return_counts=True)
        most = np.argsort(-counts, kind="stable")[:MOST]
        summary["levels"] = {str(levels[i]): _rounded(float(counts[i] / len(known))) for i in most}
    elif column.kind is Kind.TEXT:
        summary["characters"] = _quantiles(np.array([len(text) for text in known]))
    elif column.kind is Kind.IMAGE:
        summary["bytes"] = _quantiles(np.array([len(content) for content in known]))
    elif column.kind is Kind.TIME:
        summary["first"], summary["last"] = str(known.min()), str(known.max())
        between = np.quantile(known.astype("datetime64[s]").astype(np.int64), BETWEEN).astype(np.int64)
        summary["between"] = [str(moment) for moment in between.astype("datetime64[s]")]
    elif column.kind is not Kind.IDENTIFIER:
        summary["quantiles"] = _quantiles(known.astype(np.float64))
        if column.kind is Kind.BOOLEAN:
            summary["true"] = _rounded(float(known.astype(np.float64).mean()))
        else:
            summary["between"] = [_rounded(float(q)) for q in np.quantile(known.astype(np.float64), BETWEEN)]
    return summary


def _middle(column: Column, found: Any) -> Json:  # noqa: ANN401 - Values
    known = found[~values.missing(found)]
    if column.kind in {Kind.TEXT, Kind.IMAGE}:
        return EXAMPLE_TEXT if column.kind is Kind.TEXT else pictures.written(pictures.example())
    if len(known) == 0:
        return None
    if column.kind is Kind.TIME:
        return str(np.sort(known)[len(known) // 2].astype("datetime64[s]"))
    if column.kind is Kind.NUMBER:
        middle = float(np.sort(known)[len(known) // 2])
        return int(middle) if column.storage == "integer" else middle
    kinds, counts = np.unique(known.astype(str), return_counts=True)
    commonest = str(kinds[counts.argmax()])
    if column.kind is Kind.BOOLEAN:
        return commonest == "1.0"
    return values.restored(commonest, column.storage) if column.storage == "integer" else commonest


def _quantiles(found: Any) -> list[Json]:  # noqa: ANN401 - numbers
    return [_rounded(float(q)) for q in np.quantile(found, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])]


def _rounded(figure: float) -> float:
    return float(f"{figure:.6g}")
