"""Pieces of text as one frame: each parsed once by the types that were guessed, again only where a guess was wrong."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING

from modelyard.core import refusals, room
from modelyard.data.delimited import checking, typing
from modelyard.data.delimited.typing import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    import polars as pl

    from modelyard.data.delimited.dialect import Dialect
    from modelyard.data.delimited.pieces import Piece

HEAD = 1 << 18  # bytes that types are first guessed from
AHEAD = 2  # pieces that are cut and checked while one is parsed


def parsed(
    content: bytes,
    dialect: Dialect,
    missing: Sequence[str],
    written: Sequence[Written],
    only: Sequence[int] | None = None,
) -> pl.DataFrame:
    """Records, or some of their columns.

    Raises:
        polars.exceptions.PolarsError: a field is not what its column is said to hold.
    """
    import polars as pl

    return pl.read_csv(
        content,
        has_header=False,
        columns=only,
        separator=dialect.separator,
        null_values=list(missing),
        schema={name: typing.dtype(each) for name, each in zip(dialect.names, written, strict=True)},
    )


def as_written(content: bytes, dialect: Dialect, missing: Sequence[str], only: Sequence[int]) -> pl.DataFrame:
    """Some columns of records, as text."""
    return parsed(content, dialect, missing, [Written.TEXT] * dialect.width, only)


class Reading:
    """What has been found out of the columns so far: what each one `holds`, and what it is `tried` as."""

    def __init__(self, missing: tuple[str, ...], holds: list[Written], hint: frozenset[int]) -> None:
        """`hint` are columns that a look further on found to be text."""
        self.missing, self.holds, self.hint = missing, holds, hint
        self.frames: list[pl.DataFrame] = []

    def tried(self) -> list[Written]:
        """What the next piece is parsed as."""
        return [Written.TEXT if place in self.hint else holds for place, holds in enumerate(self.holds)]

    def add(self, piece: Piece) -> None:
        """Parse a piece, and widen what it shows to be too narrow."""
        import polars as pl

        try:
            frame = parsed(piece.content, piece.dialect, self.missing, self.tried())
        except pl.exceptions.PolarsError:
            narrow = [place for place, tried in enumerate(self.tried()) if tried not in {Written.TEXT, Written.NOTHING}]
            self._widen(self._written(piece, narrow), narrow)
            frame = parsed(piece.content, piece.dialect, self.missing, self.tried())
        frame = self._sure(frame, piece)
        self._look(frame)
        self.frames.append(room.kept(frame))

    def _sure(self, frame: pl.DataFrame, piece: Piece) -> pl.DataFrame:
        """Columns that were parsed as numbers may still be text: those are looked at as they are written."""
        unsure = [
            place
            for place, series in enumerate(frame.get_columns())
            if series.dtype.is_numeric() and (place in piece.odd or typing.doubtful(series))
        ]
        if not unsure:
            return frame
        texts = self._written(piece, unsure)
        self._widen(texts, unsure)
        return frame.with_columns(
            typing.read(series, self.holds[place]) for place, series in zip(unsure, texts.get_columns(), strict=True)
        )

    def _written(self, piece: Piece, places: Sequence[int]) -> pl.DataFrame:
        return as_written(piece.content, piece.dialect, self.missing, places)

    def _widen(self, texts: pl.DataFrame, places: Sequence[int]) -> None:
        for place, series in zip(places, texts.get_columns(), strict=True):
            self.holds[place] = typing.joined(self.holds[place], typing.of(series))

    def _look(self, frame: pl.DataFrame) -> None:
        """What columns hold that were read as text without being known to be."""
        places = [p for p, tried in enumerate(self.tried()) if self.holds[p] is not Written.TEXT and _as_text(tried)]
        self._widen(frame.select(frame.columns[place] for place in places), places)

    def final(self, again: Callable[[], Iterable[Piece]]) -> pl.DataFrame:
        """All rows, each column by one type; `again` gives the pieces anew, for columns that turned out to be text."""
        import polars as pl

        if any(self._lost(frame) for frame in self.frames):
            pieces = again()
            for number, piece in enumerate(pieces):
                lost = self._lost(self.frames[number])
                if lost:
                    self.frames[number] = room.kept(self.frames[number].with_columns(self._written(piece, lost)))
        return pl.concat([self._typed(frame) for frame in self.frames], rechunk=False)

    def _lost(self, frame: pl.DataFrame) -> list[int]:
        """Columns of text that were parsed as numbers or truth values: what was written is not known any more."""
        text = [place for place, holds in enumerate(self.holds) if holds is Written.TEXT]
        return [place for place in text if not _is_text(frame.to_series(place))]

    def _typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        wrong = [
            typing.read(series, holds) if _is_text(series) else series.cast(typing.dtype(holds))
            for series, holds in zip(frame.get_columns(), self.holds, strict=True)
            if series.dtype != typing.dtype(holds)
        ]
        return room.kept(frame.with_columns(wrong)) if wrong else frame


def read(
    pieces: Callable[[], Iterable[Piece]], missing: tuple[str, ...], texts: Collection[str], later: bytes = b""
) -> pl.DataFrame:
    """The rows of pieces, of which there is one at least.

    Columns called `texts` are text; `later` are lines from further on, which tell what the first ones do not.
    """
    ahead = _ahead(pieces())
    first = next(ahead)
    reading = _begun(first, missing, texts, later)
    for piece in chain([first], ahead):
        reading.add(piece)
    return reading.final(lambda: _silent(pieces))


def _begun(first: Piece, missing: tuple[str, ...], texts: Collection[str], later: bytes) -> Reading:
    """What the first rows show, and which columns later ones show to be text."""
    head = first.content[: checking.cut(first.content, 0, HEAD)] or first.content
    forced = [Written.TEXT if name in texts else Written.NOTHING for name in first.dialect.names]
    holds = [typing.joined(*pair) for pair in zip(forced, _guessed(head, first.dialect, missing), strict=True)]
    guessed = _guessed(later, first.dialect, missing) if later else []
    return Reading(missing, holds, frozenset(p for p, written in enumerate(guessed) if written is Written.TEXT))


def _guessed(lines: bytes, dialect: Dialect, missing: tuple[str, ...]) -> list[Written]:
    import polars as pl

    places = range(dialect.width)
    try:
        return [typing.of(series) for series in as_written(lines, dialect, missing, places).get_columns()]
    except pl.exceptions.PolarsError:  # lines from somewhere in the file need not be rows
        return [Written.NOTHING] * dialect.width


def _ahead(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same pieces, made by a thread of their own while the last one is worked on."""
    source, inside = iter(pieces), contextvars.copy_context()

    def following() -> Piece | None:
        return inside.run(next, source, None)

    with ThreadPoolExecutor(1) as thread:
        waiting = [thread.submit(following) for _ in range(AHEAD)]
        while (piece := waiting.pop(0).result()) is not None:
            waiting.append(thread.submit(following))
            yield piece


def _silent(pieces: Callable[[], Iterable[Piece]]) -> Iterator[Piece]:
    """The pieces anew; what is refused and repaired was told the first time."""
    with refusals.collecting():
        yield from _ahead(pieces())


def _as_text(tried: Written) -> bool:
    return tried in {Written.TEXT, Written.NOTHING}


def _is_text(series: pl.Series) -> bool:
    import polars as pl

    return series.dtype == pl.String
