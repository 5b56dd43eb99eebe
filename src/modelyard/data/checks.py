"""What must hold of rows before they are learnt from. All that is wrong is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.errors import DataError, Problems, RecipeError, nearest
from modelyard.core.types import Column, Kind, Role, Schema, Task
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from modelyard.recipe.schema import Recipe

SHOWN = 3


def names(recipe: Recipe, columns: Sequence[str]) -> None:
    """Every column that the recipe names is there.

    Raises:
        RecipeError: with the nearest column for each that is not.
    """
    found = Problems(RecipeError)
    if recipe.target not in columns:
        found.add(f"no column called '{recipe.target}'", recipe.place("target"), nearest(recipe.target, columns))
    for name in recipe.columns:
        if name not in columns:
            found.add("no such column", recipe.place(f"columns.{name}"), nearest(name, columns))
    found.raise_any()


def same_columns(part: str, frame: pl.DataFrame, columns: Sequence[str]) -> None:
    """A valid or test file has the columns of the train file.

    Raises:
        DataError: naming each column that is missing.
    """
    found = Problems(DataError)
    for name in columns:
        if name not in frame.columns:
            found.add(f"no column called '{name}', which data.train has", f"data.{part}", nearest(name, frame.columns))
    found.raise_any()


def rows(frame: pl.DataFrame, schema: Schema, where: str) -> Problems:
    """The values of each column are what its kind says; more may be added to what is returned."""
    found = Problems(DataError)
    if frame.height < 3:
        found.add(f"{frame.height} rows are too few to train, to choose and to test on", where, "give at least 3")
    for column in schema.columns:
        if column.role not in {Role.IGNORE, Role.TARGET}:
            _values(frame[column.name], column, found)
    if not schema.features:
        found.add("no column is left to learn from", where, "see what `modelyard check` says of each column")
    for weight in schema.having(Role.WEIGHT):
        weights = values.from_series(frame[weight.name], weight)
        if weight.kind is not Kind.NUMBER or bool(np.isnan(weights).any()) or bool((weights < 0).any()):
            found.add("weights must be numbers of at least zero, one in every row", weight.name)
    return found


def _values(series: pl.Series, column: Column, found: Problems) -> None:
    wrong, count = values.misfits(series, column)
    if wrong:
        shown = ", ".join(repr(value)[:40] for value in list(wrong)[:SHOWN])
        first = next(iter(wrong.values()))
        hint = first.hint or f"mend the rows, or say columns: {{{column.name}: {{kind: category}}}} or {{role: ignore}}"
        found.add(f"{first.problem}: {count} of {len(series)} rows, such as {shown}", column.name, hint)


def target(series: pl.Series, recipe: Recipe, task: Task, classes: Sequence[str], found: Problems) -> None:
    """The target can be learnt: present, varied, of the task's sort, with two rows of each class."""
    place = recipe.target
    known = series.drop_nulls()
    distinct = known.n_unique()
    if len(known) == 0:
        found.add("the target is missing in every row", place)
    elif distinct == 1:
        found.add("the target is constant: every row says the same", place, "there is nothing to predict")
    elif task.classifies:
        _class_target(known, recipe, task, classes, found)
    elif not series.dtype.is_numeric():
        found.add(
            "the target is no number, so the task cannot be regression", place, "say task: multiclass, or mend it"
        )


def _class_target(known: pl.Series, recipe: Recipe, task: Task, classes: Sequence[str], found: Problems) -> None:
    place, distinct = recipe.target, known.n_unique()
    counts = _counts(known)
    if distinct == len(known):
        hint = "is it an identifier? Numbers to predict are task: regression"
        found.add("the target is different in every row, so no class repeats", place, hint)
        return
    if task is Task.BINARY and distinct != 2:
        found.add(f"the target has {distinct} values, and the task binary takes 2", place, "say task: multiclass")
    thin = [name for name, count in counts.items() if count < 2]
    if thin:
        shown = ", ".join(f"'{name}'" for name in thin[:SHOWN]) + (" ..." if len(thin) > SHOWN else "")
        hint = "a class needs a row to learn from and one to be tested on: add rows, or leave these out"
        found.add(f"{len(thin)} classes have fewer than two rows: {shown}", place, hint)
    if recipe.positive is not None and values.level(recipe.positive) not in counts:
        hint = nearest(values.level(recipe.positive), classes)
        found.add(f"no class called '{recipe.positive}'", recipe.place("positive"), hint)


def _counts(known: pl.Series) -> Mapping[str, int]:
    return {values.level(value): count for value, count in known.value_counts().iter_rows()}
