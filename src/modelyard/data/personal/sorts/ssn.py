"""Social security numbers of the United States."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = re.compile(r"(?<![0-9A-Za-z-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z]|-[0-9])")
TOLD = re.compile(r"(?<![0-9A-Za-z-])[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}(?![0-9A-Za-z]|-[0-9])")
NEAR = 40  # characters before a number in which a word tells what it is
BEFORE = re.compile(
    r"(?:(?<![A-Za-z])SSN|social security(?: (?:no|number))?|社会安全号码?)\W{0,3}(?:is\W|为|是)?\W{0,3}$",
    re.IGNORECASE,
)


@part
class Ssn(Detector):
    """Nine digits in groups of 3, 2 and 4 that can have been given out; without dashes behind a word that says so."""

    label: ClassVar[str] = "SSN"
    named: ClassVar[str] = r"\bssn\b|\bsocial security\b|社会安全号"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each number. It has no check digit, so nothing proves it."""
        from stdnum.us import ssn

        for match in TOLD.finditer(text):
            dashed = FORM.fullmatch(text, match.start(), match.end())
            if (dashed or told or BEFORE.search(text[max(0, match.start() - NEAR) : match.start()])) and ssn.is_valid(
                self.plain(match[0])
            ):
                yield Span(match.start(), match.end())

    def plain(self, written: str) -> str:
        """Its digits."""
        return re.sub(r"[^0-9]", "", written)
