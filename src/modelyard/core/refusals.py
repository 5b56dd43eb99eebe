"""Rows of a source that were not read, and repairs that were made in reading it: told one by one, so nothing is lost.

Whoever reads collects them; a source tells them as it comes to them.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelyard.core import events

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTED = 1000  # that are kept one by one; the others are counted


@dataclass(frozen=True)
class Refusal:
    """A row, or several together, not read: where it lies, such as `rows.csv:17`, and why; never what they hold."""

    where: str
    why: str


@dataclass
class Collected:
    """What was refused and repaired while something was read: the first thousand of the refused rows, and how many."""

    listed: list[Refusal] = field(default_factory=list)
    count: int = 0
    repairs: list[str] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """What a person should know of it."""
        if not self.count:
            return list(self.repairs)
        rows = "1 row" if self.count == 1 else f"{self.count:,} rows"
        first = self.listed[0]
        return [*self.repairs, f"{rows} could not be read, the first at {first.where}: {first.why}"]


_collected: ContextVar[Collected | None] = ContextVar("collected", default=None)


@contextmanager
def collecting(into: Collected | None = None) -> Iterator[Collected]:
    """Collect what is refused and repaired inside the block, beside what `into` holds already.

    >>> with collecting() as found:
    ...     refuse("rows.csv:17", "has 3 fields where the header has 4")
    >>> found.count, found.listed[0].where
    (1, 'rows.csv:17')
    """
    found = Collected() if into is None else into
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)


@contextmanager
def noted() -> Iterator[Collected]:
    """Collect inside the block, and tell whoever listens what was refused and repaired."""
    with collecting() as found:
        yield found
    for note in found.notes:
        events.note(note)


def refuse(where: str, why: str, rows: int = 1) -> None:
    """Tell of a row that is not read, or of several that lie together."""
    found = _collected.get()
    if found is not None:
        found.count += rows
        if len(found.listed) < LISTED:
            found.listed.append(Refusal(where, why))


def repaired(sentence: str) -> None:
    """Tell of a repair, such as `rows.csv: was read as gb18030, as it is no UTF-8`; once each."""
    found = _collected.get()
    if found is not None and sentence not in found.repairs:
        found.repairs.append(sentence)


def passed_on(found: Collected) -> None:
    """Tell what was collected apart, as what was read is used."""
    into = _collected.get()
    if into is not None:
        into.count += found.count
        into.listed.extend(found.listed[: LISTED - len(into.listed)])
    for sentence in found.repairs:
        repaired(sentence)
