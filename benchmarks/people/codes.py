"""Numbers with check digits, computed by their standards' own rules; each can be made wrong on purpose."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

DIGITS = "0123456789"
# First digits and lengths: Visa, Mastercard, American Express, UnionPay, JCB, Discover, Diners Club.
ISSUERS: tuple[tuple[str, int], ...] = (
    *(("4", 16), ("4", 16), ("53", 16), ("2221", 16), ("37", 15), ("34", 15), ("622202", 19), ("6217", 19)),
    *(("62", 16), ("3530", 16), ("6011", 16), ("65", 16), ("36", 14)),
)
DISTRICTS = (
    *("110101", "110108", "310104", "310115", "440305", "330106", "510107", "420106", "610113", "320102"),
    *("120101", "370202", "350203", "430104", "500103", "210102", "230103", "450103", "530102", "410105"),
)
# Lengths of national accounts, all digits but for the letters said (ISO 13616 registry).
ACCOUNTS = {"DE": "n" * 18, "FR": "n" * 10 + "c" * 11 + "nn", "GB": "aaaa" + "n" * 14, "NL": "aaaa" + "n" * 10}
ACCOUNTS |= {"ES": "n" * 20, "AT": "n" * 16, "CH": "nnnnn" + "c" * 12, "BE": "n" * 12, "PL": "n" * 24, "SE": "n" * 20}
ORGANISATION = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def some(draw: random.Random, count: int, signs: str = DIGITS) -> str:
    """So many signs."""
    return "".join(draw.choices(signs, k=count))


def other(draw: random.Random, sign: str, signs: str = DIGITS) -> str:
    """A sign that is not that one."""
    return draw.choice([one for one in signs if one != sign])


def luhn(digits: str) -> str:
    """The digit that makes the sum right: from the right, every second is doubled, and its digits added."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def card(draw: random.Random, *, right: bool = True) -> str:
    """A payment card's number, bare."""
    head, length = draw.choice(ISSUERS)
    body = head + some(draw, length - len(head) - 1)
    check = luhn(body)
    return body + (check if right else other(draw, check))


def resident(draw: random.Random, *, right: bool = True) -> str:
    """An identity number: weights 2**(17 - place) modulo 11, ten written X."""
    born = date(1940, 1, 1) + timedelta(days=draw.randrange(25_000))
    body = draw.choice(DISTRICTS) + born.strftime("%Y%m%d") + some(draw, 3)
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    check = "10X98765432"[total % 11]
    return body + (check if right else other(draw, check))


def old_resident(draw: random.Random) -> str:
    """One of fifteen digits, without a check digit."""
    born = date(1940, 1, 1) + timedelta(days=draw.randrange(18_000))
    return draw.choice(DISTRICTS) + born.strftime("%y%m%d") + some(draw, 3)


def credit(draw: random.Random, *, right: bool = True) -> str:
    """A unified social credit code: weights 3**place modulo 31."""
    body = draw.choice(["91", "92", "93", "51", "12", "11"]) + draw.choice(DISTRICTS) + some(draw, 8) + some(draw, 1)
    total = sum(ORGANISATION.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    check = ORGANISATION[-total % 31]
    return body + (check if right else other(draw, check, ORGANISATION))


def iban(draw: random.Random, *, right: bool = True) -> str:
    """A bank account: the letters as numbers from ten on, the whole one more than a multiple of 97."""
    country, form = draw.choice(sorted(ACCOUNTS.items()))
    kinds = {"n": DIGITS, "a": "ABCDEFGHKLMN", "c": DIGITS}
    account = "".join(draw.choice(kinds[kind]) for kind in form)
    number = int("".join(str(int(sign, 36)) for sign in f"{account}{country}00"))
    check = 98 - number % 97
    return f"{country}{check if right else (check % 97) + 2 if check < 96 else 2:02d}{account}"


def imei(draw: random.Random, *, right: bool = True) -> str:
    """A phone's number."""
    body = "35" + some(draw, 12)
    return body + (luhn(body) if right else other(draw, luhn(body)))


def grouped(written: str, sizes: int | tuple[int, ...], gap: str) -> str:
    """Signs in groups of one size, or of these sizes."""
    if isinstance(sizes, int):
        return gap.join(written[start : start + sizes] for start in range(0, len(written), sizes))
    pieces, place = [], 0
    for size in sizes:
        pieces.append(written[place : place + size])
        place += size
    return gap.join(pieces)


def full_width(written: str) -> str:
    """In the signs of East Asian typing."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in written)
