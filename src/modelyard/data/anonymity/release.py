"""A table made anonymous: the classes, what they are called, and what it costs and leaves open.

Sweeney, k-anonymity, 2002: each combination of what may be known of a person stands in at least k rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.errors import DataError
from modelyard.core.seeds import generator
from modelyard.data.anonymity import diversity, mondrian
from modelyard.data.anonymity.diversity import Sort
from modelyard.data.anonymity.quasi import Quasi, quasi

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from modelyard.core.types import Ints


@dataclass(frozen=True)
class Promise:
    """At least `k` rows in a class, which leave at least `l` values of each sensitive column open."""

    k: int = 5
    l: float = 1  # noqa: E741 - the letter of the literature
    diversity: Sort = "distinct"


@dataclass(frozen=True)
class Measured:
    """What a release is like.

    `ncp` is the mean width of a generalised cell, from 0 (as it was) to 1 (nothing is left), and `by_column` that of
    each column (Xu et al. 2006); `discernibility` the sum of the classes' squared sizes (Bayardo and Agrawal 2005).
    `risk` is the chance of whoever knows all of the quasi-identifiers of a person in the table to pick that person's
    row: of the worst row, and of the mean one, which is classes / rows.
    """

    rows: int
    classes: int
    smallest: int
    median: float
    largest: int
    diversity: dict[str, float]
    ncp: float
    by_column: dict[str, float]
    discernibility: int
    risk: float
    mean_risk: float


def release(
    frame: pl.DataFrame, names: Sequence[str], sensitive: Sequence[str], promise: Promise, seed: int = 7
) -> tuple[pl.DataFrame, Measured]:
    """The frame with the quasi-identifiers `names` generalised until the promise is kept; its rows in another order.

    Raises:
        DataError: not even one class of all rows keeps it.
    """
    columns = [quasi(frame[name]) for name in names]
    codes = [diversity.codes_of(frame[name]) for name in sensitive]
    diverse = diversity.diverse(codes, promise.l, promise.diversity)
    _possible(frame.height, codes, sensitive, promise)
    found = mondrian.classes(columns, lambda rows: len(rows) >= promise.k and diverse(rows))
    told = frame.with_columns([_labels(column, found, frame.height) for column in columns])
    order = generator(seed, "anonymise").permutation(frame.height)  # the old order would tell who is who
    open_ = {
        name: min(diversity.diversity(column[rows], promise.diversity) for rows in found)
        for name, column in zip(sensitive, codes, strict=True)
    }
    return told[order], _measured(columns, found, open_)


def _possible(height: int, codes: Sequence[Ints], sensitive: Sequence[str], promise: Promise) -> None:
    if height < promise.k:
        raise DataError(f"{height} rows cannot be alike in classes of {promise.k}", "k", "ask for a smaller k")
    for name, column in zip(sensitive, codes, strict=True):
        has = diversity.diversity(column, promise.diversity)
        if has < promise.l - 1e-9:
            hint = "ask for a smaller l, or leave the column out"
            raise DataError(
                f"has {has:.3g} values to leave open in the whole table, and {promise.l:g} are asked", name, hint
            )


def _labels(column: Quasi, classes: Sequence[Ints], height: int) -> pl.Series:
    """What each row's class is called in a column."""
    import polars as pl

    told: list[str | None] = [None] * height
    for rows in classes:
        label = column.label(int(column.codes[rows].min()), int(column.codes[rows].max()))
        for row in rows.tolist():
            told[row] = label
    return pl.Series(column.name, told, dtype=pl.String)


def _measured(columns: Sequence[Quasi], classes: Sequence[Ints], left: dict[str, float]) -> Measured:
    sizes = np.array([len(rows) for rows in classes])
    by_column = {
        column.name: float(
            np.average(
                [column.width(int(column.codes[r].min()), int(column.codes[r].max())) for r in classes], weights=sizes
            )
        )
        for column in columns
    }
    return Measured(
        rows=int(sizes.sum()),
        classes=len(classes),
        smallest=int(sizes.min()),
        median=float(np.median(sizes)),
        largest=int(sizes.max()),
        diversity=left,
        ncp=float(np.mean(list(by_column.values()))),
        by_column=by_column,
        discernibility=int((sizes**2).sum()),
        risk=1 / int(sizes.min()),
        mean_risk=len(classes) / int(sizes.sum()),
    )
