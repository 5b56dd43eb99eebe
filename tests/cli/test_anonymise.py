"""`anonymise`: what it prints, and the shape of its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


def rows(folder: Path) -> Path:
    lines = [f"Ann Lee,{20 + place % 40},{'flu' if place % 3 else 'cold'}" for place in range(60)]
    (folder / "patients.csv").write_text("\n".join(["name,age,illness", *lines]), encoding="utf-8")
    return folder / "patients.csv"


def test_a_table_is_written_and_measured(call: Call, tmp_path: Path) -> None:
    said = ("--quasi", "age", "--sensitive", "illness", "--drop", "name", "--k", 6, "--l", 2)
    told = call("anonymise", rows(tmp_path), "--out", tmp_path / "out.csv", *said, "--json")
    assert told.status == 0
    assert set(told.json) == {"path", "k", "l", "measured", "columns"}
    assert told.json["measured"]["smallest"] >= 6
    plain = call("anonymise", rows(tmp_path), "--out", tmp_path / "out.csv", *said)
    assert plain.out.startswith("60 rows in ")
    assert "information lost" in plain.out
    assert "risk of being picked out" in plain.out


def test_what_cannot_be_ends_with_2(call: Call, tmp_path: Path) -> None:
    told = call("anonymise", rows(tmp_path), "--out", tmp_path / "out.csv", "--quasi", "age", "--json")
    assert told.status == 2
    assert told.json["problem"] == "nothing is said of this column"
