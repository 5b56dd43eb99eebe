"""Postal addresses, as far as rules go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

STREET = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|Terrace|Ter|"
    r"Parkway|Pkwy|Highway|Hwy|Crescent|Close|Gardens|Mews|Way|Row|Circle|Cir|Trail)"
)
WORD = r"(?:[A-Z][A-Za-z'\u2019-]+\.?|[0-9]{1,3}(?:st|nd|rd|th)|of|the)"
UNIT = r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|#)\.? ?#?[0-9A-Za-z-]{1,6})?"
CODE = r"(?:[A-Z]{2} [0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|[0-9]{5,6})"  # of towns
TOWN = rf"(?:,? [A-Z][A-Za-z.'\u2019-]+(?: [A-Z][A-Za-z.'\u2019-]+){{0,2}},? {CODE})?"
ENGLISH = re.compile(
    rf"(?<![0-9A-Za-z.,$€£¥#-])(?:(?:Flat|Apt|Unit) [0-9A-Za-z]{{1,5}}, |No\.? )?"
    rf"[0-9]{{1,5}}[A-Za-z]?(?:-[0-9]{{1,5}})?"
    rf" (?:[NSEW]\.? )?"
    rf"{WORD}(?: {WORD}){{0,3}}? {STREET}\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW)\b)?{UNIT}{TOWN}"
)
BOX = re.compile(rf"\bP\.? ?O\.? ?Box [0-9]{{1,6}}\b{TOWN}", re.IGNORECASE)
GERMAN = re.compile(
    r"(?<![A-Za-zÄÖÜäöüß])(?:[A-ZÄÖÜ][A-Za-zÄÖÜäöüß.-]{0,30}[ -])?[A-ZÄÖÜ]?[a-zäöüßA-ZÄÖÜ-]{0,40}"
    r"(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|[Ww]eg|[Aa]llee|[Gg]asse|[Pp]latz|[Dd]amm|[Uu]fer)"
    r" [0-9]{1,4} ?[a-z]?\b(?:,? (?:D-)?[0-9]{5} [A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]+)?"
)
HAN = r"[\u3400-\u9fff]"
PROVINCE = (
    r"(?:(?:北京|天津|上海|重庆)市?|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    r"广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省?|(?:内蒙古|广西|西藏|宁夏|新疆)(?:壮族|回族|维吾尔)?(?:自治区)?|(?:香港|澳门)(?:特别行政区)?)"
)
REGION = rf"{HAN}{{2,6}}?(?:自治州|地区|市|盟)|{HAN}{{1,6}}?(?:自治县|新区|区|县|旗)|{HAN}{{1,6}}?(?:街道|镇|乡)"
NUMBER = r"(?:[甲乙丙]?[0-9]{1,5}(?:[-之][0-9]{1,4})?|[一二三四五六七八九十百]{1,5})"
ROAD = rf"{HAN}{{1,8}}?(?:大道|大街|公路|路|街|巷|弄|胡同|道|里|村|屯|庄|园|小区|花园|新村|广场)"
PIECE = (
    rf" ?(?:{NUMBER} ?(?:弄|号院|号楼|号|幢|栋|座|单元|楼|层|室|组|户)|[A-Za-z][座栋幢区]"
    rf"|{HAN}{{2,8}}?(?:大厦|小区|花园|公寓|广场|家园))"
)
INNER = rf"(?:{PIECE}){{1,8}}(?:[0-9]{{3,4}}室?)?"
CHINESE = re.compile(
    rf"{PROVINCE}(?: ?(?:{REGION})){{0,4}}(?: ?{ROAD}){{0,3}}{INNER}"
    rf"|(?:{REGION})(?: ?(?:{REGION})){{0,3}}(?: ?{ROAD}){{1,3}}{INNER}"
    rf"|(?<!{HAN}){HAN}{{1,6}}?(?:大道|大街|公路|路|街|巷|胡同)(?:{NUMBER}弄)?{NUMBER}号(?!线|台|机)(?:{PIECE}){{0,6}}"
)
HOUSE = re.compile(r"[弄号幢栋座楼层室组户厦区园寓场]")
LEADING = re.compile(
    rf"^{HAN}*?(?:地址|住址|住在|位于|寄到|寄往|送到|送往|搬到|搬至|家在|户籍|联系|现住|收货|在|到|至)(?:为|是)?"
)


@part
class Address(Detector):
    """A numbered house in a street, of English, German or Chinese writing, with the town where it follows."""

    label: ClassVar[str] = "address"
    named: ClassVar[str] = (
        r"\b(street|postal|home|mailing|shipping|billing|delivery) ?addr(ess)?\b|^addr(ess)?( line)?( ?[0-9])?$|"
        r"^street$|anschrift|地址|住址|住所"
    )

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each address; the whole value where the column's name tells of it and a number is in it."""
        if told and any(sign.isdigit() for sign in text) and not text.isdigit() and len(text) > 5:
            yield Span(0, len(text))
            return
        for form in (ENGLISH, BOX, GERMAN):
            for match in form.finditer(text):
                yield Span(match.start(), match.end())
        for match in CHINESE.finditer(text) if HOUSE.search(text) else ():
            lead = LEADING.match(match[0])
            yield Span(match.start() + (lead.end() if lead else 0), match.end())
