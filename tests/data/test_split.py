"""Rows dealt out by one seed: no row twice, every class in training, sizes as asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import DataError
from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
from modelyard.data.read import Rows
from modelyard.data.split import split
from modelyard.data.splits.dealing import deal
from modelyard.recipe.schema import SplitSpec

SHARES = st.sampled_from([(0.2, 0.2), (0.1, 0.3), (0.0, 0.25), (0.5, 0.4), (0.01, 0.01), (0.33, 0.33), (0.0, 0.0)])


@given(strata=st.lists(st.integers(0, 6), min_size=1, max_size=150), shares=SHARES, seed=st.integers(0, 2**31))
def test_every_row_has_one_part_and_every_stratum_a_row_to_learn_from(
    strata: list[int], shares: tuple[float, ...], seed: int
) -> None:
    found = np.array(strata)
    part = deal(found, shares, np.random.default_rng(seed))
    assert part.shape == found.shape
    assert set(part.tolist()) <= {0, 1, 2}
    assert set(found[part == 0].tolist()) == set(strata)
    wanted = [round(share * len(strata)) for share in shares]
    if len(set(strata)) <= len(strata) - sum(wanted):  # each stratum's row to learn from leaves the sizes as asked
        assert [(part == number).sum() for number in (1, 2)] == wanted
    again = deal(found, shares, np.random.default_rng(seed))
    assert np.array_equal(part, again)


@given(
    counts=st.lists(st.integers(20, 200), min_size=1, max_size=5),
    shares=st.sampled_from([(0.2, 0.2), (0.1, 0.3), (0.25, 0.5)]),
    seed=st.integers(0, 2**31),
)
def test_each_stratum_is_dealt_in_proportion(counts: list[int], shares: tuple[float, ...], seed: int) -> None:
    strata = np.repeat(np.arange(len(counts)), counts)
    part = deal(strata, shares, np.random.default_rng(seed))
    left = 1.0
    for number, share in enumerate(shares, 1):
        assert (part == number).sum() == round(share * len(strata))
        for stratum, count in enumerate(counts):
            assert abs((part[strata == stratum] == number).sum() - share * count) <= 2
        left -= share


def test_another_seed_deals_otherwise() -> None:
    strata = np.zeros(100, dtype=np.int64)
    parts = [deal(strata, (0.2, 0.2), np.random.default_rng(seed)).tolist() for seed in range(5)]
    assert len({tuple(part) for part in parts}) == 5


def test_every_row_of_a_stratum_is_as_likely_to_be_tested() -> None:
    strata = np.array([0] * 30 + [1] * 10)
    times = sum((deal(strata, (0.25, 0.25), np.random.default_rng(seed)) == 1).astype(float) for seed in range(800))
    for stratum in (times[:30] / 800, times[30:] / 800):
        assert np.abs(stratum - stratum.mean()).max() < 0.07  # four standard deviations of a share of 800


def rows(count: int, task: Task = Task.BINARY, **parts: Table) -> Rows:
    target = {Task.BINARY: [i % 2 for i in range(count)], Task.REGRESSION: [i * 1.5 for i in range(count)]}[task]
    columns = (
        Column("row", Kind.NUMBER),
        Column("y", Kind.NUMBER, Role.TARGET, levels=("0", "1") if task.classifies else ()),
        Column("w", Kind.NUMBER, Role.WEIGHT),
    )
    frame = pl.DataFrame({"row": list(range(count)), "y": target, "w": [1.0] * count})
    return Rows(Table(frame, Schema(columns)), parts.get("valid"), parts.get("test"), task, "", ())


def ids(table: Table) -> set[int]:
    return set(table.frame["row"].to_list())


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
@pytest.mark.parametrize("by", [None, "random", "stratified"])
def test_parts_are_disjoint_and_complete(task: Task, by: Any) -> None:
    parts = split(rows(100, task), SplitSpec(by=by, valid=0.1, test=0.3), seed=5)
    found = [ids(parts.train), ids(parts.valid), ids(parts.test)]
    assert [len(part) for part in found] == [60, 10, 30]
    assert set.union(*found) == set(range(100))
    if by == "stratified" and task is Task.REGRESSION:  # small and large targets in each part
        assert min(found[1]) < 20
        assert max(found[1]) > 80


@pytest.mark.parametrize("seed", range(20))
def test_every_class_is_learnt_of_however_chance_deals(seed: int) -> None:
    whole = rows(12)
    rare = Table(whole.train.frame.with_columns(y=pl.Series([1, 1] + [0] * 10)), whole.train.schema)
    parts = split(replace(whole, train=rare), SplitSpec(by="random", valid=0.4, test=0.4), seed=seed)
    assert set(parts.train.frame["y"].to_list()) == {0, 1}
    assert sum(len(part) for part in (parts.train, parts.valid, parts.test)) == 12


def test_a_part_that_is_given_is_not_dealt() -> None:
    given_rows = rows(10).train
    parts = split(rows(100, test=given_rows), SplitSpec(), seed=5)
    assert parts.test is given_rows
    assert (len(parts.train), len(parts.valid)) == (80, 20)
    parts = split(rows(100, test=given_rows, valid=given_rows), SplitSpec(), seed=5)
    assert (len(parts.train), parts.valid, parts.test) == (100, given_rows, given_rows)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_too_few_rows_are_told(count: int) -> None:
    with pytest.raises(DataError, match="the split leaves no row for"):
        split(rows(count), SplitSpec(), seed=5)


def test_a_part_without_any_weight_is_told() -> None:
    whole = rows(20)
    light = Table(whole.train.frame.with_columns(w=pl.lit(0.0)), whole.train.schema)
    with pytest.raises(DataError, match="every row of test has weight zero"):
        split(rows(20, test=light), SplitSpec(), seed=5)
