"""The rows that augments make out of a table's training rows, as a table that a model learns from beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelyard.core import events
from modelyard.core.augmenting import Made, Sample
from modelyard.core.featuring import RowAugment
from modelyard.core.seeds import generator
from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
from modelyard.data import values
from modelyard.data.read import target_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.featuring import Augment, Augmenter
    from modelyard.core.types import Values

WEIGHT = "\x00weight"  # what no file's column is called: names with such a sign are refused
DTYPES: Mapping[Kind, pl.DataType] = {
    Kind.NUMBER: pl.Float64(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.TIME: pl.Datetime("us"),
    Kind.CATEGORY: pl.String(),
    Kind.TEXT: pl.String(),
    Kind.IMAGE: pl.Binary(),
}


def rows(table: Table, task: Task, augments: Mapping[str, Augmenter], seed: int) -> tuple[Table, tuple[str, ...]]:
    """What each augment makes of the rows, one's after the other's, and what is to be told of them.

    Where an augment weighs its rows and the table has no weights, a column for them is added.

    Raises:
        RecipeError, MissingExtraError: as augments raise them.
    """
    made, notes = list[Made](), list[str]()
    for done, (name, augment) in enumerate(augments.items()):
        events.step("augmenting", done, len(augments), name)
        one = _whole(name, augment, table, task, seed) if isinstance(augment, RowAugment) else None
        made.append(_changed(name, augment, table, seed) if one is None else one)  # type: ignore[arg-type]
        told = (*made[-1].notes, *([augment.warns] if isinstance(augment, RowAugment) and augment.warns else []))
        notes += [f"{name}: {note}" for note in told]
    events.step("augmenting", len(augments), len(augments))
    return _table(table, made), tuple(notes)


def _changed(name: str, augment: Augment, table: Table, seed: int) -> Made:
    """Rounds of the rows, in which the columns of the augment's kinds are changed."""
    changed = {
        column.name: augment(_values(table, column), generator(seed, "augment", name, column.name))
        for column in table.schema.features
        if column.kind in augment.kinds
    }
    copies = len(next(iter(changed.values()))) // max(len(table), 1)
    return Made(changed, np.tile(np.arange(len(table)), copies))


def _whole(name: str, augment: RowAugment, table: Table, task: Task, seed: int) -> Made:
    known = {column.name: column for column in table.schema.features}
    changed = augment.changes(table.schema.features)
    columns = {one: _values(table, known[one]) for one in changed}
    classes = table.schema.target.levels if task.classifies else ()
    sample = Sample(columns, {one: known[one] for one in changed}, target_values(table, task), classes)
    return augment.made(sample, generator(seed, "augment", name))


def _table(table: Table, made: Sequence[Made]) -> Table:
    """All that was made; a column that one of the augments changes is held in one way for all of them."""
    changed = [c for c in table.schema.features if any(c.name in one.columns for one in made)]
    weighed = any(one.weight is not None for one in made)
    weights = table.schema.having(Role.WEIGHT)
    weight = weights[0].name if weights else WEIGHT
    frame = pl.concat([_frame(table, one, changed, weight if weighed else None) for one in made])
    if not weighed or weights:
        return Table(frame, table.schema)
    return Table(frame, Schema((*table.schema.columns, Column(WEIGHT, Kind.NUMBER, Role.WEIGHT))))


def _frame(table: Table, made: Made, changed: Sequence[Column], weight: str | None) -> pl.DataFrame:
    frame = table.frame[made.like]
    series = [
        _series(made.columns[c.name] if c.name in made.columns else _values(table, c)[made.like], c) for c in changed
    ]
    if made.labels is not None:
        series.append(table.frame[table.schema.target.name][made.labels])
    if weight is not None:
        before = frame[weight].cast(pl.Float64).to_numpy() if weight in frame.columns else np.ones(len(frame))
        series.append(pl.Series(weight, before if made.weight is None else before * made.weight))
    return frame.with_columns(series)


def _series(found: Values, column: Column) -> pl.Series:
    """Values [rows] as a frame holds them."""
    missing = values.missing(found)
    if column.kind is Kind.TIME:
        return pl.Series(column.name, found.astype("datetime64[us]"))
    told = found.astype(bool) if column.kind is Kind.BOOLEAN else found
    listed = [None if gone else value for value, gone in zip(told.tolist(), missing.tolist(), strict=True)]
    return pl.Series(column.name, listed, dtype=DTYPES[column.kind])


def _values(table: Table, column: Column) -> Values:
    return values.from_series(table.frame[column.name], column)
