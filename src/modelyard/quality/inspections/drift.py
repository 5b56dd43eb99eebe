"""Parts that do not come from the same place: what is learnt on one may not hold on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind, Table
from modelyard.data import values
from modelyard.quality import chance, encoded, foretelling
from modelyard.quality import codes as coded
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column
    from modelyard.quality.subject import Subject

ROWS = 4000  # of each part that are told apart
FEWEST = 30


@part
class Drift(Inspection):
    """Tests each column and the whole of each part that the recipe gives beside train.

    A column: Kolmogorov and Smirnov's gap for numbers, the share of rows that would have to move for levels; all
    together with a share `rate` of false discoveries (Benjamini and Hochberg 1995). The whole: how well boosted trees
    tell rows of both parts apart (Lopez-Paz and Oquab 2017). How bad it is goes by the size of the effect, never by a
    p-value, as in a large table everything differs.
    """

    slow: ClassVar[bool] = True
    rate: float = Field(default=0.01, gt=0, lt=1)
    effect: float = Field(default=0.1, gt=0, lt=1, description="gap, or share of rows, from which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """For each part: the whole, then the columns that moved most."""
        for part_name, table in subject.parts.items():
            if part_name != "train" and min(len(table), subject.frame.height) >= FEWEST:
                yield from self._whole(subject, part_name, table)
                yield from self._columns(subject, part_name, table)

    def _whole(self, subject: Subject, part_name: str, table: Table) -> Iterator[Finding]:
        both = [subject.some(ROWS)[0], _some(table, subject.recipe.seed)]
        columns = [c for c in subject.having() if c.kind is not Kind.TIME]
        if not columns:
            return
        matrix = encoded.for_trees(_joined(both, columns), columns)
        there = np.repeat([0.0, 1.0], [len(one) for one in both])
        wanted = np.stack([1 - there, there], axis=1)
        fold = foretelling.folds(len(there), subject.recipe.seed) % 3
        told = foretelling.together(matrix, wanted, fold, subject.recipe.seed)[:, 1]
        area = foretelling.area(there, told)
        small = min(len(one) for one in both)
        if area >= 0.6 + 1.5 / small**0.5:
            yield Finding(
                "drift",
                Severity.SEVERE if area >= 0.9 else Severity.WARNING if area >= 0.7 else Severity.NOTE,
                f"rows of train and {part_name} can be told apart (AUC {area:.3f}; 0.5: not at all)",
                (),
                {"auc": round(area, 4), "part": part_name, "rows": len(there)},
                hint="look at the columns below: is it another time, place or way of recording?",
            )

    def _columns(self, subject: Subject, part_name: str, table: Table) -> Iterator[Finding]:
        columns = [c for c in (*subject.having(), subject.target) if c.kind not in {Kind.TEXT, Kind.TIME}]
        told = [_moved(subject.rows.train, table, column) for column in columns]
        said = chance.discoveries([p for _, p in told], self.rate)
        found = [(e, p, c) for (e, p), c, yes in zip(told, columns, said, strict=True) if yes and e >= self.effect]
        for effect, p_value, column in sorted(found, key=lambda one: -one[0]):
            target = column.name == subject.target.name
            yield Finding(
                "target_drift" if target else "column_drift",
                Severity.WARNING if effect >= 2 * self.effect or target else Severity.NOTE,
                f"is not the same in train and {part_name}: {effect:.0%} of the rows would have to move",
                (column.name,),
                {"effect": round(effect, 4), "p_value": float(f"{p_value:.3g}"), "part": part_name},
                hint="is it another time, place or unit?",
            )


def _moved(train: Table, other: Table, column: Column) -> tuple[float, float]:
    """How far a column moved and how probable that is by chance; what is missing counts as a level of its own."""
    left, right = (values.from_series(table.frame[column.name], column) for table in (train, other))
    if column.kind is Kind.NUMBER:
        one, two = (found[~np.isnan(found)].astype(np.float64) for found in (left, right))
        gone = [np.array([len(all_) - len(known), len(known)]) for all_, known in ((left, one), (right, two))]
        return max(chance.gap(one, two), chance.moved(gone[0], gone[1]))
    codes = coded.of_levels(np.concatenate([left, right]).astype(object)) + 1
    width = int(codes.max()) + 1
    return chance.moved(
        np.bincount(codes[: len(left)], minlength=width), np.bincount(codes[len(left) :], minlength=width)
    )


def _some(table: Table, seed: int) -> Table:
    from modelyard.core.seeds import generator

    if len(table) <= ROWS:
        return table
    return table.take(np.sort(generator(seed, "drift").choice(len(table), ROWS, replace=False)))


def _joined(both: list[Table], columns: list[Column]) -> Table:
    """Rows of two parts, one below the other, with the types of the first."""
    import polars as pl

    first = both[0].frame.select([c.name for c in columns])
    second = both[1].frame.select([both[1].frame[c.name].cast(first.schema[c.name], strict=False) for c in columns])
    return Table(pl.concat([first, second]), both[0].schema)
