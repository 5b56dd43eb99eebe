"""What each column means, with the reason, so that a person can disagree."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from modelyard.core import threads
from modelyard.core.types import Cleaning, Column, Kind, Role, Schema, Task
from modelyard.data import cleaning, values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from modelyard.recipe.schema import ColumnSpec

FEW = 30  # levels that make a category whatever the number of rows
ID_NAME = re.compile(r"(?i:(^|_|\b)(id|uuid|guid|key|rownames?|index|编号|序号)$|^unnamed)|[a-z]Id$|ID$")
ISO_DATE = r"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?\s*$"
CJK = r"[\x{3400}-\x{9fff}\x{3040}-\x{30ff}\x{ac00}-\x{d7af}]"
MANY_WORDS = 100  # different words among which two are not sought for
NUMERIC_CLASSES = 20
LOOKED = 100  # values that tell first whether a column may hold dates
SEEN = 10_000  # rows by which columns are told apart
TALL = 100_000  # rows from which columns are looked at side by side


class Guess(NamedTuple):
    """A kind and why."""

    kind: Kind
    reason: str


def schema(
    frame: pl.DataFrame,
    target: str,
    given: Mapping[str, ColumnSpec],
    clean: Mapping[str, tuple[Cleaning, ...]] = MappingProxyType({}),
) -> Schema:
    """The schema of a frame: what the recipe says of a column, and a guess with its reason for the rest.

    A column that is to be mended, by `clean`, is what its mended values show.
    """

    def one(name: str) -> Column:
        return _column(frame[name], target, given.get(name), clean.get(name, ()))

    columns = list(
        threads.each(one, frame.columns, 32.0 * frame.height) if frame.height >= TALL else map(one, frame.columns)
    )
    copies = _copies(frame, [column for column in columns if column.role is Role.FEATURE])
    reasons = {copy: f"the same as {first}" for copy, first in copies.items() if copy not in given}
    return Schema(tuple(_left_out(c, reasons[c.name]) if c.name in reasons else c for c in columns))


def task_of(target: pl.Series) -> tuple[Task, str]:
    """The task that a target suggests, and why."""
    known = target.drop_nulls()
    distinct = known.n_unique()
    if distinct == 2:
        return Task.BINARY, "the target has two values"
    if target.dtype.is_float() and not bool((known == known.round()).all()):
        return Task.REGRESSION, "the target has numbers with fractions"
    if target.dtype.is_numeric():
        if distinct <= NUMERIC_CLASSES and distinct < len(known) / 20:
            return Task.MULTICLASS, f"the target has {distinct} whole numbers over and over"
        return Task.REGRESSION, f"the target is a number with {distinct} values"
    return Task.MULTICLASS, f"the target has {distinct} values that are no numbers"


def classes(target: pl.Series, task: Task, positive: str | float | None) -> tuple[str, ...]:
    """The classes in the order of a prediction's columns: by name, for a binary task the positive one last.

    Where the recipe names no positive class it is the rarer one, as that is the one people look for.
    """
    counts = {values.level(value): count for value, count in target.drop_nulls().value_counts().iter_rows()}
    names = sorted(counts, key=_natural)
    if task is Task.BINARY:
        rare = class_of(positive, names) if positive is not None else _rarer(names, counts)
        names.sort(key=lambda name: name == rare)
    return tuple(names)


def class_of(positive: str | float, names: Sequence[str]) -> str:
    """The class that a recipe calls `positive`; YAML reads a bare Yes or on as true, so true may mean such a class.

    >>> class_of(True, ["No", "Yes"]), class_of("good", ["bad", "good"])
    ('Yes', 'good')
    """
    told = values.level(positive)
    if told in names or not isinstance(positive, bool):
        return told
    words = values.TRUE if positive else values.FALSE
    return next((name for name in names if name.strip().lower() in words), told)


def guess(series: pl.Series) -> Guess:
    """The kind of one column.

    >>> import polars as pl
    >>> guess(pl.Series("Home", ["rent", "owner", "rent", "rent"]))
    Guess(kind=<Kind.CATEGORY: 'category'>, reason='2 values that repeat')
    """
    known = series.drop_nulls()
    if len(known) == 0:
        return Guess(Kind.CATEGORY, "every value is missing")
    dtype = series.dtype
    if str(dtype) == "Boolean":
        return Guess(Kind.BOOLEAN, "true and false")
    if dtype.is_temporal():
        return Guess(Kind.TIME, "dates or times")
    if dtype.is_numeric():
        return _guess_number(series.name, known)
    if str(dtype) == "Binary":
        return Guess(Kind.IMAGE, "bytes that begin as pictures do")
    return _guess_string(series.name, known)


def _guess_number(name: str, known: pl.Series) -> Guess:
    distinct = known.n_unique()
    if known.dtype.is_integer() and distinct == len(known) > FEW and ID_NAME.search(name):
        return Guess(Kind.IDENTIFIER, "a whole number that differs in every row, and a name that says identifier")
    if known.dtype.is_integer() and distinct == len(known) > FEW and _counts_up(known):
        return Guess(Kind.IDENTIFIER, "counts up by one from row to row")
    if distinct <= 2 and set(known.unique().to_list()) <= {0, 1}:
        return Guess(Kind.BOOLEAN, "only 0 and 1")
    return Guess(Kind.NUMBER, f"numbers, {distinct} different")


def _guess_string(name: str, known: pl.Series) -> Guess:
    import polars as pl

    if known.dtype == pl.String and _dated(known):
        return Guess(Kind.TIME, "every value reads as an ISO date or time")
    unique = known.cast(pl.String).unique()
    words = {word.strip().lower() for word in unique.head(MANY_WORDS).to_list()}
    if len(unique) < MANY_WORDS and len(words) == 2 and words & values.TRUE and words & values.FALSE:
        return Guess(Kind.BOOLEAN, f"only {' and '.join(sorted(words))}")
    share = len(unique) / len(known)
    length = float(unique.str.len_chars().mean())  # type: ignore[arg-type]  # of what is there
    spaced = float((unique.str.strip_chars().str.contains(r"\s") | unique.str.contains(CJK)).mean())  # type: ignore[arg-type]
    if len(unique) > 3 and spaced > 0.5 and (length > 40 or (share > 0.5 and length > 8)):
        return Guess(Kind.TEXT, f"texts of {length:.0f} characters on average, {share:.0%} of them different")
    if share == 1.0 and len(known) > FEW:
        return Guess(Kind.IDENTIFIER, "a short value that differs in every row")
    if len(known) > FEW and share > 0.9 and ID_NAME.search(name):
        return Guess(Kind.IDENTIFIER, "nearly every row has a value of its own, and a name that says identifier")
    return Guess(Kind.CATEGORY, f"{len(unique)} values that repeat")


def _column(series: pl.Series, target: str, given: ColumnSpec | None, clean: tuple[Cleaning, ...] = ()) -> Column:
    series = cleaning.mended(series, clean)
    kind, reason = guess(series)
    if clean and (told := cleaning.of(clean).kind) is not None and told is not kind:
        kind, reason = told, "the recipe says how it is cleaned"
    role = Role.TARGET if series.name == target else Role.FEATURE
    if given is not None and given.kind is not None:
        reason = reason if given.kind is kind else "the recipe says so"
        kind = given.kind
    elif given is not None and given.levels is not None:
        kind, reason = Kind.CATEGORY, "the recipe names its levels"
    if given is not None and given.role is not None:
        role = given.role
        if role is Role.WEIGHT and given.kind is None:
            kind, reason = Kind.NUMBER, "a weight is a number"
    elif role is Role.FEATURE and kind is Kind.IDENTIFIER:
        role, reason = Role.IGNORE, f"{reason}: it cannot hold for rows to come"
    elif role is Role.FEATURE and given is None and _constant(series):
        role, reason = Role.IGNORE, "it holds nothing" if series.null_count() else "it holds one value"
    levels = given.levels if given is not None and given.levels is not None else ()
    return Column(
        name=series.name,
        kind=kind,
        role=role,
        nullable=True,
        levels=levels,
        closed=bool(levels),
        storage=values.storage_of(series.dtype),
        reason=reason,
        clean=clean,
    )


def _dated(known: pl.Series) -> bool:
    """Whether every value reads as an ISO date or time; most are told by shapes that are looked for faster."""
    if not known.head(LOOKED).str.contains(ISO_DATE).all():
        return False
    for shape in values.SHAPES.values():
        known = known.filter(~known.str.contains(shape))
    return bool(known.unique().str.contains(ISO_DATE).all())


def _constant(series: pl.Series) -> bool:
    """Whether all rows hold the same, or all hold nothing."""
    gaps = series.null_count()
    return gaps == len(series) or (
        gaps == 0 and series.head(2).n_unique() == 1 and bool((series == series.head(1)).all())
    )


def _copies(frame: pl.DataFrame, columns: Sequence[Column]) -> dict[str, str]:
    """The columns that are of one kind with an earlier one and hold the same in every row, each with the earlier."""
    alike: dict[tuple[Kind, str, int, int], list[str]] = {}
    copies: dict[str, str] = {}
    for column in columns:
        series = frame[column.name]
        # Few columns share what the first rows say, so that few are compared cell by cell.
        digest = int(series.head(SEEN).hash().sum())
        firsts = alike.setdefault((column.kind, str(series.dtype), digest, series.null_count()), [])
        same = next((first for first in firsts if series.equals(frame[first])), None)
        if same is None:
            firsts.append(column.name)
        else:
            copies[column.name] = same
    return copies


def _left_out(column: Column, reason: str) -> Column:
    return replace(column, role=Role.IGNORE, reason=reason)


def _rarer(names: list[str], counts: Mapping[str, int]) -> str:
    true_words = [name for name in names if name.lower() in values.TRUE]
    if len(true_words) == 1:
        return true_words[0]
    return min(reversed(names), key=lambda name: counts[name])


def _natural(name: str) -> tuple[int, float, str]:
    """Numbers in their order, before words."""
    try:
        return (0, float(name), name)
    except ValueError:
        return (1, 0.0, name)


def _counts_up(known: pl.Series) -> bool:
    steps = known.diff().drop_nulls()
    return bool((steps == 1).all())
