"""Rows as one number each, so that the same ones are found in a table of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.data import copies
from modelyard.quality import chance

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from modelyard.core.types import Ints
    from modelyard.quality.subject import Subject

DIGITS = 4  # of a number that make two rows nearly the same


def of_rows(frame: pl.DataFrame, columns: Sequence[str]) -> Ints:
    """A number a row, [rows] uint64: the same for the same values."""
    return frame.select(columns).hash_rows(seed=0).to_numpy()


def roughly(frame: pl.DataFrame, columns: Sequence[str]) -> Ints:
    """The same for rows that nearly are: numbers to four digits, texts without case, width and white space."""
    return of_rows(frame.select([_rough(frame[name]) for name in columns]), columns)


def later(marks: Ints) -> Ints:
    """The rows [copies] whose number an earlier row has."""
    _, first = np.unique(marks, return_index=True)
    return np.setdiff1d(np.arange(len(marks)), first)


def rich(subject: Subject, columns: Sequence[str]) -> bool:
    """Whether columns could tell nearly all rows apart by themselves, so that the same rows are no chance.

    Were the columns independent, of n rows n (n - 1) / 2 pairs times the product of the columns' sums of squared shares
    would be the same; fewer than one row in twenty is what a rich table has.
    """
    rows = subject.frame.height
    counts = [subject.frame[name].value_counts()["count"].to_numpy() for name in columns]
    return chance.twins(counts, rows) < rows / 20


def _rough(series: pl.Series) -> pl.Series:
    import polars as pl

    if series.dtype == pl.String:
        distinct = series.drop_nulls().unique()
        plain = pl.Series([copies.plain(value) for value in distinct.to_list()], dtype=pl.String)
        return series.replace_strict(distinct, plain, default=None, return_dtype=pl.String)
    return series.cast(pl.Float64).round_sig_figs(DIGITS) if series.dtype.is_numeric() else series
