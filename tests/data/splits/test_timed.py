"""What is learnt from lies before what is measured on, by more than the gap; no moment is cut in two."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modelyard.core.errors import DataError
from modelyard.core.types import Column, Kind, Role, Schema, Table
from modelyard.data.splits import timed

MOMENTS = st.lists(st.integers(0, 40), min_size=3, max_size=60)
SHARES = st.sampled_from([(0.2, 0.2), (0.0, 0.3), (0.4, 0.0), (0.1, 0.5)])


@given(moments=MOMENTS, shares=SHARES, gap=st.integers(0, 6), seed=st.integers(0, 2**31))
def test_time_order_and_gap_hold(moments: list[int], shares: tuple[float, ...], gap: int, seed: int) -> None:
    when = np.array(moments)
    if len(set(moments)) < (fewest := 1 + sum(share > 0 for share in shares)):
        with pytest.raises(DataError, match=rf"{len(set(moments))} different moments are too few for {fewest} parts"):
            timed.deal(when, shares, gap)
        return
    try:
        part = timed.deal(when, shares, gap)
    except DataError:
        assume(not gap)  # which alone may leave nothing
        raise
    order = [0, *(number for number in (2, 1) if shares[number - 1])]
    assert set(part.tolist()) - {-1} == set(order)
    starts = {number: when[part == number].min() for number in order}
    for earlier, later in pairwise(order):
        assert when[part == earlier].max() < starts[later]
        assert when[part == earlier].max() <= starts[later] - gap
    for moment in when[part == -1]:
        assert any(start - gap < moment < start for start in starts.values())
    moved = np.random.default_rng(seed).permutation(len(when))
    assert np.array_equal(timed.deal(when[moved], shares, gap), part[moved])


@given(moments=MOMENTS, share=st.sampled_from([0.1, 0.25, 0.5]))
def test_a_part_begins_where_its_size_is_nearest(moments: list[int], share: float) -> None:
    assume(len(set(moments)) > 1)
    when = np.array(moments)
    size = int((timed.deal(when, (share,), 0) == 1).sum())
    wanted = max(round(share * len(when)), 1)
    possible = [int((when >= start).sum()) for start in sorted(set(moments))[1:]]
    assert abs(size - wanted) == min(abs(each - wanted) for each in possible)


@given(moments=MOMENTS, folds=st.integers(2, 5), gap=st.integers(0, 6))
def test_windows_expand_and_each_row_is_held_out_once(moments: list[int], folds: int, gap: int) -> None:
    when = np.array(moments)
    try:
        found = timed.windows(when, folds, gap)
    except DataError:
        assume(not gap and len(set(moments)) > 2 * folds and max(Counter(moments).values()) < 3)
        raise
    held = np.array([part == 1 for part in found])
    first = when[held[0]].min()
    assert held.sum(axis=0).tolist() == (when >= first).astype(int).tolist()
    for before, part in zip([None, *found], found, strict=False):
        start = when[part == 1].min()
        assert np.array_equal(part == 0, (when < start) & (when <= start - gap))
        assert before is None or (part == 0).sum() >= (before == 0).sum()


def table(**columns: list[object]) -> Table:
    kinds = {"at": Kind.TIME, "step": Kind.NUMBER, "code": Kind.CATEGORY}
    frame = pl.DataFrame(columns)
    storage = {name: "integer" if dtype.is_integer() else "string" for name, dtype in frame.schema.items()}
    return Table(
        frame,
        Schema(tuple(Column(name, kinds[name], Role.IGNORE, storage=storage[name]) for name in columns)),  # type: ignore[arg-type]
    )


def test_times_written_in_many_ways_are_moments() -> None:
    start = datetime(2026, 1, 1)  # noqa: DTZ001
    written = ["2026-01-01", "2026-01-02T00:00:00Z", "2026-01-03T01:00:00+01:00", None, "soon"]
    when, known = timed.moments(table(at=list(written)), "at")
    assert known.tolist() == [True, True, True, False, False]
    assert np.diff(when[known]).tolist() == [timed.DAY] * 2
    same, _ = timed.moments(table(at=[start, start + timedelta(days=1), start + timedelta(days=2)]), "at")
    assert np.array_equal(same, when[known])
    assert timed.ticks(1.5, when) == 1.5 * timed.DAY


def test_numbers_are_an_order_in_their_own_units() -> None:
    when, known = timed.moments(table(step=[3, None, 1]), "step")
    assert known.tolist() == [True, False, True]
    assert when[known].tolist() == [3.0, 1.0]
    assert timed.ticks(7, when) == 7
    when, _ = timed.moments(table(code=[2019, 2020]), "code")
    assert when.tolist() == [2019.0, 2020.0]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"code": ["a", "b"]}, "'code' is read as category, which has no order"),
        ({"at": ["soon", None]}, "no row has a value of 'at' that can be read"),
    ],
)
def test_what_is_no_time_is_told(columns: dict[str, list[object]], told: str) -> None:
    with pytest.raises(DataError, match=told):
        timed.moments(table(**columns), next(iter(columns)))
