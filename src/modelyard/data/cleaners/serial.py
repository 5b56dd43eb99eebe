"""Numbers that count days or seconds, to moments."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values

EPOCH, FIRST = datetime(1970, 1, 1), datetime(1899, 12, 30)  # noqa: DTZ001 - moments are of UTC, without saying so
LEAP = 60  # Excel counts a 29 February 1900 that there never was
UNITS = {"days": 86_400_000_000, "seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}


@part
class Serial(Cleaner):
    """Numbers become moments: Excel's days since 1900, or days, seconds and less since 1970. All else passes."""

    kind: ClassVar[Kind | None] = Kind.TIME
    mends: ClassVar[Literal["text", "all"]] = "all"

    unit: Literal["excel", "days", "seconds", "milliseconds", "microseconds"] = "excel"

    def __call__(self, value: Any) -> object:  # noqa: ANN401 - as the contract
        """The moment that a number, or a text that is one, counts to.

        >>> Serial()(46082.75), Serial(unit="seconds")("1767225600")
        (datetime.datetime(2026, 3, 1, 18, 0), datetime.datetime(2026, 1, 1, 0, 0))

        Raises:
            ValueError: there is no such moment.
        """
        if isinstance(value, str) and values.WRITTEN.fullmatch(value.strip()):
            value = float(value)
        if isinstance(value, (str, date)):  # a datetime is a date
            return value
        if isinstance(value, bool):
            raise ValueError("expected a number that counts to a moment")
        try:
            return self._moment(value)
        except (OverflowError, ValueError):
            raise ValueError(f"expected a number of {self.unit} that counts to a moment") from None

    def _moment(self, number: float) -> datetime:
        if self.unit != "excel":
            return EPOCH + timedelta(microseconds=round(number * UNITS[self.unit]))
        if number < 1 or LEAP <= number < LEAP + 1:
            raise ValueError
        days = number if number > LEAP else number + 1
        return FIRST + timedelta(microseconds=round(days * 86_400) * 1_000_000)
