"""Numbers of payment cards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = re.compile(
    r"(?<![0-9A-Za-z_.])(?<![A-Z]{2}[0-9]{2}[ -])(?<![0-9]{4}[ -])(?:[0-9]{13,19}"
    r"|[0-9]{4}(?P<gap>[ .-])[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}(?:(?P=gap)[0-9]{1,3})?"
    r"|[0-9]{4}(?P<wide>[ .-])[0-9]{6}(?P=wide)[0-9]{4,5}"
    r"|[0-9]{6}[ -][0-9]{7,13})(?![0-9A-Za-z_])"
)
# What a number of each issuer begins with, as spans of its first six digits, and how long it is (ISO/IEC 7812).
ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (400000, 499999, frozenset({16, 19})),  # Visa; its old ones of 13 digits look like codes of goods
    (510000, 559999, frozenset({16})),  # Mastercard
    (222100, 272099, frozenset({16})),
    (340000, 349999, frozenset({15})),  # American Express
    (370000, 379999, frozenset({15})),
    (300000, 305999, frozenset({14})),  # Diners Club
    (360000, 369999, frozenset({14, 16, 19})),
    (380000, 399999, frozenset({14, 16})),
    (352800, 358999, frozenset({16, 17, 18, 19})),  # JCB
    (601100, 601199, frozenset({16, 19})),  # Discover
    (644000, 659999, frozenset({16, 19})),
    (620000, 629999, frozenset({16, 17, 18, 19})),  # UnionPay
    (810000, 817199, frozenset({16, 17, 18, 19})),
    (220000, 220499, frozenset({16, 17, 18, 19})),  # Mir
)


@part
class Card(Detector):
    """Digits that an issuer gives out, bare or in groups, whose last is right (Luhn, ISO/IEC 7812-1)."""

    label: ClassVar[str] = "payment card"
    named: ClassVar[str] = (
        r"\b(credit|debit|payment|bank) ?card\b|\bcard ?(no|nr|num|number)\b|\bpan\b|卡号|银行卡|信用卡"
    )

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:  # noqa: ARG002 - its check digit tells it anywhere
        """Each number."""
        for match in FORM.finditer(text):
            digits = re.sub(r"[^0-9]", "", match[0])
            if _issued(digits) and _checked(digits):
                yield Span(match.start(), match.end(), proven=True)

    def plain(self, written: str) -> str:
        """Its digits."""
        return re.sub(r"[^0-9]", "", written)


def _issued(digits: str) -> bool:
    first = int(digits[:6])
    return any(low <= first <= high and len(digits) in lengths for low, high, lengths in ISSUERS)


def _checked(digits: str) -> bool:
    from stdnum import luhn

    return len(set(digits)) > 1 and luhn.is_valid(digits)
