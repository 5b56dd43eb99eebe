"""Dates and times in the forms that people write, to moments in UTC."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field

from modelyard.core.errors import DataError
from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import calendars
from modelyard.data.calendars import Order, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")
HINT = "say which it is: {clean: dates, order: dmy} or mdy"


@part
class Dates(Cleaner):
    """Text that is a date becomes a moment, by one order of day, month and year for the whole column.

    The training file decides the order. A time without an offset is taken for UTC, as everywhere.
    """

    kind: ClassVar[Kind | None] = Kind.TIME

    order: Literal["auto", "dmy", "mdy", "ymd"] = "auto"
    pivot: int = Field(default=69, ge=0, le=100, description="years of two digits below it are of this century")

    def settled(self, written: Sequence[object]) -> Self:
        """With the order in which all dates of the training file have a meaning.

        Raises:
            DataError: there is none, or the file leaves open which it is.
        """
        return self if self.order != "auto" else replace(self, order=self._order(written))

    def __call__(self, value: str) -> datetime:
        """The moment that is written.

        >>> day_first = Dates(order="dmy")
        >>> [str(day_first(each)) for each in ("31.12.26 17:30", "2026年3月1日 下午5点", "March 3, 2026 5pm")]
        ['2026-12-31 17:30:00', '2026-03-01 17:00:00', '2026-03-03 17:00:00']

        Raises:
            ValueError: it is no date, or there is no such day.
        """
        if len(value) > 9 and value[4:5] == "-" and value[7:8] == "-":  # most of what machines write
            try:
                return _utc(datetime.fromisoformat(value))
            except ValueError:
                pass
        written = calendars.taken_apart(value)
        if self.order != "auto":
            return calendars.moment(written, self.order, self.pivot)
        try:
            return calendars.moment(written, self._order([value]), self.pivot)
        except DataError:
            raise ValueError("expected a date whose order is known") from None

    def _order(self, written: Sequence[object]) -> Order:
        """The order in which all dates have a meaning; years of two digits come first only where nothing else fits."""
        alone, fit, known = Counter[Order](), set(ORDERS), 0
        days = dict.fromkeys(filter(None, map(_open, written)))  # times of day say nothing of it
        for day in days:
            fitting = [order for order in ORDERS if calendars.fits(day, order, self.pivot)]
            known += bool(fitting)
            alone.update(fitting if len(fitting) == 1 else ())
            fit &= set(fitting or ORDERS)
        if not fit:
            told = " and ".join(f"{alone[order]} as {order} alone" for order in ORDERS if alone[order])
            raise DataError(f"of {known} different days {told} have a meaning, so no one order fits", hint=HINT)
        points = all(day.mark == "." for day in days)  # they are written where the day comes first
        if known and {"dmy", "mdy"} <= fit and not points:
            raise DataError(f"all {known} different days may be read with the day or the month first", hint=HINT)
        return next(order for order in ORDERS if order in fit)


def _open(value: object) -> Written | None:
    """A date of numbers whose order is open."""
    try:
        written = calendars.taken_apart(str(value))
    except ValueError:
        return None  # it is told with all others that cannot be read
    if written.numbers is None or written.mark == "name":
        return None
    return written._replace(clock=calendars.NOTHING, zone=None)


def _utc(when: datetime) -> datetime:
    return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)
