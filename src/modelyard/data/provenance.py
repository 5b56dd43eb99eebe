"""The rows that a model is made from: how many, how new, and when their file was last written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.errors import RecipeError, nearest
from modelyard.core.evidence import Provenance
from modelyard.core.types import Kind
from modelyard.data import joining, values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.core.sources import Source
    from modelyard.core.types import Table
    from modelyard.data.read import Rows


def provenance(rows: Rows, sources: Iterable[Source], folder: Path, column: str | None, where: str = "") -> Provenance:
    """What is known of the rows that `sources` gave; `column` is the one whose newest time is sought.

    Raises:
        RecipeError: there is no such column, or it holds no times; `where` named it.
    """
    newest = "" if column is None else _newest(rows, column, where)
    count = sum(len(table) for table in rows.given)
    return Provenance(rows.digest, count, newest, column or "", _changed(sources, folder))


def _newest(rows: Rows, column: str, where: str) -> str:
    if column not in rows.train.frame.columns:
        hint = nearest(column, rows.train.frame.columns)
        raise RecipeError(f"no column called '{column}'", where, hint)
    latest = [moment for table in rows.given if (moment := _latest(table, column)) is not None]
    if not latest:
        raise RecipeError(f"the column '{column}' holds no times", where, "name a column of dates or times in ISO 8601")
    return str(max(latest).astype("datetime64[s]"))


def _latest(table: Table, column: str) -> np.datetime64 | None:
    times = values.from_series(table.frame[column], replace(table.schema[column], kind=Kind.TIME))
    known = times[~np.isnat(times)]
    return known.max() if len(known) else None


def _changed(sources: Iterable[Source], folder: Path) -> str:
    """When the newest of the files was last written; empty where the rows lie in none."""
    files = [
        (folder / Path(path).expanduser())
        for source in joining.every(sources)
        if (path := getattr(source, "path", None))
    ]
    written = [file.stat().st_mtime for file in files if file.exists()]
    return datetime.fromtimestamp(max(written), UTC).isoformat(timespec="seconds") if written else ""
