"""Faults of whole columns, in the same large table: those that tell nothing, twice, or too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from faulty.work import days, fault

if TYPE_CHECKING:
    from faulty.work import Work

Rows = np.ndarray
TABLE = "large"


@fault(TABLE, "constant", column="tenant")
def plant_constant(work: Work) -> None:
    """Constant."""
    work.columns["tenant"] = ["main"] * work.rows


@fault(TABLE, "nearly_constant", column="flag")
def plant_nearly_constant(work: Work) -> None:
    """Nearly constant."""
    work.columns["flag"] = ["off"] * work.rows
    work.change("flag", work.some(0.002), "on")


@fault(TABLE, "duplicate_columns", column="income_again")
def plant_same_column_twice(work: Work) -> None:
    """Same column twice."""
    work.columns["income_again"] = list(work.columns["income"])


@fault(TABLE, "duplicate_columns", column="city_code")
def plant_same_levels_by_other_names(work: Work) -> None:
    """Same levels by other names."""
    names = {name: f"Z{place}" for place, name in enumerate(sorted(set(work.columns["city"])))}
    work.columns["city_code"] = [names[name] for name in work.columns["city"]]


@fault(TABLE, "linear_copy", column="income_cents")
def plant_another_unit(work: Work) -> None:
    """Another unit."""
    work.columns["income_cents"] = [round(value * 100) for value in work.columns["income"]]


@fault(TABLE, "near_duplicate_columns", column="score_later")
def plant_nearly_the_same_column(work: Work) -> None:
    """Nearly the same column."""
    noise = work.chance.normal(0, 0.03, work.rows)
    work.columns["score_later"] = (np.array(work.columns["score"]) + noise).round(4).tolist()


@fault(TABLE, "many_levels", column="postcode")
def plant_very_many_levels(work: Work) -> None:
    """Very many levels."""
    work.columns["postcode"] = [f"D{value:05}" for value in work.chance.integers(0, work.rows // 3, work.rows)]


@fault(TABLE, "rare_levels", column="colour")
def plant_rare_levels(work: Work) -> None:
    """Rare levels."""
    work.columns["colour"] = work.chance.choice(["red", "blue", "green"], work.rows).tolist()
    work.change("colour", [3, 5], "mauve")


@fault(TABLE, "identifier", column="reference")
def plant_codes_that_name_rows(work: Work) -> None:
    """Codes that name rows."""
    codes = [f"R{value}-{place}" for place, value in enumerate(work.chance.integers(0, 999, work.rows))]
    work.columns["reference"] = codes
    work.said["columns"] = {**work.said.get("columns", {}), "reference": {"kind": "category"}}


@fault(TABLE, "repeated_key", column="invoice_id")
def plant_key_that_comes_twice(work: Work) -> Rows:
    """Key that comes twice."""
    work.columns["invoice_id"] = work.chance.permutation(work.rows * 3)[: work.rows].tolist()
    places = work.some(0.005)
    places = places[places > 0]
    work.change("invoice_id", places, [work.columns["invoice_id"][int(place) - 1] for place in places])
    return places


@fault(TABLE, "entities", column="household_id")
def plant_several_rows_of_one(work: Work) -> None:
    """Several rows of one."""
    work.columns["household_id"] = work.chance.integers(0, work.rows // 4, work.rows).tolist()


@fault(TABLE, "ordered_identifier", column="ticket_id")
def plant_identifier_that_orders_the_target(work: Work) -> None:
    """Identifier that orders the target."""
    order = np.where(work.positive, 0, work.rows) + work.chance.permutation(work.rows)
    work.columns["ticket_id"] = [f"T{value:06}" for value in order]


@fault(TABLE, "target_copy", column="status_code")
def plant_target_by_another_coding(work: Work) -> None:
    """Target by another coding."""
    work.columns["status_code"] = np.where(work.positive, 7, 3).tolist()


@fault(TABLE, "leakage", column="risk_points")
def plant_column_that_tells_too_much(work: Work) -> None:
    """Column that tells too much."""
    noise = work.chance.normal(0, 0.22, work.rows)
    work.columns["risk_points"] = (work.positive + noise).round(4).tolist()


@fault(TABLE, "telltale_missing", column="exit_fee")
def plant_filled_for_one_class_alone(work: Work) -> None:
    """Filled for one class alone."""
    there = work.positive & (work.chance.random(work.rows) < 0.4)
    fees = work.chance.uniform(5, 90, work.rows).round(2)
    work.columns["exit_fee"] = [float(fee) if yes else None for fee, yes in zip(fees, there, strict=True)]


@fault(TABLE, "afterwards", column="final_invoice")
def plant_name_of_what_comes_after(work: Work) -> None:
    """Name of what comes after."""
    amounts = work.chance.normal(100, 20, work.rows) + 60 * work.positive
    work.columns["final_invoice"] = amounts.round(2).tolist()


@fault(TABLE, "time_order", column="recorded")
def plant_moments_and_a_random_split(work: Work) -> None:
    """Moments and a random split."""
    work.columns["recorded"] = sorted(days(work))
