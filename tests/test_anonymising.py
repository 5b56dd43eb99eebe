"""A release of a table: written whole or not at all, and with every column accounted for."""

from __future__ import annotations

import random
import secrets
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pytest

import modelyard
from modelyard.core import events
from modelyard.core.errors import DataError, ModelyardError, RecipeError, UsageError
from modelyard.data.personal import keyed

if TYPE_CHECKING:
    from pathlib import Path

SAID: dict[str, Any] = {
    "quasi": ["age", "city"],
    "sensitive": ["illness"],
    "drop": ["name"],
    "keep": ["visits"],
    "l": 2,
}


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    draw = random.Random(1)  # noqa: S311 - a test's draw
    rows = {
        "name": [f"Ann Lee {place}" for place in range(80)],
        "age": [draw.randrange(18, 90) for _ in range(80)],
        "city": [draw.choice(["Ulm", "Kiel", "Bonn"]) for _ in range(80)],
        "illness": [draw.choice(["flu", "cold", "asthma"]) for _ in range(80)],
        "visits": [draw.randrange(9) for _ in range(80)],
    }
    pl.DataFrame(rows).write_csv(tmp_path / "patients.csv")
    return tmp_path / "patients.csv"


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_a_table_is_released(ending: str, patients: Path, tmp_path: Path) -> None:
    made = modelyard.anonymise(patients, tmp_path / f"out.{ending}", **SAID)
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}
    told: pl.DataFrame = cast("Any", read[ending])(made.path)
    assert set(told.columns) == {"age", "city", "illness", "visits"}
    assert told.group_by("age", "city").len()["len"].min() == made.measured.smallest >= 5
    assert made.columns["name"] == "drop"


def test_identifiers_may_be_hashed(patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {**SAID, "drop": [], "hashed": ["name"]}
    monkeypatch.delenv(keyed.KEY, raising=False)
    with pytest.raises(RecipeError, match=keyed.KEY):
        modelyard.anonymise(patients, tmp_path / "out.csv", **said)
    monkeypatch.setenv(keyed.KEY, secrets.token_urlsafe(32))
    modelyard.anonymise(patients, tmp_path / "out.csv", **said)
    assert pl.read_csv(tmp_path / "out.csv")["name"].str.len_chars().unique().to_list() == [37]


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        ({"keep": []}, UsageError, "visits: nothing is said of this column"),
        ({"quasi": ["age", "town"]}, UsageError, "town: no such column"),
        ({"quasi": ["age", "city", "visits"]}, UsageError, "visits: is named twice"),
        ({"quasi": [], "keep": ["visits", "age", "city"]}, UsageError, "quasi: no column is named"),
        ({"k": 1}, UsageError, "k is at least 2"),
        ({"k": 100}, DataError, "80 rows cannot be alike in classes of 100"),
        ({"l": 4}, DataError, "illness: has 3 values to leave open"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    said: dict[str, Any], kind: type[ModelyardError], told: str, patients: Path, tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught:
        modelyard.anonymise(patients, tmp_path / "out.csv", **{**SAID, **said})
    assert told in str(caught.value)
    assert not (tmp_path / "out.csv").exists()


def test_what_stays_holds_no_personal_data(patients: Path, tmp_path: Path) -> None:
    frame = pl.read_csv(patients).with_columns(visits=pl.lit("asked by ann@example.org"))
    frame.write_csv(patients)
    with pytest.raises(UsageError) as caught:
        modelyard.anonymise(patients, tmp_path / "out.csv", **SAID)
    assert str(caught.value) == "visits: holds personal data (e-mail)\n  hint: drop it, or hash it"


def test_an_ending_names_the_form(patients: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is none of"):
        modelyard.anonymise(patients, tmp_path / "out.xls", **SAID)


def test_rows_that_cannot_be_read_are_told(patients: Path, tmp_path: Path) -> None:
    with patients.open("a", encoding="utf-8") as lines:
        lines.write("Ann Lee 80,44,Ulm,flu,1,2,3\n")
    heard: list[events.Event] = []
    with events.listening(heard.append):
        data = {"source": "csv", "path": str(patients), "damaged": "refuse"}
        made = modelyard.anonymise(data, tmp_path / "out.csv", **SAID)
    assert made.measured.rows == 80
    told = [event.text for event in heard if isinstance(event, events.Note)]
    assert any(note.startswith("1 row could not be read, the first at ") and "Ann" not in note for note in told)
