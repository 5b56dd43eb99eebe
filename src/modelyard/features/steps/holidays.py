"""The holidays of a country: whether a day is one, which, how far the last and the next are, and whether it is worked.

The days of a span of years are kept with the bundle, so a server needs no package. What is said of a year beyond the
span is missing: nobody knows its holidays, which is not to say that it has none. Where days of rest are moved, as in
China (tiaoxiu), a day of a weekend that is worked instead is a working day, as far as that had been announced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from modelyard.core.errors import nearest
from modelyard.core.featuring import FittedStep, State, Step
from modelyard.core.registry import missing_extra, part
from modelyard.core.types import Column, Floats, Ints, Kind, Storage, Values
from modelyard.features import choosing, clock

Part: TypeAlias = Literal["holiday", "name", "working_day", "days_to_next", "days_since_last"]
PARTS: tuple[Part, ...] = ("holiday", "name", "working_day", "days_to_next", "days_since_last")
SUFFIX: Mapping[Part, str] = {
    "holiday": "holiday",
    "name": "holiday_name",
    "working_day": "working_day",
    "days_to_next": "days_to_holiday",
    "days_since_last": "days_since_holiday",
}
KINDS: Mapping[Part, tuple[Kind, Storage]] = {
    "holiday": (Kind.BOOLEAN, "boolean"),
    "name": (Kind.CATEGORY, "string"),
    "working_day": (Kind.BOOLEAN, "boolean"),
    "days_to_next": (Kind.NUMBER, "integer"),
    "days_since_last": (Kind.NUMBER, "integer"),
}
AHEAD = 10  # years after the last training row that a bundle knows where none are said
FIRST, LAST = 1900, 2100  # years that may be asked for


@dataclass(frozen=True)
class FittedHolidays(FittedStep):
    """Days by their number since 1970, those of a year before and after the span of years among them."""

    of: str
    parts: tuple[Part, ...]
    zone: str | None
    years: tuple[int, int]
    weekend: tuple[int, ...]  # Monday is 0
    days: Mapping[int, str]  # a holiday's name
    worked: tuple[int, ...]  # days of weekends
    place: str
    sorted: Ints = field(init=False, repr=False, compare=False)
    names: Values = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the days once."""
        object.__setattr__(self, "sorted", np.array(sorted(self.days), dtype=np.int64))
        names = np.array([*(self.days[day] for day in sorted(self.days)), None], dtype=object)
        object.__setattr__(self, "names", names)

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each; beyond the span all that is said of holidays is missing."""
        moments = clock.local(columns[self.of], self.zone)
        days, year = clock.days(moments), moments.astype("datetime64[Y]").astype(np.int64) + 1970
        beyond = np.isnat(moments) | (year < self.years[0]) | (year > self.years[1])
        return {**columns, **{self._name(part_): self._told(part_, days, beyond) for part_ in self.parts}}

    @property
    def made(self) -> tuple[Column, ...]:
        """A column a part."""
        reason = f"holidays of {self.place}, {self.years[0]} to {self.years[1]}"
        return tuple(
            Column(self._name(part_), KINDS[part_][0], storage=KINDS[part_][1], reason=reason) for part_ in self.parts
        )

    def state(self) -> State:
        """The days by their dates."""
        return {
            "of": self.of,
            "parts": list(self.parts),
            "zone": self.zone,
            "years": list(self.years),
            "weekend": list(self.weekend),
            "days": {_date(day): name for day, name in self.days.items()},
            "worked": [_date(day) for day in self.worked],
            "place": self.place,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        """From dates."""
        kept: Any = state
        first, last = kept["years"]
        days = {_number(day): str(name) for day, name in kept["days"].items()}
        worked, weekend = tuple(map(_number, kept["worked"])), tuple(map(int, kept["weekend"]))
        return cls(kept["of"], tuple(kept["parts"]), kept["zone"], (first, last), weekend, days, worked, kept["place"])

    def _name(self, part_: Part) -> str:
        return f"{self.of}_{SUFFIX[part_]}"

    def _told(self, part_: Part, days: Ints, beyond: Values) -> Values:
        """One part of days [rows] since 1970."""
        known = self.sorted
        after = np.searchsorted(known, days)  # the first holiday that is not before
        upto = np.searchsorted(known, days, side="right")  # and the first that is after
        if part_ == "name":
            return self.names[np.where(beyond | (upto == after), len(known), after)]
        found = {"holiday": upto > after, "working_day": self._worked(days, upto > after)}.get(part_)
        if found is None:
            there = after < len(known) if part_ == "days_to_next" else upto > 0
            place = after if part_ == "days_to_next" else upto - 1
            beyond = beyond | ~there
            found = np.abs(np.append(known, 0)[np.where(there, place, len(known))] - days)
        return np.where(beyond, np.nan, found.astype(np.float64))

    def _worked(self, days: Ints, holiday: Values) -> Values:
        weekend = np.isin((days + 3) % 7, self.weekend)  # 1970-01-01 was a Thursday
        return np.asarray((~weekend & ~holiday) | np.isin(days, self.worked))


def _country(code: str) -> str:
    known = _package().list_supported_countries(include_aliases=True)
    if code not in known:
        raise ValueError(f"no country called '{code}': {nearest(code.upper(), known)}")
    return code


@part
class Holidays(Step):
    """What the calendar of a `country`, or of a `subdivision` of it, says of the days in `of`, as columns beside it.

    `years` are those that a bundle knows: the training rows' and ten more where none are said.
    """

    fitted: ClassVar[type[FittedStep]] = FittedHolidays

    of: str
    country: Annotated[str, AfterValidator(_country)] = Field(description="two letters by ISO 3166, such as CN or DE")
    subdivision: str | None = Field(default=None, description="such as BY for Bavaria")
    parts: tuple[Part, ...] = Field(default=PARTS, min_length=1)
    years: tuple[int, int] | None = Field(default=None, description="the first and the last year that are known")
    zone: Annotated[str, AfterValidator(clock.known)] | None = Field(default=None, description="as Asia/Shanghai")

    @model_validator(mode="after")
    def _there(self) -> Self:
        if self.years is not None and not FIRST <= self.years[0] <= self.years[1] <= LAST:
            raise ValueError(f"years are the first and the last, from {FIRST} to {LAST}")
        known = _package().list_supported_countries(include_aliases=True)[self.country]
        if self.subdivision is not None and self.subdivision not in known:
            raise ValueError(
                f"'{self.country}' has no subdivision '{self.subdivision}': {nearest(self.subdivision, known)}"
            )
        return self

    def fit(
        self,
        columns: Mapping[str, Values],
        known: Mapping[str, Column],
        target: Floats | None,  # noqa: ARG002 - holidays are what they are
        seed: int,  # noqa: ARG002
    ) -> FittedHolidays:
        """Write down the holidays of the span.

        Raises:
            RecipeError: the column is not there or holds no times, or a name is taken.
        """
        choosing.columns([self.of], known, {Kind.TIME}, "holidays")
        first, last = self.years or _span(clock.local(columns[self.of], self.zone))
        around = range(max(first - 1, FIRST), min(last + 1, LAST) + 1)
        place = self.country if self.subdivision is None else f"{self.country}-{self.subdivision}"
        found = _package().country_holidays(self.country, subdiv=self.subdivision, years=around)
        days = {_number(day): str(name) for day, name in sorted(found.items())}
        worked = tuple(sorted(_number(day) for day in found.weekend_workdays if day.year in around))
        weekend = tuple(sorted(int(day) for day in found.weekend))
        fitted = FittedHolidays(self.of, self.parts, self.zone, (first, last), weekend, days, worked, place)
        choosing.fresh([column.name for column in fitted.made], known, "holidays")
        return fitted


def _package() -> Any:  # noqa: ANN401 - the package has no types
    try:
        import holidays
    except ModuleNotFoundError as error:
        raise missing_extra(error, "step 'holidays'") from error
    return holidays


def _span(moments: Values) -> tuple[int, int]:
    """The years of the training rows, and ten more."""
    years = moments[~np.isnat(moments)].astype("datetime64[Y]").astype(np.int64) + 1970
    first, last = (int(years.min()), int(years.max())) if len(years) else (2000, 2000)
    first = min(max(first, FIRST), LAST)
    return first, max(first, min(last + AHEAD, LAST))


def _number(day: Any) -> int:  # noqa: ANN401 - a date, or one that is written
    return int(np.datetime64(str(day), "D").astype(np.int64))


def _date(day: int) -> str:
    return str(np.datetime64(day, "D"))
