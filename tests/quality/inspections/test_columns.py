"""Inspections of whole columns, and of what they say of the target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.recipe.schema import Section
from tests.quality import subjects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.core.findings import Finding

ROWS = 400
Columns = dict[str, list[Any]]


def yes(columns: Columns) -> Any:
    return np.array([value == "yes" for value in columns["target"]])


def random() -> np.random.Generator:
    return np.random.default_rng(5)


# inspection, how a column of values is made of the sound ones, the finding's word and severity
CASES: dict[str, tuple[str, Callable[[Columns], Any], str, str]] = {
    "constant": ("constant", lambda _: ["x"] * ROWS, "constant", "note"),
    "nearly constant": ("constant", lambda _: ["y", *["x"] * (ROWS - 1)], "nearly_constant", "note"),
    "the same": ("duplicate_columns", lambda c: c["spent"], "duplicate_columns", "note"),
    "renamed": ("duplicate_columns", lambda c: [f"<{v}>" for v in c["city"]], "duplicate_columns", "warning"),
    "a unit": ("duplicate_columns", lambda c: [v * 1.8 + 32 for v in c["points"]], "linear_copy", "warning"),
    "nearly": (
        "duplicate_columns",
        lambda c: np.array(c["points"]) + random().normal(0, 0.03, ROWS),
        "near_duplicate_columns",
        "note",
    ),
    "missing": ("missing", lambda _: [1.5 if p % 9 == 0 else None for p in range(ROWS)], "missing", "warning"),
    "many levels": (
        "levels",
        lambda _: [f"L{v}" for v in random().integers(0, 150, ROWS)],
        "many_levels",
        "warning",
    ),
    "copy of the target": ("target_copy", lambda c: np.where(yes(c), 4, 9), "target_copy", "severe"),
    "leak": ("leakage", lambda c: yes(c) + random().normal(0, 0.15, ROWS), "leakage", "severe"),
    "only for one class": (
        "telltale_missing",
        lambda c: [float(p % 7) if v and p % 3 else None for p, v in enumerate(yes(c))],
        "telltale_missing",
        "severe",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_column_is_found_and_the_others_are_not(tmp_path: Path, case: str) -> None:
    inspection, make, word, severity = CASES[case]
    columns = subjects.sound(ROWS)
    columns = {"extra": list(np.asarray(make(columns)).tolist()), **columns}
    (finding,) = [f for f in subjects.found(inspection, subjects.subject(tmp_path, columns)) if f.finding == word]
    assert "extra" in finding.columns
    assert finding.severity == severity


@pytest.mark.parametrize("inspection", sorted({inspection for inspection, *_ in CASES.values()}))
def test_nothing_is_said_of_sound_columns(tmp_path: Path, inspection: str) -> None:
    assert subjects.found(inspection, subjects.subject(tmp_path, subjects.sound(ROWS))) == []


def named(tmp_path: Path, inspection: str, name: str, values: list[Any], **said: Any) -> list[Finding]:
    return subjects.found(inspection, subjects.subject(tmp_path, {**subjects.sound(ROWS), name: values}, **said))


def test_keys_that_come_twice(tmp_path: Path) -> None:
    keys = random().permutation(9999)[:ROWS].tolist()
    keys[17] = keys[3]
    (finding,) = named(tmp_path, "repeated_keys", "order_id", keys)
    assert finding.evidence["rows"] == [18]
    assert named(tmp_path, "repeated_keys", "acid", keys) == []


def test_customers_whose_target_stays_are_severe(tmp_path: Path) -> None:
    owners = random().integers(0, 60, ROWS)
    columns = {**subjects.sound(ROWS), "customer_id": [f"c{owner}" for owner in owners]}
    (finding,) = subjects.found("entities", subjects.subject(tmp_path, columns))
    assert finding.severity == "warning"
    columns["target"] = ["yes" if owner % 3 == 0 else "no" for owner in owners]
    (finding,) = subjects.found("entities", subjects.subject(tmp_path, columns))
    assert finding.severity == "severe"
    assert finding.remedy == "split: {by: group, column: customer_id}"


@pytest.mark.parametrize(
    ("said", "severity"), [({}, "warning"), ({"columns": {"case_id": {"kind": "number"}}}, "severe")]
)
def test_an_identifier_that_orders_the_target(tmp_path: Path, said: dict[str, Any], severity: str) -> None:
    columns = subjects.sound(ROWS)
    columns["case_id"] = np.argsort(np.argsort(~yes(columns), kind="stable")).tolist()
    (finding,) = subjects.found("order", subjects.subject(tmp_path, columns, **said))
    assert (finding.finding, finding.severity) == ("ordered_identifier", severity)


def test_rows_sorted_by_the_target(tmp_path: Path) -> None:
    columns = subjects.sound(ROWS)
    order = np.argsort(yes(columns), kind="stable").tolist()
    sorted_rows = {name: [column[place] for place in order] for name, column in columns.items()}
    (finding,) = subjects.found("order", subjects.subject(tmp_path, sorted_rows))
    assert finding.finding == "ordered_rows"
    assert subjects.found("order", subjects.subject(tmp_path, columns)) == []


@pytest.mark.parametrize(
    ("name", "found"), [("final_amount", 1), ("closed_at_branch", 1), ("结清金额", 1), ("finals", 0)]
)
def test_names_of_what_comes_after(tmp_path: Path, name: str, found: int) -> None:
    assert len(named(tmp_path, "afterwards", name, random().integers(0, 50, ROWS).tolist())) == found


class ByTime(Section):
    """A split by a column of moments."""

    by: str = "time"
    column: tuple[str, ...] = ("at",)


def test_dates_after_the_moment_of_the_prediction(tmp_path: Path) -> None:
    days = [date(2020, 1, 1) + timedelta(days=place) for place in range(ROWS)]
    columns = {**subjects.sound(ROWS), "at": days, "until": [day + timedelta(days=9) for day in days]}
    looked = subjects.subject(tmp_path, columns)
    assert subjects.found("afterwards", looked) == []
    looked = replace(looked, recipe=looked.recipe.model_copy(update={"split": ByTime()}))
    (finding,) = subjects.found("afterwards", looked)
    assert (finding.columns, finding.severity) == (("until", "at"), "severe")
    assert subjects.found("time_order", looked) == []


def test_identifiers(tmp_path: Path) -> None:
    codes = [f"k{value}" for value in random().permutation(ROWS)]
    (left_out,) = named(tmp_path, "identifiers", "code", codes)
    (forced,) = named(tmp_path, "identifiers", "code", codes, columns={"code": {"kind": "category"}})
    assert (left_out.severity, forced.severity) == ("note", "warning")
    assert named(tmp_path, "identifiers", "code", codes, columns={"code": {"role": "ignore"}}) == []


def test_moments_and_a_split_at_random(tmp_path: Path) -> None:
    days = [date(2020, 1, 1) + timedelta(days=place) for place in range(ROWS)]
    (finding,) = named(tmp_path, "time_order", "at", days)
    assert finding.remedy == "split: {by: time, column: at}"
    assert named(tmp_path, "time_order", "birth_date", days) == []


@pytest.mark.parametrize(
    ("weights", "word"),
    [
        ([1.0] * (ROWS - 1) + [5000.0], "few_effective_rows"),
        ([0.0] * 40 + [1.0] * (ROWS - 40), "no_weight"),
        (None, "telling_weight"),
    ],
)
def test_odd_weights(tmp_path: Path, weights: list[float] | None, word: str) -> None:
    columns = subjects.sound(ROWS)
    columns["w"] = weights or np.where(yes(columns), 2.0, 1.0).tolist()
    told = subjects.found("weights", subjects.subject(tmp_path, columns, columns={"w": {"role": "weight"}}))
    assert [finding.finding for finding in told] == [word]


def test_texts(tmp_path: Path) -> None:
    texts = [f"the parcel number {place} came on a day with much rain and wind" for place in range(ROWS)]
    texts[4], texts[7], texts[9] = "  ", f"<p>{texts[7]}</p>", "long " * 5000
    told = named(tmp_path, "texts", "note", texts, columns={"note": {"kind": "text"}})
    assert {finding.finding: finding.evidence["rows"] for finding in told} == {
        "empty_texts": [5],
        "long_texts": [10],
        "markup": [8],
    }


def test_the_class_in_its_texts(tmp_path: Path) -> None:
    columns = subjects.sound(ROWS)
    columns["target"] = ["churned" if value == "yes" else "stayed" for value in columns["target"]]
    columns["note"] = [f"call {p} ended, {v if p % 2 else 'fine'} and all" for p, v in enumerate(columns["target"])]
    (finding,) = subjects.found(
        "label_in_text", subjects.subject(tmp_path, columns, columns={"note": {"kind": "text"}})
    )
    assert finding.severity == "severe"
    columns["note"] = [f"call {place} ended, churned or stayed, and all" for place in range(ROWS)]
    assert (
        subjects.found("label_in_text", subjects.subject(tmp_path, columns, columns={"note": {"kind": "text"}})) == []
    )


def priced(price: Any) -> Columns:
    columns = subjects.sound(ROWS)
    return {**columns, "target": np.asarray(price).tolist()}


def test_numbers_as_a_target(tmp_path: Path) -> None:
    drawn = random()
    points = np.array(subjects.sound(ROWS)["points"])
    price = 900 + 40 * points + drawn.normal(0, 25, ROWS)
    sound = priced(price)
    for inspection in ("skew", "leakage", "target_copy", "size", "balance", "label_noise"):
        assert subjects.found(inspection, subjects.subject(tmp_path, sound)) == []
    (copy,) = subjects.found("target_copy", subjects.subject(tmp_path, {**sound, "cents": (price * 100).tolist()}))
    assert copy.columns == ("cents", "target")
    leak = subjects.found(
        "leakage", subjects.subject(tmp_path, {**sound, "fee": (price * 0.05 + drawn.normal(0, 0.05, ROWS)).tolist()})
    )
    assert [finding.columns for finding in leak] == [("fee",)]
    skewed = subjects.found("skew", subjects.subject(tmp_path, priced(np.exp(price / 20))))
    assert "skewed_target" in {finding.finding for finding in skewed}
    price[5] = 1e9
    assert "target_outliers" in {f.finding for f in subjects.found("skew", subjects.subject(tmp_path, priced(price)))}


def test_few_rows_and_rare_classes(tmp_path: Path) -> None:
    few = {name: column[:40] for name, column in subjects.sound(ROWS).items()}
    assert [f.finding for f in subjects.found("size", subjects.subject(tmp_path, few))] == ["few_rows"]
    wide = {**few, **{f"x{place}": draw.tolist() for place, draw in enumerate(random().normal(0, 1, (60, 40)))}}
    assert [f.severity for f in subjects.found("size", subjects.subject(tmp_path, wide))] == ["severe", "severe"]
    columns = subjects.sound(ROWS)
    columns["target"] = ["yes" if place < 3 else "no" for place in range(ROWS)]
    words = [finding.finding for finding in subjects.found("balance", subjects.subject(tmp_path, columns))]
    assert words == ["few_rows_of_class", "imbalance"]
