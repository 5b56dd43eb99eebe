"""Texts without personal data that look as if they had some: wrong check digits, and numbers of other things."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

from people import codes
from people.texts import CHINESE, ENGLISH, Text

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


def _wrong_card(draw: random.Random) -> str:
    bare = codes.card(draw, right=False)
    return draw.choice([bare, codes.grouped(bare, 4, " "), codes.grouped(bare, 4, "-")])


def _wrong_resident(draw: random.Random) -> str:
    bare = codes.resident(draw, right=False)
    return draw.choice([bare, codes.grouped(bare, (6, 8, 4), " ")])


def _no_day(draw: random.Random) -> str:
    """Of a day that no month has."""
    return draw.choice(codes.DISTRICTS) + draw.choice(["19900231", "19851301", "20011332"]) + codes.some(draw, 4)


def _wrong_iban(draw: random.Random) -> str:
    bare = codes.iban(draw, right=False)
    return draw.choice([bare, codes.grouped(bare, 4, " ")])


def _digest(draw: random.Random) -> str:
    seed = codes.some(draw, 20).encode()
    return draw.choice(
        [
            hashlib.sha256(seed).hexdigest(),
            hashlib.sha1(seed, usedforsecurity=False).hexdigest(),
            str(uuid.UUID(int=draw.getrandbits(128))),
        ]
    )


def _moment(draw: random.Random) -> str:
    day = f"20{draw.randrange(10, 26)}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
    clock = f"{draw.randrange(24):02d}:{draw.randrange(60):02d}:{draw.randrange(60):02d}"
    return draw.choice(
        [
            f"{day} {clock}",
            f"{day}T{clock}Z",
            f"{day.replace('-', '')}{clock.replace(':', '')}",
            str(draw.randrange(1_500_000_000, 1_800_000_000)),
            str(draw.randrange(1_500_000_000_000, 1_800_000_000_000)),
            day.replace("-", "/"),
            f"{day} 至 {day}",
        ]
    )


def _version(draw: random.Random) -> str:
    one, two, three, four = (draw.randrange(1, 30) for _ in range(4))
    return draw.choice(
        [
            f"v{one}.{two}.{three}.{four}",
            f"version {one}.{two}.{three}.{four}",
            f"版本{one}.{two}.{three}.{four}",
            f"{one}.{two}.{three}",
            f"Chrome/{one}.0.{two}.{three}",
            f"section {one}.{two}.{three}.{four}",
            f"{one}.{two}.{three}.{four}.{one}",
        ]
    )


def _amount(draw: random.Random) -> str:
    number = draw.randrange(10**6, 10**10)
    return draw.choice(
        [
            f"${number:,}.00",
            f"{number:,} EUR",
            f"¥{number}",
            f"{number}元",
            f"{number / 100:,.2f}",
            f"{draw.random():.12f}",
            f"{number / 7:.6f}",
        ]
    )


def _order(draw: random.Random) -> str:
    return draw.choice(
        [
            f"order {codes.some(draw, 10)}",
            f"订单号：2024{codes.some(draw, 12)}",
            f"SF{codes.some(draw, 13)}",
            f"invoice no. {codes.some(draw, 9)}",
            f"运单{codes.some(draw, 12)}",
            f"ISBN 978-{codes.some(draw, 1)}-{codes.some(draw, 3)}-{codes.some(draw, 5)}-{codes.some(draw, 1)}",
            f"ticket #{codes.some(draw, 8)}",
            f"编号{codes.some(draw, 8)}",
            f"{codes.some(draw, 12)}",
        ]
    )


def _goods(draw: random.Random) -> str:
    """Codes of goods, of trains, of shares, of areas."""
    return draw.choice(
        [
            f"400{codes.some(draw, 10)}",
            f"EAN 690{codes.some(draw, 10)}",
            f"ISBN 9787{codes.some(draw, 9)}",
            f"G{codes.some(draw, 4)}次列车",
            f"股票600{codes.some(draw, 3)}",
            f"邮编{codes.some(draw, 6)}",
            f"LH{codes.some(draw, 4)} from gate A{codes.some(draw, 2)}",
            f"extension {codes.some(draw, 4)}",
            f"第{codes.some(draw, 4)}号合同",
            f"{codes.some(draw, 2)}.{codes.some(draw, 2)}, {codes.some(draw, 2)}.{codes.some(draw, 2)}",
            f"rows {codes.some(draw, 5)}-{codes.some(draw, 5)}",
            f"{draw.randrange(2, 90)} percent of {codes.some(draw, 7)}",
        ]
    )


def _words(draw: random.Random) -> str:
    return draw.choice(
        [
            "icon@2x.png",
            "@modelyard",
            "react@18.2.0",
            "std::vector<int>",
            "git@github.com:team/code.git",
            "乘坐5路公交车到3号线",
            "G4京港澳高速",
            "第12号文件",
            "Section 4 of the Act",
            "5 Star Service",
            "see chapter 12",
            "三号楼会议",
            "12 Angry Men",
            "https://example.org/docs/index.html",
            "https://github.com/",
            "127.0.0.1",
            "0.0.0.0",  # noqa: S104 - an example
            "12:30:45:01",
            "between 10 and 20 Street Lamps",
            "2 of 3 Drive failures",
            "000-12-3456",
            "666-12-3456",
            "987-65-4321",
            "ratio 16:9",
            "3/4",
            "1-2-3",
            "A4 paper",
            "B12 vitamin",
            "COVID-19",
            "5G",
            "9:00-17:30",
            "500 ml",
            "10%",
            "00:00:00:00:00:00",
        ]
    )


MISSES: tuple[Callable[[random.Random], str], ...] = (
    _wrong_card,
    _wrong_card,
    _wrong_resident,
    _wrong_resident,
    _no_day,
    lambda draw: codes.credit(draw, right=False),
    _wrong_iban,
    lambda draw: f"IMEI {codes.imei(draw, right=False)}",
    _digest,
    _moment,
    _version,
    _amount,
    _order,
    _goods,
    _goods,
    _words,
)


def text(draw: random.Random) -> Text:
    """A text with one or two of them."""
    frame = draw.choice(CHINESE if draw.random() < 0.5 else ENGLISH)
    return Text(frame.replace("{}", "; ".join(draw.choice(MISSES)(draw) for _ in range(draw.choice([1, 2])))))
