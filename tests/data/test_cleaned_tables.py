"""Columns that are cleaned, from the file to the answer: what is read as written, and what is told of the rest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard import families, run
from modelyard.core.errors import DataError, MissingExtraError
from modelyard.data import cleaning
from modelyard.release.bundle import Bundle
from modelyard.serve.app import App
from tests.serve.asking import Client, refused

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

GERMAN = {"clean": [{"clean": "missing", "words": ["k.A."]}, {"clean": "number", "decimal": ","}]}
PLAIN = {
    "version": 1,
    "name": "flats",
    "target": "rent",
    "model": "linear",
    "card": {"pictures": False},
    "evidence": {"robustness": False, "importance": False, "weak_slices": False},
}


def trained(folder: Path, lines: list[str], **said: Any) -> Run:
    (folder / "rows.csv").write_text("\n".join(["size;since;rent", *lines]), encoding="utf-8")
    columns = {"size": GERMAN, "since": {"clean": ["dates"]}, "rent": {"clean": ["number"]}}
    return run.train({**PLAIN, "data": str(folder / "rows.csv"), "columns": columns, **said}, home=folder / "yard")


def lines(rows: int) -> list[str]:
    return [f"{20 + row},{row % 10};{row % 28 + 1}.1.2026;{300 + 7 * row},50 €" for row in range(rows)]


@pytest.fixture(scope="module")
def flats(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("flats"), [*lines(58), "k.A.;;900,00 €", "1.000;1.1.2026;7.000,00 €"])


def test_a_target_is_cleaned_before_it_is_looked_at(flats: Run) -> None:
    assert flats.bundle.manifest.task == "regression"
    assert flats.test.frame["rent"].dtype == pl.Float64
    assert flats.test.frame["rent"].null_count() == 0


def test_numbers_that_a_file_seems_to_hold_are_read_as_they_are_written(flats: Run, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("size;since;rent\n1.000;1.1.2026;7.000,00\n", encoding="utf-8")
    source = families.source(tmp_path / "new.csv")
    frame = source.read(tmp_path, flats.bundle.schema.texts).collect()
    assert flats.bundle.columns(frame)["size"].tolist() == [1000.0]
    assert flats.bundle.columns({"size": "1.000"})["size"].tolist() == [1000.0]
    assert flats.bundle.columns({"size": 1.0})["size"].tolist() == [1.0]
    assert run.evaluate(flats.bundle, tmp_path / "new.csv").rows["test"] == 1


def test_what_cannot_be_cleaned_is_told_with_counts_and_rows(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        trained(tmp_path, [*lines(20), "12 kg;1.1.2026;5,00 €", "x;1.1.2026;5,00 €", "1,5;soon;6,00 €", "1;1.1.2026;"])
    told = {problem.where: problem.problem for problem in caught.value.problems}
    assert set(told) == {"size", "since"}
    assert told["size"].startswith("expected a number, and no unit that the recipe does not name: 2 of 23 rows")
    assert "rows: 21, 22" in told["size"]
    assert "rows: 23" in told["since"]


def test_a_target_that_cannot_be_cleaned_is_no_row_less(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the target cannot be mended in 2 of 22 rows: 21, 22"):
        trained(tmp_path, [*lines(20), "1;1.1.2026;ask", "1;1.1.2026;on request"])


def test_cleaners_that_undo_each_other_are_told(tmp_path: Path) -> None:
    undo = {"clean": [{"clean": "missing", "words": ["a"]}, {"clean": "levels", "to": {"b": "a"}}]}
    with pytest.raises(DataError, match="size: the cleaners change again what they have mended"):
        trained(
            tmp_path,
            [f"{'bc'[row % 2]};1.1.2026;{row},5 €" for row in range(20)],
            columns={"size": undo, "rent": {"clean": ["number"]}},
        )


def test_a_request_that_cannot_be_cleaned_gets_the_column_and_what_was_expected(flats: Run) -> None:
    client = Client(App({"flats": flats.bundle}))
    problems = refused(client.post({"size": "12 Zimmer", "since": "soon"}), 422, "data_invalid")
    assert {problem["where"] for problem in problems} == {"size", "since"}
    assert all(problem["problem"].startswith("expected") for problem in problems)
    assert "Zimmer" not in str(problems)
    assert client.post({"size": "1.234,5", "since": "31.12.2026"}).status_code == 200
    record = client.get("/openapi.json").json()["components"]["schemas"]
    (size,) = [said["properties"]["size"] for said in record.values() if "size" in said.get("properties", {})]
    assert {one["type"] for one in size["anyOf"]} >= {"number", "string", "null"}
    (since,) = [said["properties"]["since"] for said in record.values() if "since" in said.get("properties", {})]
    assert "format" not in str(since), "dates may be written as people write them"


def test_a_bundle_whose_cleaner_lacks_its_package_says_so_when_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("opencc", reason="needs modelyard[data]")
    said = {"size": {"clean": ["simplified"]}, "rent": {"clean": ["number"]}}
    folder = trained(
        tmp_path, [f"{'台臺'[row % 2]};1.1.2026;{row},5 €" for row in range(20)], columns=said
    ).bundle.folder
    cleaning.of.cache_clear()
    monkeypatch.delitem(sys.modules, "modelyard.data.cleaners.simplified")
    monkeypatch.setitem(sys.modules, "opencc", None)
    with pytest.raises(MissingExtraError) as caught:
        Bundle.load(folder)
    assert caught.value.hint == "pip install 'modelyard[data]'"
