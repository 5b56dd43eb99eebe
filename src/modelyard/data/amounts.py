"""Numbers as people write them, taken apart: what stands before the digits, the digits, what stands behind."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from modelyard.data import numerals

if TYPE_CHECKING:
    from collections.abc import Mapping

Mark = Literal[".", ","]
SPACED = " '\u2019_"  # between groups of three digits, whatever the decimal mark
MINUS = dict.fromkeys(map(ord, "\u2212\u2013\u2012\u2010\ufe63"), "-") | {ord("\u066b"): ".", ord("\u066c"): ","}
ROUGH = re.compile(
    r"[~\u2248\u223c<>\u2264\u2265\u00b1]|^(?:ca|approx|about|circa|over|under)\b|[0-9]\s*\+$|^[约近超逾]|左右|以上|以下"
)
LARGEST = 400  # a power of ten beyond what a number holds
LONGEST = 200  # characters of a number: a longer one is a text
WHOLE = re.compile(
    rf"""
    (?P<sign>[+-]?)\s*+(?P<before>[^0-9.,+\-()'{numerals.SIGNS}点]*?)\s*(?P<inner>[+-]?)
    (?P<digits>(?:[0-9]|[.,](?=[0-9]))[0-9.,{SPACED}]*?)
    (?P<power>(?:[eE]|\s?[x\u00d7]\s?10\s?\^\s?)[+-]?[0-9]+)?
    \s*(?P<after>[^0-9\-()]*(?:[^\W0-9_][23])?)\s*(?P<behind>-?)
    """,
    re.VERBOSE,
)
SIMPLE = re.compile(
    r"([+-]?)([A-Za-z\u20ac$\xa3\xa5]*)\s?([0-9][0-9.,]*)\s?([A-Za-z\u20ac$\xa3\xa5%]*)"
)  # most of what there is
CHINESE = re.compile(
    rf"(?P<sign>[+-]|负)?(?P<before>百分之|[^0-9{numerals.SIGNS}]*?)\s*"
    rf"(?P<digits>[0-9.,]*\s?[{numerals.SIGNS}][0-9.点{numerals.SIGNS}]*)\s*(?P<after>[^0-9]*)"
)


class Amount(NamedTuple):
    """A written number: its sign, its digits as they are marked, its power of ten, and the words around it.

    Digits of `chinese` numerals have no marks.
    """

    sign: int
    digits: str
    power: int
    words: tuple[str, ...]
    chinese: bool = False


def amount(written: str) -> Amount:
    """A written number taken apart.

    >>> amount("-1.234,50 \N{EURO SIGN}")
    Amount(sign=-1, digits='1.234,50', power=0, words=('\u20ac',), chinese=False)

    Raises:
        ValueError: it is none, or one that is not exact.
    """
    if len(written) > LONGEST:
        raise ValueError("expected a number, got a long text")
    if (simple := SIMPLE.fullmatch(written)) is not None:
        sign, before, digits, after = simple.groups()
        return Amount(-1 if sign == "-" else 1, digits, 0, tuple(word for word in (before, after) if word))
    text = plain(written)
    if len(text) > LONGEST:  # some signs become eighteen
        raise ValueError("expected a number, got a long text")
    if ROUGH.search(text):
        raise ValueError("expected an exact number, and no bound or estimate")
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1].strip() if negative else text
    found = WHOLE.fullmatch(text)
    if found is None or found["after"].startswith(tuple(numerals.SIGNS)):
        return _chinese(text, negative)
    signs = [sign for sign in (found["sign"], found["inner"], found["behind"]) if sign]
    if len(signs) + negative > 1:
        raise ValueError("expected a number with one sign")
    power = int(re.split(r"[eE^]", found["power"])[-1]) if found["power"] else 0
    if abs(power) > LARGEST:
        raise ValueError("expected a finite number")
    words = tuple(word for word in (found["before"].strip(), found["after"].strip()) if word)
    return Amount(-1 if negative or signs == ["-"] else 1, found["digits"].strip(), power, words)


def plain(written: str) -> str:
    """The same in the characters of ASCII, as far as there are such: full-width forms, digits of any script, minus."""
    if not written.isascii():
        written = unicodedata.normalize("NFKC", written).translate(MINUS)
        if not written.isascii():
            written = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in written)
    return written.strip()


def vote(digits: str) -> str:
    """Which decimal mark digits show: "." or ",", "?" where they may be either's thousands, and nothing without one.

    >>> vote("1.234,5"), vote("1,234"), vote("0,123"), vote("1,234,567"), vote("1 234")
    (',', '?', ',', '.', '')
    """
    digits = digits.rstrip(numerals.SIGNS)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return ""
    mark, other = digits[last], "," if digits[last] == "." else "."
    if other in digits:
        return mark if digits.count(mark) == 1 else ""
    if digits.count(mark) > 1:
        return other
    return "?" if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", digits) else mark


class Marked:
    """Digits with one decimal mark, their thousands in groups of three, or as India groups them."""

    def __init__(self, mark: Mark) -> None:
        """What is not the mark is another way to set groups apart."""
        self.mark, other = mark, "," if mark == "." else "."
        threes = rf"[0-9]{{1,3}}([{SPACED}{other}])[0-9]{{3}}(?:\1[0-9]{{3}})*"
        india = rf"[0-9]{{1,2}}(?:{re.escape(other)}[0-9]{{2}})+{re.escape(other)}[0-9]{{3}}"
        point = re.escape(mark)
        digits = rf"(?:(?:{threes}|{india}|[0-9]++)(?:{point}[0-9]*)?|{point}[0-9]+)"
        self.digits, self.whole = re.compile(digits), re.compile(rf"[+-]?{digits}(?:[eE][+-]?[0-9]{{1,3}})?")
        self.change = {ord(sign): None for sign in (*SPACED, other)} | {ord(mark): "."}

    def number(self, written: str) -> float | None:
        """The number of what is nothing but digits, marks, and a sign; None for what is more."""
        return float(written.translate(self.change)) if self.whole.fullmatch(written) else None

    def exact(self, digits: str) -> Decimal:
        """The number of digits.

        Raises:
            ValueError: they are not grouped or marked so.
        """
        if not self.digits.fullmatch(digits):
            name, shown = ("comma", "1.234,5") if self.mark == "," else ("point", "1,234.5")
            raise ValueError(f"expected a number with a decimal {name}, such as {shown}")
        return Decimal(digits.translate(self.change))


MARKED: Mapping[str, Marked] = {".": Marked("."), ",": Marked(",")}


def _chinese(text: str, negative: bool) -> Amount:  # noqa: FBT001 - of the brackets around it
    found = CHINESE.fullmatch(text)
    if found is None:
        raise ValueError("expected a number")
    sign = -1 if negative or found["sign"] in {"-", "负"} else 1
    words = tuple(word for word in (found["before"].strip(), found["after"].strip()) if word)
    return Amount(sign, "".join(found["digits"].split()), 0, words, chinese=True)
