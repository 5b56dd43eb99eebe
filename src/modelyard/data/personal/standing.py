"""Personal data replaced by what stands for it: a whole value, or what is found inside a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from modelyard.data.personal.columns import sort_of, written
from modelyard.data.personal.finder import finder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.data.personal.finder import Finder


class Stand(Protocol):
    """What stands for personal data."""

    def __call__(self, sort: str, text: str) -> str:
        """What stands for a text of a sort."""

    def known(self, text: str) -> bool:
        """Whether a text is such a stand-in, and not one that somebody made up."""


class Keeping(Protocol):
    """A cleaner that puts a stand-in for every value of a `sort`, or `inside` texts for what is found of `sorts`."""

    @property
    def sort(self) -> str: ...  # noqa: D102 - settings
    @property
    def inside(self) -> bool: ...  # noqa: D102
    @property
    def sorts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def regions(self) -> tuple[str, ...]: ...  # noqa: D102


FINDING = ("phonenumbers", "stdnum")  # what looks for personal data imports them
LIKE = re.compile(r"\[[a-zA-Z][a-zA-Z -]{0,20}(?: [0-9A-Za-z_-]{8,60})?\]")  # how a stand-in looks inside a text
FORGED = "value"  # the sort of what only looks like one


def packages(cleaner: Keeping) -> tuple[str, ...]:
    """What a cleaner imports: all that finds, or what brings telephone numbers to one form."""
    return FINDING if cleaner.inside else FINDING[:1] if cleaner.sort == "phone" else ()


def sort_for(cleaner: Keeping, values: Sequence[object]) -> str:
    """The sort of the values that it is for: as it says, else that of most of the training file's."""
    return cleaner.sort if cleaner.sort or cleaner.inside else sort_of(values, finder((), cleaner.regions))


def replaced(value: object, cleaner: Keeping, stand: Stand) -> object:
    """A value as a cleaner replaces it: whole, or what is found inside it."""
    if cleaner.inside:
        return inside(value, finder(cleaner.sorts, cleaner.regions), stand)
    return whole(value, cleaner.sort, stand)


def whole(value: object, sort: str, stand: Stand) -> object:
    """A value replaced, whatever it is but truth or nothing; a stand-in stays."""
    text = written(value)
    if isinstance(value, bool) or not text.strip() or stand.known(text):
        return value
    return stand(sort, text)


def inside(value: object, find: Finder, stand: Stand) -> object:
    """A text with each find replaced until nothing more is found; a number that is a find becomes its stand-in."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    before = written(value)
    made = _once(before, find, stand)
    while made != before:
        before, made = made, _once(made, find, stand)
    return value if made == written(value) else made


def _once(text: str, find: Finder, stand: Stand) -> str:
    """What stands between stand-ins looked through; one that was made up is replaced itself."""
    pieces, place = list[str](), 0
    for match in LIKE.finditer(text) if "[" in text else ():
        if stand.known(match[0]):
            pieces += [_found(text[place : match.start()], find, stand), match[0]]
            place = match.end()
        elif " " in match[0] and match[0].rpartition(" ")[2].count("-") == 1:
            pieces += [_found(text[place : match.start()], find, stand), stand(FORGED, match[0])]
            place = match.end()
    return "".join([*pieces, _found(text[place:], find, stand)])


def _found(text: str, find: Finder, stand: Stand) -> str:
    pieces, place = list[str](), 0
    for span in find.spans(text):
        pieces += [text[place : span.start], stand(span.sort, text[span.start : span.end])]
        place = span.end
    return "".join([*pieces, text[place:]])
