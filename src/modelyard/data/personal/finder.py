"""What personal data a text holds, and where: every detector asked, and what overlaps settled."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from modelyard.data.personal.detector import SORTS, Detector, Span
from modelyard.data.personal.evened import even

if TYPE_CHECKING:
    from collections.abc import Mapping

REGIONS = ("CN", "US", "GB", "DE")
WORTH = re.compile(r"[0-9@一二三四五六七八九十]|/")  # a text without any of these holds nothing that rules find
CACHED = 400  # characters of a text that is remembered for a while
# What two detectors find in the same place, the more telling first: what is longer, or proven, goes before.
ORDER = ("email", "profile", "resident_id", "credit_code", "iban", "card", "ssn", "passport", "device", "ip", "phone")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.\s/]+")


@dataclass(frozen=True)
class Finder:
    """Looks for some `sorts` of personal data, telephone numbers being those of some `regions` (ISO 3166)."""

    sorts: tuple[str, ...] = ()  # all where none is said
    regions: tuple[str, ...] = REGIONS

    @cached_property
    def detectors(self) -> Mapping[str, Detector]:
        """One for each sort.

        Raises:
            RecipeError: there is no such sort.
        """
        settings = {"phone": {"regions": list(self.regions)}}
        return {name: SORTS.build(name, settings.get(name, {}), "sorts") for name in self.sorts or SORTS.names}

    def spans(self, text: str, told: str = "") -> list[Span]:
        """Where personal data is found in a text, none over another, in order; `told` is the sort of the column's name.

        >>> [(s.sort, s.start, s.end, s.proven) for s in Finder().spans("Visa 4111 1111 1111 1111, ann@example.org")]
        [('card', 5, 24, True), ('email', 26, 41, False)]

        Raises:
            MissingExtraError: the packages of the extra `data` are not installed.
        """
        if len(text) > CACHED:
            return list(_spans(self, text, told))
        return list(_kept(self, text, told))

    def told(self, column: str) -> str:
        """The sort that a column's name tells of; empty where it tells of none.

        >>> Finder().told("customerEmail"), Finder().told("手机号"), Finder().told("income")
        ('email', 'phone', '')
        """
        return next((sort for sort, named in _names(tuple(self.detectors)) if named.search(words(column))), "")

    def plain(self, sort: str, written: str) -> str:
        """The one form of all ways to write something of a sort; of none where it is empty."""
        text, _places = even(written)
        detector = self.detectors.get(sort)
        return detector.plain(text) if detector is not None else " ".join(text.split()).casefold()


def words(column: str) -> str:
    """A column's name as words in small letters.

    >>> words("E-Mail_Address"), words("dateOfBirth")
    ('e mail address', 'date of birth')
    """
    text, _places = even(column)
    return " ".join(CAMEL.sub(" ", text).split()).lower()


@lru_cache(maxsize=64)
def finder(sorts: tuple[str, ...] = (), regions: tuple[str, ...] = REGIONS) -> Finder:
    """The finder of these sorts, made once."""
    return Finder(sorts, regions)


@lru_cache(maxsize=64)
def label(sort: str) -> str:
    """What a sort is called in a text; a value of none of them is a value."""
    return SORTS.part(sort).label if sort in SORTS.names else "value"


def _spans(look: Finder, text: str, told: str) -> tuple[Span, ...]:
    written, places = even(text)
    if not told and not WORTH.search(written):
        return ()
    found = [
        replace(span, sort=sort)
        for sort, detector in look.detectors.items()
        for span in detector.spans(written, told=sort == told)
    ]
    kept = _apart(found)
    return tuple(kept) if places is None else tuple(_placed(span, places) for span in kept)


# The rows of a table are read more than once on their way to a model.
_kept = lru_cache(maxsize=20_000)(_spans)


@lru_cache(maxsize=64)
def _names(sorts: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    ordered = sorted(sorts, key=_rank)
    return tuple((sort, re.compile(named, re.IGNORECASE)) for sort in ordered if (named := SORTS.part(sort).named))


def _rank(sort: str) -> int:
    return ORDER.index(sort) if sort in ORDER else len(ORDER)


def _apart(found: list[Span]) -> list[Span]:
    """None over another: what is proven wins, then what is longer, then the more telling sort."""
    kept: list[Span] = []  # in order, so that only the two beside a place can lie over it
    for span in sorted(found, key=lambda one: (not one.proven, -len(one), _rank(one.sort), one.start)):
        place = bisect_left(kept, span.start, key=lambda one: one.start)
        free = (place == 0 or kept[place - 1].end <= span.start) and (
            place == len(kept) or span.end <= kept[place].start
        )
        if span.end > span.start and free:
            kept.insert(place, span)
    return kept


def _placed(span: Span, places: list[int]) -> Span:
    """A span of an even text in the text that it was made of."""
    return replace(span, start=places[span.start], end=places[span.end - 1] + 1)
