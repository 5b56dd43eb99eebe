"""A value of each sort of personal data, in the ways that people write it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from people import codes

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

GIVEN = [
    "Ann",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Grace",
    "Henry",
    "Ivy",
    "Jack",
    "Karen",
    "Liam",
    "Mary",
    "Noah",
    "Olivia",
    "Peter",
    "Rachel",
    "Samuel",
    "Tina",
    "Victor",
]
SURNAMES = [
    "Smith",
    "Jones",
    "Müller",
    "Schmidt",
    "Brown",
    "Taylor",
    "Wilson",
    "Clark",
    "Lewis",
    "Walker",
    "Hall",
    "Young",
    "King",
    "Wright",
    "Green",
    "Baker",
    "Fischer",
    "Weber",
]
HAN_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
HAN_GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉梅红建国小文志海宇轩子涵欣怡"
HOSTS = [
    "gmail.com",
    "qq.com",
    "163.com",
    "outlook.com",
    "example.org",
    "web.de",
    "mail.company.co.uk",
    "yahoo.co.jp",
    "tsinghua.edu.cn",
    "t-online.de",
]


def email(draw: random.Random) -> str:
    """An address."""
    given, surname = draw.choice(GIVEN).lower(), draw.choice(SURNAMES).lower().replace("ü", "ue")
    local = draw.choice(
        [
            f"{given}.{surname}",
            f"{given[0]}{surname}{draw.randrange(99)}",
            f"{given}_{surname}",
            f"{given}+news",
            codes.some(draw, 9),
        ]
    )
    written = f"{local}@{draw.choice(HOSTS)}"
    return draw.choice([written, written, written, written.upper(), written.title(), codes.full_width(written)])


def _mobile_cn(draw: random.Random) -> str:
    bare = draw.choice(
        ["138", "139", "150", "151", "159", "177", "182", "186", "188", "199", "136", "135"]
    ) + codes.some(draw, 8)
    spaced = codes.grouped(bare, (3, 4, 4), draw.choice([" ", "-"]))
    return draw.choice(
        [
            bare,
            bare,
            spaced,
            f"+86 {spaced}",
            f"+86{bare}",
            f"+86-{codes.grouped(bare, (3, 4, 4), '-')}",
            codes.grouped(bare, (3, 4, 4), "."),
            f"0086 {bare}",
            codes.full_width(bare),
        ]
    )


def _line_cn(draw: random.Random) -> str:
    area, length = draw.choice([("010", 8), ("021", 8), ("0755", 8), ("0571", 8), ("028", 8)])
    local = draw.choice("68") + codes.some(draw, length - 1)
    return draw.choice([f"{area}-{local}", f"({area}) {local}", f"+86 {area[1:]} {local[:4]} {local[4:]}"])


def _us(draw: random.Random) -> str:
    area = draw.choice(["212", "415", "312", "617", "202", "305", "713", "206"])
    exchange, line = draw.choice("23456789") + draw.choice("02345678") + draw.choice(codes.DIGITS), codes.some(draw, 4)
    return draw.choice(
        [
            f"({area}) {exchange}-{line}",
            f"{area}-{exchange}-{line}",
            f"+1 {area} {exchange} {line}",
            f"+1-{area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
        ]
    )


def _gb(draw: random.Random) -> str:
    tail = codes.some(draw, 4)
    return draw.choice(
        [
            f"020 7946 {tail}",
            f"+44 20 7946 {tail}",
            f"07{draw.choice('4578')}00 {codes.some(draw, 6)}",
            f"+44 7400 {codes.some(draw, 6)}",
            f"0161 496 {tail}",
        ]
    )


def _de(draw: random.Random) -> str:
    return draw.choice(
        [
            f"030 {draw.choice('2345678')}{codes.some(draw, 7)}",
            f"+49 30 {draw.choice('2345678')}{codes.some(draw, 7)}",
            f"0151 {draw.choice('125')}{codes.some(draw, 7)}",
            f"089/{draw.choice('2345')}{codes.some(draw, 6)}",
            f"+49 171 {draw.choice('2345678')}{codes.some(draw, 6)}",
        ]
    )


def phone(draw: random.Random) -> str:
    """A number of China, the United States, Britain or Germany."""
    return draw.choice([_mobile_cn, _mobile_cn, _line_cn, _us, _gb, _de])(draw)


def card(draw: random.Random) -> str:
    """A payment card's number, bare or in the groups that are printed on it."""
    bare = codes.card(draw)
    sizes: tuple[int, ...] = {14: (4, 6, 4), 15: (4, 6, 5), 19: (4, 4, 4, 4, 3)}.get(len(bare), (4, 4, 4, 4))
    return draw.choice([bare, codes.grouped(bare, sizes, " "), codes.grouped(bare, sizes, "-"), codes.full_width(bare)])


def resident(draw: random.Random) -> str:
    """An identity number of China."""
    bare = codes.resident(draw)
    return draw.choice(
        [
            bare,
            bare,
            codes.grouped(bare, (6, 8, 4), " "),
            bare.lower(),
            codes.full_width(bare),
            codes.old_resident(draw),
        ]
    )


def credit(draw: random.Random) -> str:
    """A unified social credit code."""
    return draw.choice([codes.credit(draw), codes.credit(draw).lower(), codes.full_width(codes.credit(draw))])


def iban(draw: random.Random) -> str:
    """A bank account."""
    bare = codes.iban(draw)
    return draw.choice([bare, codes.grouped(bare, 4, " "), codes.grouped(bare, 4, "-")])


def ip(draw: random.Random) -> str:
    """An address of a computer."""
    four = ".".join(str(draw.randrange(1, 255)) for _ in range(4))
    if four.startswith(("127.", "22", "23")):
        four = f"10.{four.split('.', 1)[1]}"
    six = "2001:db8:" + ":".join(f"{draw.randrange(1, 65536):x}" for _ in range(6))
    return draw.choice([four, four, six, f"fe80::{draw.randrange(256, 65536):x}:{draw.randrange(256, 65536):x}"])


def device(draw: random.Random) -> str:
    """A network card's number."""
    pairs = [f"{draw.randrange(256):02x}" for _ in range(5)] + ["a" + codes.some(draw, 1)]
    return draw.choice([":".join(pairs), "-".join(pairs).upper(), codes.grouped("".join(pairs), 4, ".")])


def ssn(draw: random.Random) -> str:
    """A social security number of the United States."""
    return f"{draw.randrange(1, 665):03d}-{draw.randrange(1, 100):02d}-{draw.randrange(1, 10_000):04d}"


def plate(draw: random.Random) -> str:
    """A Chinese licence plate."""
    head = draw.choice("京沪粤浙苏川鲁") + draw.choice("ABCDE")
    tail = draw.choice(
        [
            codes.some(draw, 5),
            draw.choice("ABKX") + codes.some(draw, 4),
            codes.some(draw, 2) + draw.choice("KLMN") + codes.some(draw, 2),
            draw.choice("DF") + codes.some(draw, 5),
        ]
    )
    return head + draw.choice(["", "", "·", " "]) + tail


def location(draw: random.Random) -> str:
    """A place."""
    north, east = draw.uniform(-80, 80), draw.uniform(-179, 179)
    return draw.choice([f"{north:.5f}, {east:.5f}", f"{north:.6f},{east:.6f}", f"{abs(east):.6f},{abs(north):.6f}"])


def birth(draw: random.Random) -> date:
    """A day of birth."""
    return date(1940, 1, 1) + timedelta(days=draw.randrange(25_000))


def passport(draw: random.Random) -> str:
    """A passport of China, Germany, Britain or the United States."""
    return draw.choice(
        [f"E{codes.some(draw, 8)}", f"EA{codes.some(draw, 7)}", f"C{codes.some(draw, 8)}", codes.some(draw, 9)]
    )


def profile(draw: random.Random) -> str:
    """A page of a person."""
    user = f"{draw.choice(GIVEN).lower()}{draw.randrange(1000)}"
    return draw.choice(
        [
            f"https://twitter.com/{user}",
            f"https://github.com/{user}",
            f"www.linkedin.com/in/{user}",
            f"https://weibo.com/u/{codes.some(draw, 10)}",
            f"https://www.zhihu.com/people/{user}",
            f"https://forum.example.org/users/{user}",
            f"https://www.instagram.com/{user}/",
        ]
    )


def address(draw: random.Random) -> str:
    """A postal address of China, of English writing or of German."""
    number = draw.randrange(1, 900)
    street = draw.choice(["Oak", "Maple", "Church", "Station", "Victoria", "Park", "Washington", "Mill", "King's"])
    sort = draw.choice(["Street", "Road", "Avenue", "St", "Rd", "Lane", "Drive", "Blvd"])
    town = draw.choice(["", "", ", Springfield, IL 62704", ", Boston, MA 02118", ", London SW1A 1AA"])
    german = draw.choice(["Hauptstraße", "Bahnhofstr.", "Lindenallee", "Gartenweg", "Schillerstrasse"])
    place = draw.choice(
        [
            "北京市海淀区",
            "上海市浦东新区",
            "广东省深圳市南山区",
            "浙江省杭州市西湖区",
            "四川省成都市武侯区",
            "江苏省南京市玄武区",
        ]
    )
    road = draw.choice(["中关村大街", "世纪大道", "科技园路", "文三路", "人民南路", "中山东路", "长安街"])
    inner = draw.choice(
        [
            "",
            f"{draw.randrange(1, 30)}号楼{draw.randrange(1, 6)}单元{draw.randrange(101, 2000)}室",
            f"{draw.randrange(101, 2000)}室",
        ]
    )
    return draw.choice(
        [
            f"{number} {street} {sort}{town}",
            f"{number} {street} {sort}, Apt {draw.randrange(1, 99)}",
            f"{german} {number}, {draw.choice(['10115 Berlin', '80331 München'])}",
            f"{german} {number}",
            f"No. {number} {draw.choice(['Nanjing', 'Century', 'Zhongshan'])} Road, Shanghai 200000",
            f"河南省郑州市中原区{draw.choice(['大里', '小李'])}村{draw.randrange(1, 20)}组{draw.randrange(1, 90)}号",
            f"{place} {road} {number} 号",
            f"{place}{road}{number}号{inner}",
            f"{place}{road}{number}号{inner}",
        ]
    )


def name(draw: random.Random) -> str:
    """A person's name, of Europe or of China."""
    western = f"{draw.choice(GIVEN)} {draw.choice(SURNAMES)}"
    return draw.choice([western, draw.choice(HAN_SURNAMES) + "".join(draw.choices(HAN_GIVEN, k=draw.choice([1, 2])))])


MADE: dict[str, Callable[[random.Random], str]] = {
    "email": email,
    "phone": phone,
    "card": card,
    "resident_id": resident,
    "credit_code": credit,
    "iban": iban,
    "ip": ip,
    "device": device,
    "ssn": ssn,
    "plate": plate,
    "location": location,
    "passport": passport,
    "profile": profile,
    "address": address,
}
