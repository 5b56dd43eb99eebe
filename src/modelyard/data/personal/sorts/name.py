"""Names of persons, in columns that say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

WHO = (
    r"(?:full|first|last|middle|given|family|maiden|birth|real|legal|customer|client|patient|contact|employee|holder|"
    r"card ?holder|account holder|applicant|borrower|owner|person|student|teacher|doctor|physician|buyer|recipient|"
    r"sender|guest|passenger|member|insured|user|author|manager|spouse|mother|father)"
)
ROLES = (
    "客户|顾客|用户|患者|病人|联系人|收件人|收货人|寄件人|持卡人|申请人|借款人|员工|学生|教师|医生|"
    "投保人|被保险人|乘客|会员|户主|家长"
)
LATIN = r"A-Za-z\u00c0-\u024f\u0370-\u04ff"
WESTERN = re.compile(rf"(?:[{LATIN}][{LATIN}'\u2019.-]*)(?:(?:, ?| )[(\"]?[{LATIN}][{LATIN}'\u2019.-]*[)\"]?){{0,8}}")
HAN = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}(?:[·•・][\u3400-\u9fff]{1,10}){1,3}")
# The commonest family names of one and of two characters, which some nine in ten Chinese have.
FAMILY = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜"
    "倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻"
    "張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇呂盧鐘譚陸鄒韋賈閻龍賀顧龔邵萬錢嚴湯莊聶魯歐關蘭"
)
DOUBLE = frozenset(
    (
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
        "百里",
        "南宫",
        "歐陽",
    )
)
LONGEST = 60  # characters of a name


@part
class Name(Detector):
    """A whole value that reads as a name, in a column whose own name says that it holds persons' names.

    No rule finds names inside texts; see docs/privacy.md.
    """

    label: ClassVar[str] = "name"
    named: ClassVar[str] = (
        rf"^(?:{WHO} )?names?$|\b{WHO} ?names?\b|\bsur ?name\b|\bfore ?name\b|\bcontact person\b|\bcardholder\b|"
        rf"^(?:contact|patient|customer|client|passenger)$|^(?:vorname|nachname)$|姓名|^名字$|^(?:{ROLES})$|(?:{ROLES})(?:姓名|名称|名字|名)$|姓氏"
    )

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """The whole value, or nothing."""
        written = text.strip()
        if told and len(written) <= LONGEST and (_western(written) or _chinese(written)):
            yield Span(0, len(text))

    def plain(self, written: str) -> str:
        """Without regard to capitals, and blanks inside; a Chinese name has none."""
        return re.sub(r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])", "", " ".join(written.split())).casefold()


def reads_as_full(written: str) -> bool:
    """Whether a text reads as the whole name of a person, and not as one word that a thing may have.

    >>> reads_as_full("Ann Lee"), reads_as_full("王小明"), reads_as_full("Widget")
    (True, True, False)
    """
    return (" " in written.strip() and _western(written.strip())) or _chinese(written.strip())


def _western(written: str) -> bool:
    return len(written) > 1 and WESTERN.fullmatch(written) is not None


def _chinese(written: str) -> bool:
    bare = written.replace(" ", "")
    if HAN.fullmatch(bare) is None:
        return False
    return "·" in bare or "•" in bare or bare[0] in FAMILY or bare[:2] in DOUBLE
