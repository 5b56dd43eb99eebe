"""What must hold of rows before they are learnt from. All that is wrong is told at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.errors import DataError, Problems, RecipeError, nearest
from modelyard.core.types import Column, Ints, Kind, Role, Schema, Task
from modelyard.data import infer, plain, values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from modelyard.recipe.schema import Recipe

SHOWN = 3
LEAST, MOST = 1e-30, 1e30  # an answer is a float32
UNTELLABLE = re.compile(r'["\\\x00-\x1f]')  # what msgspec cannot have in a field's name


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
    for key in ("column", "group"):
        for name in getattr(recipe.split, key):
            if name not in columns:
                where = recipe.place(f"split.{key}")
                found.add(f"no column called '{name}'", where, nearest(name, columns))
    found.raise_any()


def readable(frames: Mapping[str, pl.DataFrame], recipe: Recipe) -> list[str]:
    """The columns to keep: those that can be read, and no unreadable one that the recipe ignores.

    Raises:
        DataError: naming each column that no kind reads, or whose name no JSON message can hold as it is.
    """
    found = Problems(DataError)
    ignored = {name for name, given in recipe.columns.items() if given.role is Role.IGNORE}
    strange = {name: holds for frame in frames.values() for name, holds in plain.unreadable(frame).items()}
    columns = [name for name in frames["train"].columns if not (name in strange and name in ignored)]
    for name in columns:
        if name in strange:
            hint = f"write it as text or numbers, or say columns: {{{name}: {{role: ignore}}}}"
            found.add(f"holds {strange[name]}, which no kind reads", name, hint)
        if UNTELLABLE.search(name):
            found.add("the column's name holds a quotation mark, a backslash or a line break", repr(name), "rename it")
    found.raise_any()
    return columns


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


def rows(frame: pl.DataFrame, schema: Schema, where: str, numbers: Ints | None = None) -> Problems:
    """The values of each column are what its kind says; more may be added to what is returned.

    `numbers` [rows] are the rows' own in their source, where these are not 1, 2, 3 ...
    """
    found = Problems(DataError)
    if where == "data.train" and frame.height < 3:
        found.add(f"{frame.height} rows are too few to train, to choose and to test on", where, "give at least 3")
    elif frame.height == 0:
        found.add("holds no row with a target", where)
    for column in schema.columns:
        if column.role not in {Role.IGNORE, Role.TARGET}:
            _values(frame[column.name], column, numbers, found)
    if not schema.features:
        ignored = [column for column in schema.having(Role.IGNORE) if column.reason]
        told = "; ".join(f"{column.name}: {column.reason}" for column in ignored[:SHOWN])
        found.add("no column is left to learn from", where, told or "add a column that says something of the target")
    for weight in schema.having(Role.WEIGHT):
        weights = values.from_series(frame[weight.name], weight)
        if weight.kind is not Kind.NUMBER or bool(np.isnan(weights).any()) or bool((weights < 0).any()):
            found.add("weights must be numbers of at least zero, one in every row", weight.name)
        elif not bool((weights > 0).any()):
            found.add("the weights are zero in every row", weight.name, "give some rows a weight, or leave it out")
    return found


def told_rows(places: Ints, count: int, numbers: Ints | None = None) -> str:
    """The first rows by their numbers, 1 being the source's first.

    >>> told_rows(np.array([0, 4]), 2), told_rows(np.array([0, 4, 5]), 9)
    ('1, 5', '1, 5, 6 ...')
    """
    first = places[:SHOWN]
    told = first + 1 if numbers is None else numbers[first]
    shown = ", ".join(str(int(number)) for number in told)
    return f"{shown} ..." if count > len(told) else shown


def _values(series: pl.Series, column: Column, numbers: Ints | None, found: Problems) -> None:
    """What does not fit is told by its rows: the values may be anybody's."""
    if str(series.dtype) == "Binary" and column.kind is not Kind.IMAGE:
        found.add(f"holds pictures, which no {column.kind} is", column.name, "say kind: image, or role: ignore")
        return
    wrong, count = values.misfits(series, column)
    if wrong:
        first = next(iter(wrong.values()))
        role = f"columns: {{{column.name}: {{role: ignore}}}}"
        kind = f"columns: {{{column.name}: {{kind: category}}}} or {{role: ignore}}"
        hint = first.hint or f"mend the rows, or say {role if column.kind is Kind.IMAGE else kind}"
        places = series.is_in(list(wrong)).arg_true().to_numpy()
        found.add(
            f"{first.problem}: {count} of {len(series)} rows: {told_rows(places, count, numbers)}", column.name, hint
        )


def target(
    series: pl.Series, train: pl.Series, recipe: Recipe, task: Task, classes: Sequence[str], found: Problems
) -> None:
    """The target of all parts can be learnt from `train`: present, varied, of the task's sort."""
    place = recipe.target
    known = series.drop_nulls()
    if train.null_count() == len(train):
        found.add("the target is missing in every row", place)
    elif train.drop_nulls().n_unique() == 1:
        found.add("the target is constant: every row says the same", place, "there is nothing to predict")
    elif task.classifies:
        _class_target(known, recipe, task, classes, found)
        _only_later(train, classes, place, found)
    else:
        _number_target(known, place, found)


def _number_target(known: pl.Series, place: str, found: Problems) -> None:
    if not known.dtype.is_numeric():
        problem = "the target is no number, so the task cannot be regression"
        found.add(problem, place, "say task: multiclass, or mend it")
        return
    numbers = known.to_numpy().astype(np.float64)
    infinite = int((~np.isfinite(numbers)).sum())
    if infinite:
        found.add(f"the target is infinite in {infinite} rows", place, "mend the rows or leave them out")
    elif not LEAST < np.abs(numbers).max() < MOST:
        found.add(f"the target is not between {LEAST:g} and {MOST:g}", place, "give it in another unit")


def _class_target(known: pl.Series, recipe: Recipe, task: Task, classes: Sequence[str], found: Problems) -> None:
    place, distinct = recipe.target, known.n_unique()
    counts = _counts(known)
    if distinct == len(known):
        hint = "is it an identifier? Numbers to predict are task: regression"
        found.add("the target is different in every row, so no class repeats", place, hint)
        return
    if task is Task.BINARY and distinct != 2:
        found.add(f"the target has {distinct} values, and the task binary takes 2", place, "say task: multiclass")
    thin = sorted(name for name, count in counts.items() if count < 2)
    if thin:
        alone = [place for place, value in enumerate(known.to_list()) if counts[values.level(value)] < 2]
        shown = told_rows(np.array(alone[:SHOWN]), len(alone))
        hint = "a class needs a row to learn from and one to be tested on: add rows, or leave these out"
        noun = "class has" if len(thin) == 1 else "classes have"
        found.add(f"{len(thin)} {noun} fewer than two rows: of those with a target {shown}", place, hint)
    if recipe.positive is not None and infer.class_of(recipe.positive, classes) not in counts:
        hint = nearest(values.level(recipe.positive), classes)
        found.add(f"no class called '{recipe.positive}'", recipe.place("positive"), hint)


def _only_later(train: pl.Series, classes: Sequence[str], place: str, found: Problems) -> None:
    """A class that no training row shows can be neither learnt nor answered."""
    shown = _counts(train.drop_nulls())
    later = [name for name in classes if name not in shown]
    if later:
        noun = "class of the other files is" if len(later) == 1 else "classes of the other files are"
        hint = "add rows of each to data.train, or leave its rows out"
        found.add(f"{len(later)} {noun} not in data.train", place, hint)


def _counts(known: pl.Series) -> Mapping[str, int]:
    return {values.level(value): count for value, count in known.value_counts().iter_rows()}
