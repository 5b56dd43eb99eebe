"""Telephone numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

LIKELY = re.compile(r"[0-9](?:[ ./()-]{0,3}[0-9]){6}")
MOBILE = re.compile(r"(?<![0-9A-Za-z_.-])1[3-9][0-9]{9}(?![0-9A-Za-z_]|[.-][0-9])")
# Words after which bare digits are a telephone number, and words after which they are none.
CALLS = re.compile(
    r"(?:(?<![A-Za-z])(?:phone|phones|telephone|tel|mobile|cell|cellphone|call|calls|called|dial|ring|fax|sms|text|whatsapp|handy|telefon)"
    r"(?![A-Za-z])|电话|電話|手机|手機|联系方式|致电|拨打|短信|传真|微信|热线|☎)[^0-9A-Za-z]{0,6}(?:(?:no|number|nr|is|at|me|us|on|号码?|是|为)[^0-9A-Za-z]{0,3}){0,2}\+?$",
    re.IGNORECASE,
)
COUNTS = re.compile(
    r"(?:(?<![A-Za-z])(?:order|orders|invoice|ticket|tracking|parcel|reference|ref|case|batch|serial|sku|item|transaction|id|no|number|"
    r"version|isbn|hash|timestamp|amount|total|account)(?![A-Za-z])|订单|单号|运单|快递|发票|流水|编号|序列|批次|版本|时间戳|金额|合同|账户?|账号)"
    r"[^0-9A-Za-z]{0,4}(?:(?:no|number|nr|id|号码?|是|为)[^0-9A-Za-z]{0,3}){0,2}$",
    re.IGNORECASE,
)
DAY = re.compile(
    r"(?:19|20)[0-9]{2}([-/. ])[01]?[0-9]\1[0-3]?[0-9](?![0-9])"
    r"|[0-3]?[0-9]([-/. ])[01]?[0-9]\2(?:19|20)[0-9]{2}(?![0-9])"
)
# An address of a computer, a version, a fraction, a card's number, a day.
OTHER = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3,}|[0-9]+\.[0-9]+"
    r"|[0-9]{4}(?P<gap>[ -])[0-9]{4}(?P=gap)[0-9]{4}(?:(?P=gap)[0-9]{1,4})?"
)
ACCOUNT = re.compile(r"(?<![A-Za-z])[A-Z]{2}[0-9]{2}[ -]?[A-Z]{0,4}[ -]?$")  # how an IBAN begins
NEAR = 40  # characters before a number in which a word tells what it is
PARTED = (2, 1)  # gaps between digits that make a number one to call; with a trunk prefix or of a mobile one is enough
LONGEST = 13  # digits of a number that is not written internationally
JOINED_BEFORE = re.compile(r"(?:[0-9A-Za-z][ ./-]?[(]?|[_#$€£¥=/\\-])$")
JOINED_AFTER = re.compile(r"[0-9A-Za-z_%€£]|[ ./-][0-9]| ?(?:元|美元|万|EUR|USD|CNY|kg|km|ms)\b")
WORD_BEFORE = re.compile(r"[A-Za-z]{2,}[ ./-]?[(]?$")


@part
class Phone(Detector):
    """Numbers that can be given out, by phonenumbers: in international writing, and in that of some `regions`.

    Digits without anything between them are one where a word before them, or the column's name, says so; a Chinese
    mobile number also alone.
    """

    label: ClassVar[str] = "phone"
    named: ClassVar[str] = (
        r"\b(phone|phones|tel|telephone|mobile|cell|cellphone|fax|whatsapp|msisdn|handy|telefon)\b|手机|手機|电话|電話|联系方式|传真"
    )
    regions: tuple[str, ...] = Field(default=("CN", "US", "GB", "DE"), min_length=1, description="ISO 3166 codes")

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each number, in the order of the regions."""
        if not LIKELY.search(text):
            return
        for match in MOBILE.finditer(text):
            if told or not COUNTS.search(text[max(0, match.start() - NEAR) : match.start()]):
                yield Span(match.start(), match.end())
        for start, end in dict.fromkeys(self._matched(text)):
            if _alone(text, start, end) and _written_so(text, start, end, told=told):
                yield Span(start, end)

    def plain(self, written: str) -> str:
        """In E.164 where it is one of the regions' numbers, else its digits."""
        import phonenumbers

        for region in self.regions:
            try:
                number = phonenumbers.parse(written, region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        return re.sub(r"[^0-9+]", "", written)

    def _matched(self, text: str) -> Iterator[tuple[int, int]]:
        import phonenumbers

        for region in self.regions:
            for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID):
                bare = match.raw_string if {")", "）"} & set(match.raw_string) else match.raw_string.lstrip("(（ ")
                if not OTHER.fullmatch(bare) and (sum(map(str.isdigit, bare)) <= LONGEST or bare.startswith("00")):
                    yield match.end - len(bare), match.end


def _alone(text: str, start: int, end: int) -> bool:
    """Whether it is no piece of something longer, such as a card's number, an amount or a hash."""
    before = text[max(0, start - NEAR) : start]
    if ACCOUNT.search(before) or (JOINED_BEFORE.search(before) and not WORD_BEFORE.search(before)):
        return False
    return not JOINED_AFTER.match(text[end : end + NEAR])


def _written_so(text: str, start: int, end: int, *, told: bool) -> bool:
    """Whether it is written as numbers to call are."""
    written, before = text[start:end], text[max(0, start - NEAR) : start]
    if told or written.startswith("+") or before.endswith("+"):
        return True
    if DAY.match(written) or COUNTS.search(before):
        return False
    return len(re.findall(r"[^0-9]+", written)) >= PARTED[written[0] in "0(（1"] or bool(CALLS.search(before))
