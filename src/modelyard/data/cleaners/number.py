"""Numbers as people write them: decimal commas, thousands, money, units, percent, Chinese numerals."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, model_validator

from modelyard.core.errors import DataError, nearest
from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import amounts, numerals, units
from modelyard.data.units import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from modelyard.data.amounts import Amount

GROUPED = re.compile(r",(?=[0-9]{3}(?![0-9]))")
SAY = "say which mark it is: {{clean: number, decimal: ','}} or '.'; {}"


@part
class Number(Cleaner):
    """Text that is a number becomes one; numbers pass. Which decimal mark, and whose money, the training file decides.

    What is in another of the `units` is brought to the one whose factor is 1; a number without a unit is taken for
    that one too.
    """

    kind: ClassVar[Kind | None] = Kind.NUMBER

    decimal: Literal["auto", ".", ","] = "auto"
    percent: Literal["fraction", "number"] = Field(default="fraction", description="whether 12% is 0.12 or 12")
    currency: str = Field(
        default="auto", description="auto, any, none, or a code such as EUR: amounts of another one are refused"
    )
    unit: str = Field(default="", description="bring all units of its sort that are known to this one, such as kg")
    units: dict[str, float] = Field(
        default={}, description="what one of each unit is in yours, such as {kg: 1, g: 0.001}"
    )
    aliases: dict[str, str] = Field(default={}, description="other names of units, such as {Kilo: kg}")

    @model_validator(mode="after")
    def _units_are_known(self) -> Self:
        if self.unit and not units.relative_to(self.unit):
            raise ValueError(f"no unit called '{self.unit}' is known: {nearest(self.unit, units.known())}")
        if self.units and 1 not in self.units.values() and not self.unit:
            raise ValueError("one of the units has the factor 1: all are brought to it")
        strange = [name for name, factor in self.units.items() if not factor > 0]
        if strange:
            raise ValueError(f"factors are numbers above zero: {', '.join(strange)}")
        lost = sorted(set(self.aliases.values()) - set(self._factors) - set(units.MONEY) - set(units.MONEY.values()))
        if lost:
            raise ValueError(f"aliases name units that are not there: {', '.join(lost)}")
        return self

    def settled(self, written: Sequence[object]) -> Self:
        """With the decimal mark and the money of the training file.

        Raises:
            DataError: its values show two decimal marks, or two currencies, or leave open which mark it is.
        """
        votes, money = Counter[str](), Counter[str]()
        for value in written:
            try:
                found = amounts.amount(str(value))
                code = self._scale(found.words)[1]
            except ValueError:
                continue  # it is told with all others that cannot be read
            votes[amounts.vote(found.digits)] += 1
            money[code] += 1
        decimal = self.decimal if self.decimal != "auto" else _mark(votes)
        currency = self.currency if self.currency != "auto" else _code(money)
        return replace(self, decimal=decimal, currency=currency)

    def __call__(self, value: str) -> float:
        """A number of what is written.

        >>> euros = Number(decimal=",")
        >>> euros("1.234,50 EUR"), euros("(12 %)"), euros("1,2万"), euros("-3e2"), Number(unit="kg")("500 g")
        (1234.5, -0.12, 12000.0, -300.0, 0.5)

        Raises:
            ValueError: it is no number, not exact, or in a unit that is not named.
        """
        number = None if self._marked is None else self._marked.number(value)  # most values are digits and marks alone
        if number is None:
            found = amounts.amount(value)
            factor, code = self._scale(found.words)
            self._check_money(code)
            number = float(found.sign * self._exact(found) * factor)
        if not math.isfinite(number):
            raise ValueError("expected a finite number")
        return number

    def _exact(self, found: Amount) -> Decimal:
        if found.chinese:
            digits = GROUPED.sub("", found.digits) if self.decimal != "," else found.digits.replace(",", ".")
            return numerals.value(digits)
        marked = self._marked
        if marked is None:
            mark = amounts.vote(found.digits)
            if mark == "?":
                raise ValueError("expected a number whose decimal mark is known")
            marked = amounts.MARKED[mark or "."]
        return marked.exact(found.digits).scaleb(found.power)

    def _check_money(self, code: str) -> None:
        if code and self.currency not in {"auto", "any", code}:
            told = "a number without a currency" if self.currency == "none" else f"an amount in {self.currency}"
            raise ValueError(f"expected {told}")

    @cached_property
    def _marked(self) -> amounts.Marked | None:
        return amounts.MARKED.get(self.decimal)

    @cached_property
    def _scale(self) -> Scale:
        shares = units.SHARES if self.percent == "fraction" else dict.fromkeys(units.SHARES, 1.0)
        return Scale(self._factors, self.aliases, shares)

    @property
    def _factors(self) -> dict[str, float]:
        """What one of each unit is in the wanted one."""
        known = units.relative_to(self.unit) if self.unit else {}
        return known | self.units


def _mark(votes: Counter[str]) -> Literal[".", ","]:
    """The decimal mark that values show.

    Raises:
        DataError: they show both, or may mean either.
    """
    comma, point, either = votes[","], votes["."], votes["?"]
    if comma and point:
        told = f"{comma} different values show a decimal comma, and {point} a decimal point"
        raise DataError(told, hint=SAY.format("the rows of the other one cannot be read"))
    if either and not comma and not point:
        raise DataError(
            f"{either} different values such as 1,234 may mean thousands or fractions",
            hint=SAY.format("no value decides it"),
        )
    return "," if comma else "."


def _code(money: Counter[str]) -> str:
    """The one currency that values show.

    Raises:
        DataError: there are several.
    """
    codes = sorted(code for code in money if code)
    if len(codes) > 1:
        told = " and ".join(f"{money[code]} in {code}" for code in codes)
        hint = "say what one of each is in yours: {clean: number, units: {EUR: 1, USD: 0.9}}, or currency: any"
        raise DataError(f"different values are in different currencies: {told}", hint=hint)
    return codes[0] if codes else "none"
