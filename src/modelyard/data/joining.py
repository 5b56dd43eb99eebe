"""Tables joined on keys: to each row what other tables knew of it, and never what they learnt later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.core import digest, refusals, room
from modelyard.core.errors import DataError, Problems, nearest
from modelyard.core.sources import Source
from modelyard.data import keys, matching
from modelyard.data.matching import Index, Span, Times
from modelyard.data.plain import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from modelyard.core.types import Json
    from modelyard.recipe.joins import Aggregate, HowJoined  # noqa: TC004 - for the type checker alone


@dataclass(frozen=True)
class Join:
    """Another table, and how it is joined; `where` names it in errors, such as `data.join.0`."""

    source: Source
    how: HowJoined
    where: str

    def read(self, folder: Path, rows: pl.DataFrame, texts: Collection[str]) -> pl.DataFrame:
        """The other table; a key is read as text where it is text among `rows`."""
        how, written = self.how, [right for left, right in self.how.pairs if str(rows.schema.get(left)) == "String"]
        told = {*texts} - {*rows.columns}  # of what comes from the other table
        if how.aggregate:
            taken = [name for new, (name, _) in how.takes(()).items() if new in told]
        else:
            taken = [name.removeprefix(how.prefix) for name in told if name.startswith(how.prefix)]
        return plain(self.source.read(folder, [*written, *taken]).collect())


@dataclass(frozen=True)
class Joined(Source):
    """A source whose rows have the columns of other tables beside their own."""

    source: Source
    joins: tuple[Join, ...]

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:
        """The rows with what is joined to them, in the order of the source.

        Raises:
            DataError: a source cannot be read, a key or column is not there, or a key stands twice where it may once.
        """
        with refusals.collecting() as told:
            rows, others = self._both(folder, texts)
        if written := self._written(rows, others):  # a key that is text in another table is text here too
            rows, others = self._both(folder, [*texts, *written])  # which tells all that was told once more
        else:
            refusals.passed_on(told)
        for join, other in zip(self.joins, others, strict=True):
            rows = _joined(rows, other, join)
        return rows.lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 over the digests of all that is joined, and how it is."""
        others: list[Json] = [[join.source.digest(folder), join.how.told()] for join in self.joins]
        return digest.of_json([self.source.digest(folder), others])

    def _both(self, folder: Path, texts: Collection[str]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        rows = plain(self.source.read(folder, texts).collect())
        return rows, [join.read(folder, rows, texts) for join in self.joins]

    def _written(self, rows: pl.DataFrame, others: Sequence[pl.DataFrame]) -> set[str]:
        return {
            left
            for join, other in zip(self.joins, others, strict=True)
            for left, right in join.how.pairs
            if left in rows.columns and str(rows.schema[left]) != "String" == str(other.schema.get(right))
        }


def over(source: Source, others: Iterable[Source], hows: Sequence[HowJoined]) -> Source:
    """A source with `others` joined to it, each as `hows` says; the source itself where there is none."""
    joins = [
        Join(other, how, f"data.join.{place}") for place, (other, how) in enumerate(zip(others, hows, strict=True))
    ]
    return Joined(source, tuple(joins)) if joins else source


def bare(source: Source) -> Source:
    """The source that others are joined to, or the source itself."""
    return source.source if isinstance(source, Joined) else source


def joins(source: Source) -> tuple[Join, ...]:
    """What is joined to a source."""
    return source.joins if isinstance(source, Joined) else ()


def every(sources: Iterable[Source]) -> Iterator[Source]:
    """All sources that rows come from, those that are joined included."""
    for source in sources:
        yield bare(source)
        yield from (join.source for join in joins(source))


def _joined(rows: pl.DataFrame, other: pl.DataFrame, join: Join) -> pl.DataFrame:
    """The rows with the other table's columns, a piece after the other.

    Raises:
        DataError: as `Joined.read` raises it.
    """
    how, where = join.how, join.where
    takes = how.takes(tuple(other.columns))
    _present(rows, other, join, takes)
    mine, theirs = keys.alike(rows, other, how.pairs, where, as_text=how.as_text)
    times = Times.of(rows, other, how.as_of, how.within, where) if how.as_of else None
    index = Index.of(theirs, times.right if times else None)
    _unambiguous(index, other, join)
    span = index.known(mine, times) if times else index.all(mine)
    _tell(span, other, join, times)
    width = other.select({name for name, _ in takes.values()}).estimated_size() / max(len(other), 1)
    whole = room.fits(rows.estimated_size() + width * len(rows))
    step = max(len(rows), 1) if whole else room.PIECE
    starts = range(0, max(len(rows), 1), step)
    pieces = (_piece(rows[at : at + step], other, index, span.part(at, step), takes) for at in starts)
    made = next(pieces) if whole else room.framed(pieces)
    return made if how.how == "left" else room.frame_taken(made, span.any.nonzero()[0])


def _piece(
    rows: pl.DataFrame, other: pl.DataFrame, index: Index, span: Span, takes: dict[str, tuple[str, Aggregate | None]]
) -> pl.DataFrame:
    """Rows with what is taken of their matches, or reckoned of them."""
    made = [
        matching.reckoned(other[name], index, span, how) if how else matching.taken(other[name], index, span)
        for name, how in takes.values()
    ]
    return rows.with_columns([column.alias(new) for new, column in zip(takes, made, strict=True)])


def _present(
    rows: pl.DataFrame, other: pl.DataFrame, join: Join, takes: dict[str, tuple[str, Aggregate | None]]
) -> None:
    """Every column that the join names is there, none is there twice, and figures are of numbers."""
    found, how, where = Problems(DataError), join.how, join.where
    as_of = ((how.as_of.left,), (how.as_of.right,)) if how.as_of else ((), ())
    for left in dict.fromkeys([*(one for one, _ in how.pairs), *as_of[0]]):
        if left not in rows.columns:
            found.add(f"the rows have no column called '{left}'", where, nearest(left, rows.columns))
    wanted = [*(right for _, right in how.pairs), *as_of[1], *(name for name, _ in takes.values())]
    for right in dict.fromkeys(wanted):
        if right not in other.columns:
            found.add(f"the joined table has no column called '{right}'", where, nearest(right, other.columns))
    for new in takes:
        if new in rows.columns:
            hint = "say `prefix`, such as `prefix: other_`, or name the `columns` that are taken"
            found.add(f"the rows have a column called '{new}' already", where, hint)
    for name, reckoned in takes.values():
        dtype = other.schema.get(name)
        if (
            reckoned in {"sum", "mean", "min", "max"}
            and dtype is not None
            and not (dtype.is_numeric() or str(dtype) == "Boolean")
        ):
            found.add(f"'{reckoned}' is of numbers, and '{name}' holds none", where, "say count, first or last")
    found.raise_any()


def _unambiguous(index: Index, other: pl.DataFrame, join: Join) -> None:
    """There is one match at most, unless figures of all of them are asked for."""
    repeated = index.repeated()
    if not repeated or join.how.aggregate:
        return
    named = " and ".join(f"'{right}'" for _, right in join.how.pairs)
    at = f" at one time of '{join.how.as_of.right}'" if join.how.as_of else ""
    problem = f"{repeated} of the joined table's {len(other)} rows have a {named} that an earlier row has{at}"
    hint = (
        "say what is reckoned of several, such as `aggregate: {COLUMN: [last, count]}`, or give a table with one each"
    )
    raise DataError(problem, join.where, hint)


def _tell(span: Span, other: pl.DataFrame, join: Join, times: Times | None) -> None:
    """How many rows have no match, and how many of the joined table no time: what a person should look at."""
    rows, unmatched = len(span.low), int((~span.any).sum())
    if unmatched:
        kept = "are left out" if join.how.how == "inner" else "have none of its values"
        known = " that was known by then" if times else ""
        sentence = f"{unmatched} of {rows} rows ({unmatched / rows:.0%}) have no match{known} and {kept}"
        refusals.repaired(f"{join.where}: {sentence}")
    if times and times.untimed:
        sentence = f"{times.untimed} of the joined table's {len(other)} rows have no time and are never matched"
        refusals.repaired(f"{join.where}: {sentence}")
