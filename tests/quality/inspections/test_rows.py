"""Inspections of rows and of parts: copies, contradictions, overlaps, drift, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.data.read import target_values
from modelyard.quality import confident
from modelyard.quality.inspections import label_noise
from tests.quality import subjects

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 400
Columns = dict[str, list[Any]]


def repeated(columns: Columns, places: list[int], **changed: list[Any]) -> Columns:
    return {name: [*column, *(changed.get(name) or [column[p] for p in places])] for name, column in columns.items()}


def test_copies_and_contradictions(tmp_path: Path) -> None:
    columns = subjects.sound(ROWS)
    places = list(range(30))
    (copies,) = subjects.found("duplicate_rows", subjects.subject(tmp_path, repeated(columns, places)))
    assert (copies.finding, copies.evidence["count"]) == ("duplicate_rows", 30)
    assert copies.evidence["rows"] == list(range(ROWS + 1, ROWS + 21))
    other = ["no" if columns["target"][place] == "yes" else "yes" for place in places]
    (odd,) = subjects.found("duplicate_rows", subjects.subject(tmp_path, repeated(columns, places, target=other)))
    assert (odd.finding, odd.severity) == ("contradictory_rows", "warning")
    half = list(range(200))
    (severe,) = subjects.found("duplicate_rows", subjects.subject(tmp_path, repeated(columns, half)))
    assert severe.severity == "severe"


def test_a_table_of_few_levels_repeats_itself(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    columns = {name: random.choice(["a", "b"], ROWS).tolist() for name in ("sex", "class", "target")}
    (finding,) = subjects.found("duplicate_rows", subjects.subject(tmp_path, columns))
    assert (finding.finding, finding.severity) == ("few_different_rows", "note")


def test_rows_that_are_nearly_the_same(tmp_path: Path) -> None:
    columns = subjects.sound(ROWS)
    near = [columns["spent"][place] * (1 + 1e-8) for place in range(12)]
    (finding,) = subjects.found("near_rows", subjects.subject(tmp_path, repeated(columns, list(range(12)), spent=near)))
    assert finding.evidence["count"] == 12
    assert subjects.found("near_rows", subjects.subject(tmp_path, columns)) == []


def test_texts_that_are_nearly_the_same(tmp_path: Path) -> None:
    columns = subjects.sound(60)
    random = np.random.default_rng(2)
    columns["note"] = [" ".join(random.choice(list("abcdefghijklmnopqrstuvwxyz"), 60)) for _ in range(60)]
    columns["note"][9] = columns["note"][3] + " x"
    said = {"columns": {"note": {"kind": "text"}}}
    (finding,) = subjects.found("near_rows", subjects.subject(tmp_path, columns, **said))
    assert finding.evidence["rows"] == [10]


def test_rows_in_two_parts(tmp_path: Path) -> None:
    train, test = subjects.sound(ROWS, 1), subjects.sound(100, 2)
    assert subjects.found("overlap", subjects.subject(tmp_path, train, test)) == []
    mixed = {name: [*column, *train[name][:20]] for name, column in test.items()}
    (finding,) = subjects.found("overlap", subjects.subject(tmp_path, train, mixed))
    assert (finding.finding, finding.severity, finding.evidence["rows"]) == ("overlap", "severe", list(range(101, 121)))
    mixed["spent"] = [value * (1 + 1e-8) if place >= 100 else value for place, value in enumerate(mixed["spent"])]
    (near,) = subjects.found("overlap", subjects.subject(tmp_path, train, mixed))
    assert near.finding == "near_overlap"


def test_keys_in_two_parts(tmp_path: Path) -> None:
    train = {**subjects.sound(ROWS, 1), "user_id": [f"u{place}" for place in range(ROWS)]}
    test = {**subjects.sound(100, 2), "user_id": [f"u{place + 390}" for place in range(100)]}
    (finding,) = subjects.found("overlap", subjects.subject(tmp_path, train, test))
    assert (finding.finding, finding.evidence["rows"]) == ("shared_keys", list(range(1, 11)))
    counted = {**train, "user_id": list(range(ROWS))}, {**test, "user_id": list(range(100))}
    assert subjects.found("overlap", subjects.subject(tmp_path, *counted)) == []


def test_levels_that_train_lacks(tmp_path: Path) -> None:
    train = subjects.sound(ROWS, 1)
    test = subjects.put(subjects.sound(100, 2), "city", [4, 8], "Trier")
    (finding,) = subjects.found("unseen_levels", subjects.subject(tmp_path, train, test))
    assert (finding.evidence["part"], finding.evidence["rows"]) == ("test", [5, 9])


def test_drift_goes_by_its_effect(tmp_path: Path) -> None:
    train, test = subjects.sound(ROWS, 1), subjects.sound(300, 2)
    assert subjects.found("drift", subjects.subject(tmp_path, train, test)) == []
    moved = {**test, "spent": [value * 3 for value in test["spent"]], "city": ["Ulm"] * 300}
    told = {finding.finding: finding for finding in subjects.found("drift", subjects.subject(tmp_path, train, moved))}
    assert told["drift"].severity == "severe"
    assert told["column_drift"].severity == "warning"
    flipped = {**test, "target": ["yes" if place % 2 else v for place, v in enumerate(test["target"])]}
    words = [finding.finding for finding in subjects.found("drift", subjects.subject(tmp_path, train, flipped))]
    assert "target_drift" in words


@pytest.mark.parametrize("seed", range(2))
def test_five_percent_of_wrong_labels(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.normal(0, 1, (1000, 3))
    right = points @ np.array([2.0, -1.0, 1.0]) + random.normal(0, 0.2, 1000) > 0
    wrong = np.sort(random.choice(1000, 50, replace=False))
    labels = right.copy()
    labels[wrong] = ~labels[wrong]
    columns: Columns = {f"x{place}": points[:, place].tolist() for place in range(3)}
    clean = subjects.subject(tmp_path, {**columns, "target": np.where(right, "yes", "no").tolist()})
    assert [f.severity for f in subjects.found("label_noise", clean) if f.severity != "note"] in ([], ["warning"])
    looked = subjects.subject(tmp_path, {**columns, "target": np.where(labels, "yes", "no").tolist()})
    (finding,) = subjects.found("label_noise", looked)
    assert finding.severity == "warning"
    table = looked.modelled[0]
    suspects = confident.suspects(target_values(table, looked.task), label_noise.probabilities(looked, table))
    hits = len(np.intersect1d(suspects, wrong))
    assert hits / len(suspects) >= 0.7
    assert hits / len(wrong) >= 0.6
