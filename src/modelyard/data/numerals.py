"""Numbers as Chinese writes them: 三千五百, 1.2万, 二〇二六, 壹佰元."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {
    character: value
    for digits in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖")
    for value, character in enumerate(digits)
} | {"貳": 2, "參": 3, "陸": 6, "两": 2, "兩": 2, "幺": 1}
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
SIGNS = "".join([*DIGITS, *SMALL, *LARGE])
ZEROS = frozenset("零〇")
SHORT = "expected 零 before a last digit without a multiplier, as in 三万零五"
LONGEST = 60  # signs of a numeral: a longer one is none
TOKEN = re.compile(rf"[0-9]++(?:\.[0-9]++)?|[{SIGNS}]")
WRITTEN = re.compile(rf"(?=.{{0,{LONGEST}}}$)[0-9.{SIGNS}]*[{SIGNS}][0-9.{SIGNS}]*(?:点[{''.join(DIGITS)}]+)?")


def value(written: str) -> Decimal:
    """The number that a numeral says; Arabic digits before a multiplier are read too.

    What is short for something else is refused: 三万五 is 35,000 in speech, and 三万零五 is 30,005.

    >>> [float(value(each)) for each in ("三千五百", "1.2万", "十五", "二〇二六", "三点五", "一亿零三十万")]
    [3500.0, 12000.0, 15.0, 2026.0, 3.5, 100300000.0]

    Raises:
        ValueError: it is none.
    """
    whole, _, fraction = written.partition("点")
    tokens = TOKEN.findall(whole)
    if not WRITTEN.fullmatch(written) or "".join(tokens) != whole:
        raise ValueError("expected a number in Chinese numerals")
    behind = "".join(str(DIGITS[digit]) for digit in fraction)
    if len(tokens) > 1 and all(token in DIGITS for token in tokens):  # digit by digit, as years are said
        return Decimal("".join(str(DIGITS[token]) for token in tokens) + f".{behind or 0}")
    return _sum(tokens) + Decimal(f"0.{behind or 0}")


def _sum(tokens: list[str]) -> Decimal:
    """The sum of groups of ten thousand, each a sum of digits times powers of ten, in falling order."""
    total, group = Decimal(0), list[str]()
    largest = max(LARGE.values()) + 1
    for token in tokens:
        if token not in LARGE:
            group.append(token)
            continue
        if LARGE[token] >= largest or not group:
            raise ValueError("expected multipliers that fall, as in 三亿五千万")
        total, largest, group = total + _group(group) * LARGE[token], LARGE[token], []
    if total and len(group) == 1 and group[0] not in ZEROS and group[0] not in SMALL:
        raise ValueError(SHORT)
    return total + (_group(group) if group else 0)


def _group(tokens: list[str]) -> Decimal:
    """A number below ten thousand, or one in Arabic digits."""
    total, smallest, digit = Decimal(0), 10_000, Decimal(-1)  # no digit waits for its multiplier
    for place, token in enumerate(tokens, 1):
        if token in SMALL:
            if SMALL[token] >= smallest:
                raise ValueError("expected multipliers that fall, as in 三千五百")
            total, smallest, digit = total + abs(digit) * SMALL[token], SMALL[token], Decimal(-1)
        elif digit > 0:
            raise ValueError("expected a multiplier between two digits")
        elif place == len(tokens) and total and smallest > 10 and digit < 0 and token not in ZEROS:
            raise ValueError(SHORT)
        else:
            digit = Decimal(DIGITS[token]) if token in DIGITS else Decimal(token)
    return total + max(digit, Decimal(0))
