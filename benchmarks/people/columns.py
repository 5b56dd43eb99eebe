"""Columns that hold personal data, with names in English and Chinese, and columns that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from people import codes, values

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

ROWS = 40
NAMES = {
    "email": ("Email", "e_mail_address", "邮箱"),
    "phone": ("phone", "mobileNumber", "手机号", "联系电话"),
    "card": ("card_number", "银行卡号"),
    "resident_id": ("id_card", "身份证号码"),
    "credit_code": ("uscc", "统一社会信用代码"),
    "iban": ("iban", "IBAN"),
    "ip": ("ip_address", "client_ip", "登录IP"),
    "device": ("mac", "mac_address"),
    "ssn": ("ssn", "SSN"),
    "plate": ("licence_plate", "车牌号"),
    "passport": ("passport_no", "护照号码"),
    "profile": ("url", "主页"),
    "address": ("address", "street_address", "家庭住址", "收货地址"),
    "name": ("name", "full_name", "customerName", "姓名", "联系人", "patient_name"),
    "birth_date": ("birth_date", "dob", "出生日期"),
}
HIDDEN = ("column_1", "x7", "备注")  # names that tell nothing, for sorts that tell themselves
THINGS = ("Widget 2000", "Garden Hose", "Desk Lamp XL", "Office Chair", "无线鼠标", "办公桌椅", "运动水壶")


def all_of(draw: random.Random) -> Iterator[tuple[str, pl.Series]]:
    """Each with the sort that it holds, empty for none."""
    for sort, names in NAMES.items():
        made = [_of(draw, sort) for _ in range(ROWS)]
        hidden = () if sort in {"name", "birth_date", "passport", "address"} else HIDDEN
        for name in (*names, *hidden):
            yield sort, pl.Series(name, made)
    yield "phone", pl.Series("phone", [int("13" + codes.some(draw, 9)) for _ in range(ROWS)])
    yield "card", pl.Series("number", [int(codes.card(draw)) for _ in range(ROWS)], dtype=pl.Int64, strict=False)
    yield "", pl.Series("name", draw.choices(THINGS, k=ROWS))
    yield "", pl.Series("product_name", draw.choices(THINGS, k=ROWS))
    yield "", pl.Series("phone_model", [f"Phone {draw.randrange(4, 15)} Pro" for _ in range(ROWS)])
    yield "", pl.Series("order_id", [codes.some(draw, 10) for _ in range(ROWS)])
    yield "", pl.Series("order_id", [draw.randrange(10**9, 10**10) for _ in range(ROWS)])
    yield "", pl.Series("amount", [draw.uniform(1, 1e6) for _ in range(ROWS)])
    yield "", pl.Series("created_at", [draw.randrange(1_500_000_000, 1_800_000_000) for _ in range(ROWS)])
    yield "", pl.Series("city", draw.choices(["New York", "London", "北京", "上海", "San Jose"], k=ROWS))
    yield (
        "",
        pl.Series("version", [f"{draw.randrange(9)}.{draw.randrange(20)}.{draw.randrange(9)}" for _ in range(ROWS)]),
    )
    yield "", pl.Series("card", [codes.card(draw, right=False) for _ in range(ROWS)])
    yield "", pl.Series("身份证", [codes.resident(draw, right=False) for _ in range(ROWS)])


def _of(draw: random.Random, sort: str) -> str:
    if sort == "name":
        return values.name(draw)
    return values.birth(draw).isoformat() if sort == "birth_date" else values.MADE[sort](draw)
