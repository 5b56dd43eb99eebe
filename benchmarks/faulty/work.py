"""What faults are planted into: a sound table, and the list of those that put something wrong into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

Found = tuple[str, ...]  # the words of findings by which a fault is found: any of them
Plant = Callable[["Work"], "Sequence[int] | np.ndarray | None"]


@dataclass
class Work:
    """A table while faults are put into it: its columns by name, and the chance that places them."""

    rows: int
    chance: np.random.Generator
    columns: dict[str, Any]
    target: str
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)  # other parts than train
    said: dict[str, Any] = field(default_factory=dict)  # of the recipe

    def some(self, share: float) -> np.ndarray:
        """Rows drawn at random, in their order; from 0 on."""
        count = max(3, round(share * self.rows))
        return np.sort(self.chance.choice(self.rows, count, replace=False))

    def change(self, name: str, places: Sequence[int] | np.ndarray, values: Any) -> None:  # noqa: ANN401
        """Put other values into some rows: one for all of them, or one for each."""
        column = list(self.columns[name])
        for turn, place in enumerate(places):
            column[int(place)] = values[turn] if isinstance(values, list) else values
        self.columns[name] = column

    @property
    def positive(self) -> np.ndarray:
        """Which rows are of the rarer class, for two classes."""
        return np.array([value == "yes" for value in self.columns[self.target]])

    def frame(self, part: str = "train") -> pl.DataFrame:
        """The table as it stands."""
        return pl.DataFrame(self.columns if part == "train" else self.parts[part], strict=False)


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which table, and what finds it: a finding's word, its column, its rows."""

    name: str
    table: str
    found: Found
    column: str
    plant: Plant


FAULTS: list[Fault] = []


def fault(table: str, *found: str, column: str = "") -> Callable[[Plant], Plant]:
    """A function that plants a fault into a table; it returns the rows that are wrong, where there are such."""

    def keep(plant: Plant) -> Plant:
        name = plant.__name__.removeprefix("plant_")
        FAULTS.append(Fault(name, table, found, column, plant))
        return plant

    return keep


def sound(rows: int, seed: int) -> Work:
    """Customers, some of whom leave, by what is known of them before; nothing is wrong with them."""
    chance = np.random.default_rng(seed)
    age = chance.integers(18, 90, rows)
    income = chance.lognormal(10, 0.5, rows).round(2)
    city = chance.choice(["Berlin", "Hamburg", "Munich", "Cologne", "Bremen"], rows)
    visits = chance.poisson(4, rows)
    member = chance.choice([True, False], rows)
    score = chance.normal(0, 1, rows).round(5)
    signal = 1.5 * score + (age - 50) / 15 + (city == "Berlin") - member + chance.logistic(0, 0.7, rows)
    leaves = signal > np.quantile(signal, 0.7)
    columns: dict[str, Any] = {
        "age": age.tolist(),
        "income": income.tolist(),
        "city": city.tolist(),
        "visits": visits.tolist(),
        "member": member.tolist(),
        "score": score.tolist(),
        "left": np.where(leaves, "yes", "no").tolist(),
    }
    return Work(rows, chance, columns, "left")


def days(work: Work, first: str = "2020-01-01", span: int = 900) -> list[date]:
    """A date for each row."""
    start = date.fromisoformat(first)
    return [start + timedelta(days=int(day)) for day in work.chance.integers(0, span, work.rows)]
