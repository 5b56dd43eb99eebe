"""Amounts as people write them: `20MB`, `90d`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
DAYS = {"": 1.0, "h": 1 / 24, "d": 1.0, "w": 7.0, "y": 365.25}
SPANS = {"s": 1 / 86400, "min": 1 / 1440, **DAYS}


def size(value: object) -> object:
    """A number of bytes.

    >>> size("20MB"), size("1.5 MiB"), size(512)
    (20000000.0, 1572864.0, 512)
    """
    return _read(value, BYTES, "a size is a number of bytes, or such as 500kB, 20MB, 1GiB")


def days(value: object) -> object:
    """A number of days.

    >>> days("90d"), days("36h"), days("2w"), days(30)
    (90.0, 1.5, 14.0, 30)
    """
    return _read(value, DAYS, "an age is a number of days, or such as 36h, 90d, 12w, 1y")


def span(value: object) -> object:
    """A length of time as a number of days, or a number as it is.

    >>> span("36h"), span("90min"), span(30)
    (1.5, 0.0625, 30)
    """
    return _read(value, SPANS, "a span is a number, or such as 30s, 90min, 36h, 7d, 2w, 1y")


def size_told(content: float) -> str:
    """Bytes as people say them.

    >>> size_told(370), size_told(52_000), size_told(20_000_000)
    ('370 B', '52 kB', '20 MB')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if content >= unit:
            return f"{content / unit:.3g} {name}"
    return f"{content:.0f} B"


def _read(value: object, units: dict[str, float] | dict[str, int], otherwise: str) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", value)
    if match is None or match[2].lower() not in units:
        raise ValueError(otherwise)
    return float(match[1]) * units[match[2].lower()]


Bytes = Annotated[float, BeforeValidator(size, json_schema_input_type=float | str), Field(gt=0)]
Days = Annotated[float, BeforeValidator(days, json_schema_input_type=float | str), Field(gt=0)]
