"""Texts in English and Chinese that hold personal data, with the places where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from people import codes, values

if TYPE_CHECKING:
    import random

ENGLISH = (
    "Please contact me at {} before Friday.",
    "The customer gave {} and asked to be called back.",
    "{} was noted by the agent on the second visit",
    "Complaint: delivery late. Details: {}; order 20240315-7781.",
    "Paid 1,249.99 EUR on 2024-03-15, see {}.",
    "According to our records ({}) nothing is owed.",
    "Hi, my details changed:\n{}\nRegards",
    "Version 2.4.1 asks for {} twice, which is a bug.",
)
CHINESE = (
    "客户留下的信息是{}，请尽快处理。",
    "请核对：{}，谢谢！",
    "您好，我的资料为{}。麻烦更新一下",
    "订单20240315已发货，备注：{}",
    "来访登记（{}）已录入系统",
    "于2024年3月15日登记的内容是 {} ，金额1,249.99元。",
    "{}，以上为本人信息",
)
# Words that tell what follows, in one text of three.
TOLD = {
    "email": ("e-mail: ", "邮箱："),
    "phone": ("phone ", "电话："),
    "card": ("card number ", "银行卡号："),
    "resident_id": ("ID card no. ", "身份证号："),
    "credit_code": ("credit code ", "统一社会信用代码："),
    "iban": ("IBAN ", "账户："),
    "ip": ("IP ", "登录IP："),
    "device": ("MAC ", "设备："),
    "ssn": ("SSN ", "社会安全号码："),
    "plate": ("plate ", "车牌："),
    "location": ("GPS ", "坐标："),
    "passport": ("passport no. ", "护照号："),
    "profile": ("see ", "主页："),
    "address": ("address: ", "地址："),
}
ALWAYS = frozenset({"passport"})  # which have no form of their own
BIRTH = (("born on {}", "%Y-%m-%d"), ("date of birth: {}", "%d.%m.%Y"), ("DOB {}", "%m/%d/%Y"), ("born {}", "%d %B %Y"))
BIRTH_HAN = (("出生日期：{}", "%Y-%m-%d"), ("生日{}", "%Y年%m月%d日"), ("{}出生", "%Y年%m月%d日"))


@dataclass(frozen=True)
class Text:
    """A text, and what is in it: the sort, where it begins, where it ends."""

    text: str
    planted: tuple[tuple[str, int, int], ...] = ()


def text(draw: random.Random) -> Text:
    """A text with one find, or two."""
    sorts = draw.sample([*values.MADE, "birth_date", "device"], k=draw.choice([1, 1, 2]))
    chinese = draw.random() < 0.5
    made, planted = "", []
    for place, sort in enumerate(dict.fromkeys(sorts)):
        made += draw.choice(["；", "，"] if chinese else ["; ", ", also "]) if place else ""
        before, value, after = _value(draw, sort, chinese=chinese)
        planted.append((sort, len(made) + len(before), len(made) + len(before) + len(value)))
        made += before + value + after
    frame = draw.choice(CHINESE if chinese else ENGLISH)
    start = frame.index("{}")
    return Text(frame.replace("{}", made), tuple((sort, start + one, start + end) for sort, one, end in planted))


def _value(draw: random.Random, sort: str, *, chinese: bool) -> tuple[str, str, str]:
    """What stands before it, itself, and what stands behind."""
    if sort == "birth_date":
        frame, form = draw.choice(BIRTH_HAN if chinese else BIRTH)
        before, _, after = frame.partition("{}")
        return before, values.birth(draw).strftime(form), after
    if sort == "device" and draw.random() < 0.3:
        return "IMEI ", codes.imei(draw), ""
    told = TOLD[sort][chinese] if sort in ALWAYS or draw.random() < 0.34 else ""
    return told, values.MADE[sort](draw), ""
