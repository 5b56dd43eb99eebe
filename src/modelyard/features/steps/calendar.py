"""The parts of a moment as columns of their own, and the days since another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from pydantic import AfterValidator, Field

from modelyard.core.featuring import FittedStep, State, Step
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Ints, Kind, Storage, Values
from modelyard.features import choosing, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Part: TypeAlias = Literal["year", "quarter", "month", "day", "weekday", "weekend", "hour"]
DAY = 86_400e6  # microseconds
WEEKDAYS = ("1", "2", "3", "4", "5", "6", "7")  # ISO 8601: Monday is the first
MONTHS = tuple(f"{month:02d}" for month in range(1, 13))


def _month(moments: Values) -> Ints:
    return np.asarray(moments.astype("datetime64[M]").astype(np.int64) % 12)


def _weekday(moments: Values) -> Ints:
    return (clock.days(moments) + 3) % 7  # 1970-01-01 was a Thursday


# What each part is, as a whole number from 0 on where it has levels.
PARTS: Mapping[Part, Callable[[Values], Ints]] = {
    "year": lambda moments: np.asarray(moments.astype("datetime64[Y]").astype(np.int64) + 1970),
    "quarter": lambda moments: _month(moments) // 3,
    "month": _month,
    "day": lambda moments: clock.days(moments) - clock.days(moments.astype("datetime64[M]")) + 1,
    "weekday": _weekday,
    "weekend": lambda moments: np.asarray(_weekday(moments) >= 5, dtype=np.int64),
    "hour": lambda moments: np.asarray(moments.astype(np.int64) // 3_600_000_000 % 24),
}
LEVELS: Mapping[Part, tuple[str, ...]] = {"quarter": ("1", "2", "3", "4"), "month": MONTHS, "weekday": WEEKDAYS}


@dataclass(frozen=True)
class FittedCalendar(FittedStep):
    """The parts of the moments of a column, by the clock of a zone."""

    of: str
    parts: tuple[Part, ...]
    since: str | None
    zone: str | None
    keep: bool

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each; of a missing moment every part is missing."""
        moments, missing = clock.local(columns[self.of], self.zone), np.isnat(columns[self.of])
        kept = {name: found for name, found in columns.items() if self.keep or name != self.of}
        for name in self.parts:
            kept[f"{self.of}_{name}"] = _told(name, PARTS[name](moments), missing)
        if self.since is not None:
            other = columns[self.since]
            apart = columns[self.of].astype(np.int64) / DAY - other.astype(np.int64) / DAY
            kept[_apart(self.of, self.since)] = np.where(missing | np.isnat(other), np.nan, apart)
        return kept

    @property
    def made(self) -> tuple[Column, ...]:
        """A column a part."""
        found = [_column(f"{self.of}_{name}", name, self.of) for name in self.parts]
        if self.since is not None:
            name = _apart(self.of, self.since)
            found.append(Column(name, Kind.NUMBER, storage="float", reason=f"days from {self.since} to {self.of}"))
        return tuple(found)

    def state(self) -> State:
        """All of it."""
        return {"of": self.of, "parts": list(self.parts), "since": self.since, "zone": self.zone, "keep": self.keep}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From all of it."""
        parts: Any = state["parts"]
        since, zone = (None if state[key] is None else str(state[key]) for key in ("since", "zone"))
        return cls(str(state["of"]), tuple(parts), since, zone, bool(state["keep"]))


@part
class Calendar(Step):
    """Each of the `parts` of the moments in `of` as a column, and the days `since` another column's.

    Moments are in UTC as far as they were written with a zone; `zone` names the clock that days and hours go by.
    """

    fitted: ClassVar[type[FittedStep]] = FittedCalendar

    of: str
    parts: tuple[Part, ...] = Field(default=(), description="those that differ in the training rows if not said")
    since: str | None = Field(default=None, description="a column of times, to count days from")
    zone: Annotated[str, AfterValidator(clock.known)] | None = Field(default=None, description="as Asia/Shanghai")
    keep: bool = Field(default=True, description="whether the moments themselves stay")

    def fit(
        self,
        columns: Mapping[str, Values],
        known: Mapping[str, Column],
        target: Floats | None,  # noqa: ARG002 - the target says nothing of the calendar
        seed: int,  # noqa: ARG002
    ) -> FittedCalendar:
        """Look which parts differ.

        Raises:
            RecipeError: a column is not there or holds no times, or a name is taken.
        """
        since = [] if self.since is None else [self.since]
        choosing.columns([self.of, *since], known, {Kind.TIME}, "calendar")
        parts = self.parts or self._differing(columns[self.of])
        fitted = FittedCalendar(self.of, parts, self.since, self.zone, self.keep)
        choosing.fresh([column.name for column in fitted.made], known, "calendar")
        return fitted

    def _differing(self, moments: Values) -> tuple[Part, ...]:
        there = clock.local(moments[~np.isnat(moments)], self.zone)
        return tuple(name for name, of in PARTS.items() if len(np.unique(of(there))) > 1)


def _column(name: str, of: Part, source: str) -> Column:
    kind = Kind.CATEGORY if of in LEVELS else Kind.BOOLEAN if of == "weekend" else Kind.NUMBER
    storage: Storage = "string" if of in LEVELS else "boolean" if of == "weekend" else "integer"
    return Column(name, kind, levels=LEVELS.get(of, ()), storage=storage, reason=f"the {of} of {source}")


def _told(name: Part, found: Ints, missing: Values) -> Values:
    """A part [rows] as the values of its kind."""
    if name in LEVELS:
        levels = np.array([*LEVELS[name], None], dtype=object)
        return levels[np.where(missing, len(levels) - 1, found)]
    return np.where(missing, np.nan, found.astype(np.float64))


def _apart(of: str, since: str) -> str:
    return f"{of}_days_since_{since}"
