"""A table with personal data of nobody planted in it, and a search for it in whatever bytes come of the table."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from people import values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ROWS = 90
COLUMNS = {
    "Email": "email",
    "手机号": "phone",
    "full_name": "name",
    "身份证号": "resident_id",
    "iban": "iban",
    "address": "address",
    "车牌": "plate",
}
INSIDE = ("email", "phone", "card", "resident_id", "credit_code", "iban", "ip", "device", "ssn", "address", "profile")
LONG = 10  # bytes from which on a value in base64 is not met by chance


def table(seed: int = 3) -> tuple[pl.DataFrame, list[str]]:
    """Rows with a target, and every value that was planted: whole, inside texts, in a column that is left out."""
    draw = random.Random(seed)  # noqa: S311 - a test's draw
    planted: list[str] = []

    def plant(sort: str) -> str:
        value = values.name(draw) if sort == "name" else values.MADE[sort](draw)
        planted.append(value)
        return value

    outcome = [draw.choice(["good", "bad"]) for _ in range(ROWS)]
    columns: dict[str, Any] = {"age": [draw.randrange(18, 90) + (12 if said == "bad" else 0) for said in outcome]}
    columns |= {name: [plant(sort) for _ in range(ROWS)] for name, sort in COLUMNS.items()}
    columns["comment"] = [
        draw.choice(
            ["please answer {}, it was late", "客户说：{}，请处理", "reached at {} on Monday last week"]
        ).format(plant(draw.choice(INSIDE)))
        for _ in range(ROWS)
    ]
    columns["internal"] = [f"note {place}: {plant(draw.choice(INSIDE))}" for place in range(ROWS)]
    columns["home"] = [plant("email") if place % 30 == 0 else draw.choice(["rent", "own"]) for place in range(ROWS)]
    columns["why"] = [f"{said} as {plant('phone')} told" for said in outcome]
    return pl.DataFrame(columns | {"outcome": outcome}), planted


def forms(value: str) -> Iterator[bytes]:
    """How a value may lie in bytes: UTF-8, UTF-16, as JSON escapes it, and in base64 wherever it begins in it."""
    yield value.encode()
    yield value.encode("utf-16-le")
    yield json.dumps(value)[1:-1].encode()
    if len(value.encode()) >= LONG:
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + value.encode())
            yield whole[-(-shift * 4 // 3) : len(whole) - 4]


def leaks(content: bytes, planted: Iterable[str]) -> Counter[str]:
    """In how many forms each planted value lies in some bytes: each byte is a sign, and all are sought at once."""
    sought = {form.decode("latin-1"): value for value in planted for form in forms(value)}
    text = pl.Series([content.decode("latin-1")])
    (found,) = text.str.extract_many(list(sought), overlapping=True).to_list()
    return Counter(sought[form] for form in set(found))


def files(folder: Path, spared: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder but those that hold the rows by right."""
    left_out = set(spared)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in left_out:
            yield path, path.read_bytes()
