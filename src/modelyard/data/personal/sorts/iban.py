"""International bank account numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{2}|[a-z]{2})[0-9]{2}(?=[ .-]?[0-9A-Za-z])")


@part
class Iban(Detector):
    """A country, two check digits and as many signs as that country's accounts have (ISO 13616, ISO 7064 Mod 97-10)."""

    label: ClassVar[str] = "IBAN"
    named: ClassVar[str] = r"\biban\b|\b(bank )?account ?(no|number|nr)?\b|kontonummer|银行账号|账号"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:  # noqa: ARG002 - its check digits tell it anywhere
        """Each number, bare or in groups."""
        for match in HEAD.finditer(text):
            end = _end(text, match.start(), _length(match[0].upper()))
            if end and _checked(text[match.start() : end]):
                yield Span(match.start(), end, proven=True)

    def plain(self, written: str) -> str:
        """Its signs, without what parts them."""
        return re.sub(r"[ .-]", "", written).upper()


def _length(head: str) -> int:
    """How many signs a country's numbers have; 0 where it has none."""
    from stdnum import numdb

    structure = numdb.get("iban").info(head)[0][1].get("bban", "")
    return 4 + sum(map(int, re.findall(r"[0-9]+", structure))) if structure else 0


def _end(text: str, start: int, length: int) -> int:
    """Where so many letters and digits end, at most one blank, dot or dash between two; 0 where they do not."""
    counted, place = 0, start
    while place < len(text) and counted < length:
        sign = text[place]
        if sign.isascii() and sign.isalnum():
            counted += 1
        elif sign not in " .-" or text[place - 1] in " .-":
            return 0
        place += 1
    follows = text[place : place + 1]
    return place if length and counted == length and not (follows.isascii() and follows.isalnum()) else 0


def _checked(written: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(written, check_country=False))
