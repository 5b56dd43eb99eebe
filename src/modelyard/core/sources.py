"""The contracts of where rows come from: whole, a piece after the other, or by a frame that is not read yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import polars as pl


@runtime_checkable
class Source(Protocol):
    """Where rows come from."""

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:
        """The rows, as they lie; relative paths start from `folder`.

        `texts` are columns known to hold text: what does not tell text from numbers reads them so, whatever they show.

        Raises:
            DataError: the place is missing, empty, or does not hold what the source reads.
        """

    def digest(self, folder: Path) -> str:
        """The SHA-256 of what `read` reads."""


@runtime_checkable
class Recorded(Protocol):
    """A source that can be read without frames too: text files, a piece after the other, so that any size will do."""

    def pieces(self, folder: Path, rows: int) -> Iterator[list[dict[str, Any]]]:
        """At most so many rows after the other, by their columns; what is missing is None.

        Raises:
            DataError: as `Source.read` raises it, as far as the rows were read.
        """


@runtime_checkable
class Scanned(Protocol):
    """A source whose rows can be read a piece after the other, by a frame that none of them is in yet."""

    def scan(self, folder: Path) -> pl.LazyFrame:
        """The rows, unread.

        Raises:
            DataError: the place is missing, or does not hold what the source reads.
        """
