"""Which columns hold personal data: as their whole values, or inside their texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from modelyard.data.personal.sorts.name import reads_as_full

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from modelyard.data.personal.detector import Span
    from modelyard.data.personal.finder import Finder

COVERED = 0.8  # of a value's characters, from which on it is nothing else
MOST, TOLD = 0.5, 0.2  # of a column's values, from which on it holds one sort; where its name tells that sort
LOOKED = 1000  # values that tell what a column's are
SHORT = 10**9  # below which a whole number is none that tells itself
NUMBERS = 0.9  # of a column's numbers, where no check digit proves any


@dataclass(frozen=True)
class Held:
    """What a column holds: rows `counts` by sort, of which check digits prove some; `whole` is the sort of its values.

    Where `whole` is empty the column's texts hold it among other words. `rows` are those that were looked at.
    """

    column: str
    rows: int
    counts: Mapping[str, int] = field(default_factory=dict)
    proven: Mapping[str, int] = field(default_factory=dict)
    whole: str = ""


def held(series: pl.Series, finder: Finder, told: str | None = None) -> Held:
    """What a column of a frame holds; `told` is the sort that its name tells of, read from it where it is not given."""
    told = finder.told(series.name) if told is None else told
    looks = _looks(series, told)
    if not looks:
        return Held(series.name, len(series))
    rows, spans_of = 0, Counter[str]()
    counts, proven, whole = Counter[str](), Counter[str](), Counter[str]()
    for value, count in series.drop_nulls().value_counts().iter_rows():
        text = written(value)
        spans = finder.spans(text, told)
        rows += count
        for sort in {span.sort for span in spans}:
            counts[sort] += count
        for sort in {span.sort for span in spans if span.proven}:
            proven[sort] += count
        whole.update(dict.fromkeys({span.sort for span in spans if covers(span, text)}, count))
        spans_of["full"] += count if reads_as_full(text) else 0
    sort = _whole(whole, rows, told)
    if sort == "name" and told == "name" and series.name.strip().lower() in PLAIN and spans_of["full"] < MOST * rows:
        sort = ""
    if not series.dtype.is_numeric() and (sort or told != "name"):
        return Held(series.name, len(series), counts, proven, sort)
    sure = sort and (sort == told or proven[sort] >= MOST * rows or whole[sort] >= NUMBERS * rows)
    return Held(series.name, len(series), counts, proven, sort) if sure else Held(series.name, len(series))


PLAIN = frozenset({"name", "names", "名字", "名称"})  # which things have as well as persons


def covers(span: Span, text: str) -> bool:
    """Whether a text is nothing but that span, or little more."""
    return len(span) >= COVERED * len(text.strip())


def written(value: object) -> str:
    """A value as text: a whole number without a point, a moment as ISO 8601.

    >>> written(13812345678.0), written("a")
    ('13812345678', 'a')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    return value if isinstance(value, str) else str(value)


def sort_of(values: Sequence[object], finder: Finder) -> str:
    """The sort that most of some values are, by themselves; empty where they are of none."""
    looked = [written(value) for value in values[:LOOKED]]
    counts = Counter(span.sort for text in looked for span in finder.spans(text) if covers(span, text))
    return next((sort for sort, count in counts.most_common(1) if count > MOST * len(looked)), "")


def _looks(series: pl.Series, told: str) -> bool:
    """Whether a column is of a type that can hold any: fractions and moments where the column's name tells so."""
    import polars as pl

    dtype = series.dtype
    if dtype.is_integer() and not told:  # no number that tells itself is a short one
        return bool((series.abs() >= SHORT).any())
    return dtype == pl.String or (dtype != pl.Boolean and bool(told))


def _whole(whole: Counter[str], rows: int, told: str) -> str:
    for sort, count in whole.most_common(1):
        if count >= (TOLD if sort == told else MOST) * rows:
            return sort
    return told if told and whole[told] >= TOLD * max(rows, 1) else ""
