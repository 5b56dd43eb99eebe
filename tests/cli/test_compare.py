"""`compare`: what it prints, and the shape of its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import curves, show
from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    import pytest

    from tests.cli.conftest import Call, Trained


def test_two_bundles_on_the_rows_that_both_were_tested_on(call: Call, trained: Trained) -> None:
    more = call(
        "train", trained.folder / "recipe.yaml", "--json", "--set", "model.name=linear", "--set", "model.penalty=99"
    )
    assert more.status == 0
    told = call("compare", trained.bundle, more.json["bundle"], "--json", "--quiet")
    assert told.status == 0
    assert set(told.json) == {"first", "second", "target", "rows", "test_digest", "bouts", "notes", "verdict"}
    assert [bout["metric"] for bout in told.json["bouts"]] == ["roc_auc", "accuracy"]
    assert told.json["rows"] == 24
    plain = call("compare", trained.bundle, more.json["bundle"])
    assert plain.out.startswith(told.json["verdict"])
    assert "not distinguishable" in plain.out


def test_on_other_rows_a_note_says_so(call: Call, trained: Trained) -> None:
    told = call("compare", trained.bundle, trained.bundle, trained.folder / "customers.csv")
    assert told.status == 0
    assert "cannot be told from" in told.out
    assert "note: these are not the rows that both were tested on" in told.out


def test_a_table_is_no_bundle(call: Call, trained: Trained) -> None:
    told = call("compare", trained.bundle, trained.folder / "customers.csv", "--json")
    assert told.status == 2
    assert told.json["problem"] == "is a table, and a bundle comes first"


def test_a_report_shows_its_matrix_and_how_well_it_is_calibrated(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Bundle.load(trained.bundle).report
    show.report(report)
    lines = capsys.readouterr().out.splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("truly"))
    assert lines[head].split() == ["truly", "answered", "no", "answered", "yes"]
    assert lines[head + 2].split() == ["no", *(f"{count:g}" for count in report.confusion[0])]
    (said,) = [line for line in lines if "calibration: farthest off where" in line]
    assert said.strip() == next(iter(curves.sentences(report)))
    assert any(line.startswith("by other metrics against constant: ") for line in lines)
