"""Sources to one checked table, or to the parts that a recipe gives as files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.core import digest, events, groups, refusals, room, threads
from modelyard.core.errors import DataError, Problems
from modelyard.core.refusals import Collected
from modelyard.core.types import Cleaning, Column, Floats, Ints, Kind, Role, Schema, Table, Task
from modelyard.data import checks, cleaning, infer, pictured, plain, protection, values

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from modelyard.core.featuring import Cleaner
    from modelyard.core.sources import Source
    from modelyard.recipe.schema import Recipe

NOTHING: Mapping[str, Sequence[Cleaner]] = MappingProxyType({})


@dataclass(frozen=True)
class Rows:
    """What was read: a table for each part that the recipe gives (`train` holds all rows where it gives one source).

    `numbers` [rows] are the rows' numbers in their source, from 1 on, for a part that is not the whole of it. `refused`
    are rows that the sources did not read, and repairs that they made. Rows of train that share a number of `copies`
    [rows] have nearly the same texts; -1 has none.
    """

    train: Table
    valid: Table | None
    test: Table | None
    task: Task
    digest: str
    notes: tuple[str, ...]
    numbers: Mapping[str, Ints] = field(default_factory=dict)
    refused: Collected = field(default_factory=Collected)
    copies: Ints | None = None

    @property
    def given(self) -> tuple[Table, ...]:
        """The parts that are there."""
        return tuple(table for table in (self.train, self.valid, self.test) if table is not None)


def every_row(of: Source, texts: Collection[str] = ()) -> pl.DataFrame:
    """All rows of a source, as they are written; what it refused and repaired is told."""
    with refusals.noted():
        return of.read(Path(), texts).collect()


def read(sources: Mapping[str, Source], recipe: Recipe, clean: Mapping[str, Sequence[Cleaner]] = NOTHING) -> Rows:
    """Read, check and mend: `sources` are the recipe's, under `train`, `valid` and `test`, `clean` a column's cleaners.

    Raises:
        DataError: a source cannot be read, or rows do not keep what the recipe says; all that is wrong at once.
        RecipeError: the recipe names a column that is not there.
    """
    events.step("reading", 0, len(sources))
    with refusals.collecting() as refused:
        frames = _frames(sources, recipe.folder, cleaning.written(clean))
    events.step("reading", len(sources), len(sources))
    columns = frames["train"].columns
    checks.names(recipe, columns)
    for part, frame in frames.items():
        checks.same_columns(part, frame, columns)
    readable = checks.readable(frames, recipe)
    pictures = [name for name, given in recipe.columns.items() if given.kind is Kind.IMAGE]
    frames = {
        part: pictured.opened(frame.select(readable), pictures, recipe.folder, f"data.{part}")
        for part, frame in frames.items()
    }
    notes: list[str] = list(refused.repairs)
    if refused.count:
        notes.append(
            f"{refused.count:,} rows could not be read and were refused, the first at {refused.listed[0].where}"
        )
    settled = _settled_cleaners(frames["train"], recipe, clean)
    if recipe.target in settled:
        frames = {p: _with_target(f, recipe.target, settled[recipe.target], f"data.{p}") for p, f in frames.items()}
    labelled = {part: _labelled(part, frame, recipe.target, notes) for part, frame in frames.items()}
    numbers = {
        part: frame[recipe.target].is_not_null().arg_true().to_numpy().astype(np.int64) + 1
        for part, frame in frames.items()
        if frame.height > labelled[part].height
    }
    protected = protection.protection(labelled, recipe, settled)
    notes.extend(protected.notes)
    labelled = {part: frame.drop(protected.drop) for part, frame in labelled.items()}
    settled = {name: settled.get(name, ()) + protected.clean.get(name, ()) for name in {**settled, **protected.clean}}
    labelled = {part: cleaning.readable(frame, settled) for part, frame in labelled.items()}
    guessed = infer.schema(labelled["train"], recipe.target, recipe.columns, settled)
    labelled = {part: _dated(frame, guessed) for part, frame in labelled.items()}
    schema, task = _schema(labelled, recipe, guessed, notes, numbers)
    tables = {part: Table(cleaning.columns(frame, schema.columns), schema) for part, frame in labelled.items()}
    for note in notes:
        events.note(note)
    whole = whole_of(sources, recipe.folder)
    return Rows(tables["train"], tables.get("valid"), tables.get("test"), task, whole, tuple(notes), numbers, refused)


def whole_of(sources: Mapping[str, Source], folder: Path) -> str:
    """The SHA-256 of all rows that a bundle is made of."""
    return digest.of_json({part: source.digest(folder) for part, source in sources.items()})


def target_values(table: Table, task: Task) -> npt.NDArray[Any]:
    """The target as a model reads it: [rows] int64 codes in the order of the schema's classes, or [rows] float64."""
    column = table.schema.target
    series = table.frame[column.name]
    if not task.classifies:
        return values.from_series(series, replace(column, kind=Kind.NUMBER)).astype(np.float64)
    codes = {level: code for code, level in enumerate(column.levels)}
    distinct, places = values.distinct(series)
    of_each = np.array([codes[values.level(value)] for value in distinct.to_list()], dtype=np.int64)
    told: npt.NDArray[Any] = of_each[places]
    return told


def weight_values(table: Table) -> Floats | None:
    """The rows' weights [rows] float64, where a column has that role."""
    weights = table.schema.having(Role.WEIGHT)
    return values.from_series(table.frame[weights[0].name], weights[0]) if weights else None


def group_values(table: Table, name: str) -> npt.NDArray[Any]:
    """The group of each row in a column, [rows] of str, as `core.groups` names them."""
    column = table.schema[name]
    return groups.named(values.from_series(table.frame[name], column), column)


def check_rows(frame: pl.DataFrame, schema: Schema, group: Column | None = None) -> Table:
    """New rows that must keep a known schema, target included: what `evaluate` reads.

    A column that only tells slices apart may be missing, unless decisions are made by its groups (`group`).

    Raises:
        DataError: a column is missing, or holds what its kind does not allow.
    """
    spare = {c.name for c in schema.having(Role.SLICE) if c.name not in {*frame.columns, group and group.name}}
    for name in sorted(spare):
        events.note(f"no column called '{name}': its groups are not told apart")
    schema = Schema(tuple(column for column in schema.columns if column.name not in spare))
    needed = [c.name for c in schema.columns if c.role is not Role.IGNORE]
    checks.same_columns("test", frame, needed)
    frame = pictured.opened(plain.plain(frame), pictured.names(schema.columns), Path(), "data")
    strange = plain.unreadable(frame)
    kept = [c.name for c in schema.columns if c.name in frame.columns and (c.name in needed or c.name not in strange)]
    column, notes = schema.target, list[str]()
    if column.clean:
        frame = _with_target(frame, column.name, column.clean, "data")
    frame = _labelled("test", frame.select(kept), column.name, notes)
    for note in notes:
        events.note(note)
    found = checks.rows(frame, schema, "data")
    if column.levels:
        known = {values.level(value) for value in frame[column.name].drop_nulls().unique().to_list()}
        strangers = len(known - set(column.levels))
        if strangers:
            noun = "class was" if strangers == 1 else "classes were"
            found.add(f"{strangers} {noun} not there in training", column.name, f"known: {', '.join(column.levels)}")
    elif not frame[column.name].dtype.is_numeric():
        found.add("the target is no number", column.name)
    found.raise_any()
    return Table(cleaning.columns(frame, schema.columns), schema)


def _frames(sources: Mapping[str, Source], folder: Path, written: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Each part's rows; what is text in `train` is text in the others, and so is what is to be read as `written`."""
    train = plain.plain(sources["train"].read(folder, written).collect())
    texts = [name for name, dtype in train.schema.items() if dtype == pl.String or name in written]
    others = {part: source for part, source in sources.items() if part != "train"}
    return {"train": train} | {part: plain.plain(s.read(folder, texts).collect()) for part, s in others.items()}


def _labelled(part: str, frame: pl.DataFrame, target: str, notes: list[str]) -> pl.DataFrame:
    unlabelled = frame[target].null_count()
    if unlabelled and (part != "train" or unlabelled < frame.height):  # a train target that is all missing is told
        notes.append(f"data.{part}: {unlabelled} of {frame.height} rows have no {target} and were left out")
        return room.frame_taken(frame, frame[target].is_not_null().arg_true().to_numpy())
    return frame


def _with_target(frame: pl.DataFrame, name: str, clean: tuple[Cleaning, ...], where: str) -> pl.DataFrame:
    """The rows with their target mended: no row loses it because it could not be read.

    Raises:
        DataError: it cannot, in some rows.
    """
    unread = cleaning.unread(frame[name], clean)
    if len(unread):
        rows = frame[name].is_in(unread.implode()).arg_true().to_numpy()
        shown = checks.told_rows(rows, len(rows))
        told = f"the target cannot be mended in {len(rows)} of {frame.height} rows: {shown}"
        raise DataError(told, f"{where}: {name}", "mend the rows, or say otherwise how it is cleaned")
    return frame.with_columns(cleaning.mended(frame[name], clean))


def _settled_cleaners(
    train: pl.DataFrame, recipe: Recipe, clean: Mapping[str, Sequence[Cleaner]]
) -> dict[str, tuple[Cleaning, ...]]:
    """How each column is mended, with what the training file decides.

    Raises:
        DataError: it does not decide it; for all columns at once.
    """
    found, settled = Problems(DataError), dict[str, tuple[Cleaning, ...]]()
    for name, cleaners in clean.items():
        try:
            settled[name] = cleaning.settled(cleaners, [spec.name for spec in recipe.columns[name].clean], train[name])
        except DataError as error:
            found.found.extend(replace(problem, where=problem.where or name) for problem in error.problems)
    found.raise_any()
    return settled


def _schema(
    frames: Mapping[str, pl.DataFrame], recipe: Recipe, schema: Schema, notes: list[str], numbers: Mapping[str, Ints]
) -> tuple[Schema, Task]:
    train = frames["train"]
    guessed, why = infer.task_of(train[recipe.target])
    task = recipe.task or guessed
    if recipe.task is None:
        notes.append(f"task: {task}, as {why}")
    labels = _labels([frame[recipe.target] for frame in frames.values()])
    classes = infer.classes(labels, task, recipe.positive) if task.classifies else ()
    found = checks.rows(train, schema, "data.train", numbers.get("train"))
    checks.target(labels, train[recipe.target], recipe, task, classes, found)
    for part in [part for part in frames if part != "train"]:
        where = f"data.{part}"
        later = checks.rows(frames[part], schema, where, numbers.get(part)).found
        found.found.extend(p if p.where == where else replace(p, where=f"{where}: {p.where}") for p in later)
    found.raise_any()
    if task is Task.BINARY:
        notes.append(f"positive class: {classes[1]}")
    unasked = [column for column in schema.having(Role.IGNORE) if column.name not in recipe.columns]
    notes.extend(f"column {column.name} is left out: {column.reason}" for column in unasked)
    return Schema(tuple(_settled(c, frames, classes) for c in schema.columns)), task


def _dated(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """A frame with written moments as moments, so that each is read once; a column with one that is none stays."""
    written = [c for c in schema.columns if c.kind is Kind.TIME and c.role is not Role.IGNORE and not c.clean]
    texts = [frame[c.name] for c in written if frame.schema[c.name] == pl.String]
    read = zip(texts, threads.each(values.moments, texts, 40.0 * frame.height), strict=True)
    return frame.with_columns([moments for text, moments in read if moments.null_count() == text.null_count()])


def _labels(parts: list[pl.Series]) -> pl.Series:
    """The targets of all parts, one below the other; text where the files hold them in different ways."""
    if len({part.dtype for part in parts}) == 1:
        return pl.concat(parts)
    if all(part.dtype.is_numeric() for part in parts):
        return pl.concat([part.cast(pl.Float64) for part in parts])
    told = [None if value is None else values.level(value) for part in parts for value in part.to_list()]
    return pl.Series(parts[0].name, told, dtype=pl.String)


def _settled(column: Column, frames: Mapping[str, pl.DataFrame], classes: tuple[str, ...]) -> Column:
    """The column with what all its rows show: whether values may be missing, and the target's classes."""
    if column.role is Role.TARGET:
        return replace(column, levels=classes, nullable=False)
    if column.role is not Role.FEATURE:
        return column
    parts = [frame[column.name] for frame in frames.values()]
    if not column.clean and not column.closed and column.kind in {Kind.NUMBER, Kind.TIME}:  # all of them were read
        return replace(column, nullable=any(part.null_count() > 0 for part in parts))
    # each different value is read once: some may say that it is missing
    seen = [values.from_series(part.unique(), column) for part in parts]
    gaps = any(bool(values.missing(part).any()) for part in seen)
    if column.kind is Kind.CATEGORY and not column.closed:
        shown = {level for part in seen for level in part.tolist() if level is not None}
        column = replace(column, levels=tuple(sorted(shown)))
    return replace(column, nullable=gaps)
