"""Units that are common in tables, by what they measure, and the signs and codes of money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

SHOWN = 12  # units that an error names
# In each family what one of a unit is in the first one: international definitions, exact, and China's market units.
FAMILIES: tuple[Mapping[str, float], ...] = (
    {"kg": 1, "g": 1e-3, "mg": 1e-6, "t": 1e3, "lb": 0.45359237, "oz": 0.028349523125, "st": 6.35029318}
    | {"公斤": 1, "千克": 1, "克": 1e-3, "毫克": 1e-6, "吨": 1e3, "斤": 0.5, "两": 0.05},
    {"m": 1, "km": 1e3, "dm": 0.1, "cm": 1e-2, "mm": 1e-3, "in": 0.0254, "ft": 0.3048, "yd": 0.9144, "mi": 1609.344}
    | {"nmi": 1852, "米": 1, "公里": 1e3, "千米": 1e3, "厘米": 1e-2, "毫米": 1e-3, "里": 500},
    {"m2": 1, "cm2": 1e-4, "km2": 1e6, "ha": 1e4, "acre": 4046.8564224, "ft2": 0.09290304, "sqft": 0.09290304}
    | {"平方米": 1, "平米": 1, "公顷": 1e4, "平方公里": 1e6},
    {"l": 1, "ml": 1e-3, "cl": 1e-2, "dl": 0.1, "m3": 1e3, "cm3": 1e-3, "升": 1, "毫升": 1e-3, "立方米": 1e3},
    {"s": 1, "sec": 1, "ms": 1e-3, "min": 60, "h": 3600, "hr": 3600, "d": 86400, "day": 86400, "days": 86400}
    | {"秒": 1, "毫秒": 1e-3, "分钟": 60, "小时": 3600, "天": 86400},
    {"byte": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30},
)
CODES: Mapping[str, str] = {  # of money, by ISO 4217, and how it is written beside
    "EUR": "€ euro euros 欧元",
    "USD": "$ us$ dollar dollars 美元",
    "GBP": "£ 英镑",
    "CNY": "¥ 元 圆 块 rmb 人民币",
    "JPY": "円 日元",
    "KRW": "₩",
    "INR": "₹ rs",
    "RUB": "₽",
    "CHF": "sfr fr.",
    "HKD": "hk$ 港元 港币",
    "TWD": "nt$ 新台币",
    "AUD": "a$",
    "CAD": "c$",
    "SGD": "s$",
    "BRL": "r$",
    "PLN": "zł",
    "SEK": "",
    "NOK": "",
    "DKK": "",
    "CZK": "",
}
MONEY = {word: code for code, words in CODES.items() for word in (code, code.lower(), *words.split())}
# What a number is times, where nothing else is meant by the letters; the longest first.
TIMES: Mapping[str, float] = {
    **dict.fromkeys(("millions", "million", "mio.", "mio", "mn", "M"), 1e6),
    **dict.fromkeys(("billions", "billion", "mrd.", "mrd", "bn", "B"), 1e9),
    **dict.fromkeys(("thousand", "k", "K"), 1e3),
}
SHARES: Mapping[str, float] = {"%": 1e-2, "‰": 1e-3, "百分之": 1e-2}


def relative_to(unit: str) -> dict[str, float]:
    """What one of each unit is in `unit`: `{"g": 0.001, ...}` for kg; nothing where the unit is not known.

    >>> relative_to("g")["kg"]
    1000.0
    """
    for family in FAMILIES:
        if unit in family:
            return {name: factor / family[unit] for name, factor in family.items()}
    return {}


def known() -> list[str]:
    """All units, by their names."""
    return [name for family in FAMILIES for name in family]


@dataclass(frozen=True)
class Scale:
    """What the words around a number make of it.

    `factors` are what one of each unit is in the wanted one, `aliases` other names of units; without units, money is
    read, whichever it is.
    """

    factors: Mapping[str, float]
    aliases: Mapping[str, str]
    shares: Mapping[str, float]

    def __call__(self, words: tuple[str, ...]) -> tuple[Decimal, str]:
        """What the number is times, and the code of the money that it is an amount of, if any.

        Raises:
            ValueError: a word is none that is known.
        """
        factor, code = Decimal(1), ""
        for word in words:
            times, money = self._known.get(word) or self._one("".join(word.split()))
            if money and code and money != code:
                raise ValueError("expected an amount in one currency")
            factor, code = factor * times, code or money
        return factor, code

    @cached_property
    def _known(self) -> dict[str, tuple[Decimal, str]]:
        """The words as they are mostly written."""
        return {word: self._one(word) for word in (*self.factors, *self.shares, *(() if self.factors else MONEY))}

    def _one(self, word: str) -> tuple[Decimal, str]:
        for name in (word, word.casefold()):
            known = self.aliases.get(name, name)
            for table in (self.factors, self.shares, TIMES):
                if known in table:
                    return Decimal(repr(float(table[known]))), ""
            code = MONEY.get(known, "")
            if code and code in self.factors:
                return Decimal(repr(float(self.factors[code]))), ""
            if code and not self.factors:
                return Decimal(1), code
        for name, times in TIMES.items():  # 1.2M€, 1,5 Mio. €
            begins = word.startswith(name) or (len(name) > 1 and word.casefold().startswith(name))
            if begins and len(word) > len(name):
                factor, code = self._one(word[len(name) :])
                return factor * Decimal(repr(times)), code
        raise ValueError(self._expected())

    def _expected(self) -> str:
        names = list(self.factors)
        if not names:
            return "expected a number, and no unit that the recipe does not name"
        return f"expected a number in one of {', '.join(names[:SHOWN])}{' ...' if len(names) > SHOWN else ''}"
