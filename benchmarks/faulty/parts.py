"""Faults between parts that a recipe gives each as a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from faulty.work import fault

if TYPE_CHECKING:
    from faulty.work import Work

Rows = np.ndarray


@fault("parts", "overlap")
def plant_rows_of_train_in_test(work: Work) -> Rows:
    """Rows of train in test."""
    return _into_test(work, 0, 20, lambda row: row)


@fault("parts", "near_overlap")
def plant_rows_nearly_of_train_in_test(work: Work) -> Rows:
    """Rows nearly of train in test."""
    return _into_test(work, 30, 15, lambda row: {**row, "income": row["income"] * 1.0000001})


@fault("parts", "unseen_levels", column="city")
def plant_levels_that_train_lacks(work: Work) -> Rows:
    """Levels that train lacks."""
    return _into_test(work, 60, 12, lambda row: {**row, "city": "Vienna", "score": row["score"] + 0.31})


@fault("keys", "shared_keys", column="customer_id")
def plant_customers_in_two_parts(work: Work) -> Rows:
    """Customers in two parts."""
    _parted(work)
    work.columns["customer_id"] = [f"C{place:05}" for place in range(work.rows)]
    count = len(work.parts["test"]["age"])
    work.parts["test"]["customer_id"] = [f"C{place if place < 30 else place + work.rows:05}" for place in range(count)]
    return np.arange(30)


@fault("drift", "column_drift", column="income")
def plant_column_that_moved(work: Work) -> None:
    """Column that moved."""
    _parted(work)
    work.parts["test"]["income"] = [value * 1.9 for value in work.parts["test"]["income"]]


@fault("drift", "drift")
def plant_part_of_another_place(work: Work) -> None:
    """Part of another place."""
    _parted(work)
    work.parts["test"]["score"] = [value + 2.5 for value in work.parts["test"]["score"]]


@fault("target drift", "target_drift", column="left")
def plant_classes_that_moved(work: Work) -> None:
    """Classes that moved."""
    _parted(work)
    left = work.parts["test"]["left"]
    work.parts["test"]["left"] = ["yes" if place % 2 else value for place, value in enumerate(left)]


def _parted(work: Work) -> None:
    """A quarter of the rows becomes the part for testing."""
    if not work.parts:
        cut = work.rows * 3 // 4
        work.parts["test"] = {name: column[cut:] for name, column in work.columns.items()}
        work.columns = {name: column[:cut] for name, column in work.columns.items()}
        work.rows = cut


def _into_test(work: Work, first: int, count: int, change: Any) -> Rows:  # noqa: ANN401 - a function of a row
    """Some rows of train at the end of test, changed."""
    _parted(work)
    start = len(work.parts["test"]["age"])
    for place in range(first, first + count):
        row = change({name: column[place] for name, column in work.columns.items()})
        for name, value in row.items():
            work.parts["test"][name].append(value)
    return np.arange(start, start + count)
