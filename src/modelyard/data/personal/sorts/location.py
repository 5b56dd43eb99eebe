"""Places by their coordinates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIR = re.compile(
    r"(?<![0-9A-Za-z.,-])(?P<first>[+-]?[0-9]{1,3}\.[0-9]{4,})°? ?(?P<one>[NSEW])?[ ]?[,;，/ ][ ]?"
    r"(?P<second>[+-]?[0-9]{1,3}\.[0-9]{4,})°? ?(?P<other>[NSEW])?(?![0-9A-Za-z]|[.,][0-9]| ?[,;] ?[+-]?[0-9]+\.)"
)
ANGLES = re.compile(
    r"(?<![0-9.])[0-9]{1,2}° ?[0-9]{1,2}['\u2032] ?(?:[0-9]{1,2}(?:\.[0-9]+)?[\"\u2033] ?)?[NS][, ]{1,2}"
    r"[0-9]{1,3}° ?[0-9]{1,2}['\u2032] ?(?:[0-9]{1,2}(?:\.[0-9]+)?[\"\u2033] ?)?[EW]"
)
SINGLE = re.compile(r"\s*[+-]?[0-9]{1,3}(?:\.[0-9]{2,})?\s*")
LATITUDE, LONGITUDE = 90, 180  # degrees


@part
class Location(Detector):
    """Two numbers with at least four places, which tell a place to some ten metres, or degrees and minutes."""

    label: ClassVar[str] = "location"
    named: ClassVar[str] = (
        r"^(lat|lng|lon|long|latitude|longitude|geo|gps|coordinates?)$|\b(latitude|longitude|gps)\b|经度|纬度|经纬度|坐标"
    )

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each pair, whichever of the two comes first; a number alone where the column's name tells."""
        for match in PAIR.finditer(text):
            first, second = sorted((abs(float(match["first"])), abs(float(match["second"]))))
            if first <= LATITUDE and second <= LONGITUDE:
                yield Span(match.start(), match.end())
        for match in ANGLES.finditer(text):
            yield Span(match.start(), match.end())
        if told and SINGLE.fullmatch(text) and abs(float(text)) <= LONGITUDE:
            yield Span(0, len(text))
