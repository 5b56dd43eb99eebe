"""The contract of detectors, and the family of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from modelyard.core.registry import Family

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Span:
    """A place in a text, from `start` up to `end`, that holds a `sort` of personal data; check digits may prove it."""

    start: int
    end: int
    sort: str = ""
    proven: bool = False

    def __len__(self) -> int:
        """How many characters."""
        return self.end - self.start


@runtime_checkable
class Detector(Protocol):
    """A way to find one sort of personal data: settings only.

    It is `label` in a masked text. The words of a column's name that tell of it are those that the regular expression
    `named` finds, in the form that `finder.words` gives them.
    """

    label: ClassVar[str]
    named: ClassVar[str] = ""

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Where it is found in a text that `evened` has made even; `told` where the column's name speaks of it."""

    def plain(self, written: str) -> str:
        """One form for all ways to write the same, from an even text."""
        return " ".join(written.split()).casefold()


SORTS: Family[Detector] = Family("modelyard.data.personal.sorts", Detector, "sort")
