"""Whatever the table, every class keeps its promise, or nothing is released."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import DataError
from modelyard.data.anonymity.quasi import quasi
from modelyard.data.anonymity.release import Promise, release

if TYPE_CHECKING:
    from modelyard.data.anonymity.diversity import Sort

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 90)),
        st.one_of(st.none(), st.sampled_from(["Ulm", "Kiel", "北京", "*", "[1, 2]"])),
        st.one_of(st.none(), st.sampled_from(["flu", "cold", "asthma"])),
    ),
    min_size=1,
    max_size=60,
)


def table(rows: Sequence[tuple[int | None, str | None, str | None]]) -> pl.DataFrame:
    schema = {"age": pl.Int64, "city": pl.String, "illness": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def open_values(illnesses: list[str | None], sort: Sort) -> float:
    """The slow way: counted one by one."""
    counts = Counter(one for one in illnesses if one is not None)
    if sort == "distinct":
        return len(counts)
    total = sum(counts.values())
    return math.exp(-sum(n / total * math.log(n / total) for n in counts.values())) if total else 0.0


@given(ROWS, st.integers(2, 6), st.sampled_from([1.0, 2.0, 2.5]), st.sampled_from(["distinct", "entropy"]))
def test_every_class_has_k_rows_and_l_values(
    rows: list[tuple[int | None, str | None, str | None]], k: int, least: float, sort: Sort
) -> None:
    frame = table(rows)
    whole = open_values([row[2] for row in rows], sort)
    if len(rows) < k or whole < least - 1e-9:
        with pytest.raises(DataError):
            release(frame, ["age", "city"], ["illness"], Promise(k, least, sort))
        return
    told, measured = release(frame, ["age", "city"], ["illness"], Promise(k, least, sort))
    classes = told.group_by("age", "city").agg(pl.col("illness"))
    sizes = [len(one) for one in classes["illness"].to_list()]
    assert min(sizes) >= k
    assert all(open_values(one, sort) >= least - 1e-9 for one in classes["illness"].to_list())
    assert Counter(told["illness"].to_list()) == Counter(row[2] for row in rows)
    assert measured.rows == sum(sizes) == len(rows)
    assert measured.smallest >= k
    assert measured.risk == 1 / measured.smallest
    assert 0 <= measured.ncp <= 1


def test_nothing_is_lost_where_all_are_alike_already() -> None:
    told, measured = release(table([(30, "Ulm", "flu"), (30, "Ulm", "cold")] * 3), ["age", "city"], [], Promise(3))
    assert (measured.ncp, measured.classes, measured.discernibility) == (0.0, 1, 36)
    assert set(told["age"].to_list()) == {"30"}


def test_a_cut_is_made_where_both_halves_are_large_enough() -> None:
    rows = [(age, "Ulm", "flu") for age in (20, 20, 21, 60, 61, 61)]
    told, measured = release(table(rows), ["age"], [], Promise(3))
    assert sorted(set(told["age"].to_list())) == ["[20, 21]", "[60, 61]"]
    assert measured.by_column["age"] == pytest.approx(1 / 41)
    assert measured.mean_risk == pytest.approx(2 / 6)


def test_labels_tell_what_a_class_holds() -> None:
    column = quasi(pl.Series("city", ["Ulm", None, "Kiel", "Bonn"]))
    assert [column.label(0, 0), column.label(1, 1), column.label(1, 2), column.label(0, 1), column.label(0, 3)] == [
        None,
        "Bonn",
        "{Bonn, Kiel}",
        "{Bonn} or missing",
        "*",
    ]
    many = quasi(pl.Series("city", [chr(97 + place) for place in range(12)]))
    assert many.label(0, 10) == "a .. k"


def test_the_order_of_the_rows_tells_nothing() -> None:
    frame = table([(30, "Ulm", "flu")] * 20 + [(60, "Kiel", "cold")] * 20)
    told, _measured = release(frame, ["age"], [], Promise(5), seed=1)
    assert told["illness"].to_list() != frame["illness"].to_list()
