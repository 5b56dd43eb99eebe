"""What `check` says of a recipe and its rows, good and bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


def test_a_table_of_columns(call: Call, folder: Path) -> None:
    told = call("check", "recipe.yaml")
    assert told.status == 0
    assert "churn: binary, target churned, model linear" in told.out
    assert "rows: 120 in train, 20% of train for valid, 20% of train for test" in told.out
    age = next(line for line in told.out.splitlines() if line.startswith("age"))
    assert age.split()[:6] == ["age", "number", "feature", "number", "11.7%", "48"]
    assert "note: positive class: yes" in told.err
    assert folder.is_dir()


@pytest.mark.usefixtures("folder")
def test_as_json(call: Call) -> None:
    told = call("check", "recipe.yaml", "--json").json
    assert (told["name"], told["task"], told["target"], told["model"]) == ("churn", "binary", "churned", "linear")
    assert told["rows"] == {"train": 120}
    assert sum(told["classes"].values()) == 120
    assert list(told["classes"]) == ["no", "yes"]
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["id"]["role"] == "ignore"
    assert columns["age"]["missing"] == pytest.approx(14 / 120)
    assert columns["note"] == {
        "name": "note",
        "kind": "category",
        "role": "feature",
        "encoder": "category",
        "missing": 0.0,
        "distinct": 3,
        "reason": "3 values that repeat",
    }


@pytest.mark.usefixtures("folder")
def test_a_value_can_be_changed_on_the_way(call: Call) -> None:
    told = call("check", "recipe.yaml", "--set", "model=mlp", "--set", "columns.note.kind=text", "--json").json
    assert told["model"] == "mlp"
    assert next(column for column in told["columns"] if column["name"] == "note")["kind"] == "text"


def test_parts_in_files_of_their_own(call: Call, folder: Path) -> None:
    table = (folder / "customers.csv").read_text(encoding="utf-8")
    (folder / "test.csv").write_text(table, encoding="utf-8")
    told = call("check", "recipe.yaml", "--set", "data={train: customers.csv, test: test.csv}")
    assert "rows: 120 in train, 20% of train for valid, 120 in test" in told.out


def write_leaky(folder: Path) -> None:
    """The same customers, with a column that is the target by another name."""
    lines = (folder / "customers.csv").read_text(encoding="utf-8").splitlines()
    told = [f"{lines[0]},closed", *(f"{line},{7 if line.endswith('yes') else 3}" for line in lines[1:])]
    (folder / "customers.csv").write_text("\n".join(told) + "\n", encoding="utf-8")


def test_findings_come_with_their_evidence_and_the_lines_to_copy(call: Call, folder: Path) -> None:
    write_leaky(folder)
    told = call("check", "recipe.yaml")
    assert told.status == 0
    lines = told.out.splitlines()
    assert any(line.startswith("unfit: a model learnt from it would mislead you") for line in lines)
    place = next(place for place, line in enumerate(lines) if line.startswith("severe target_copy closed, churned: "))
    assert lines[place + 1] == "  rows 120"
    assert lines[place + 2 : place + 4] == ["    columns:", "      closed: {role: ignore}"]
    assert lines.index(next(line for line in lines if line.startswith("column "))) > place


def test_strict_ends_with_3_where_something_is_severe(call: Call, folder: Path) -> None:
    assert call("check", "recipe.yaml", "--strict", "--fast").status == 0
    write_leaky(folder)
    assert call("check", "recipe.yaml", "--strict", "--fast").status == 3
    mended = call("check", "recipe.yaml", "--strict", "--fast", "--set", "columns.closed.role=ignore")
    assert mended.status == 0


def test_json_and_a_page(call: Call, folder: Path) -> None:
    write_leaky(folder)
    told = call("check", "recipe.yaml", "--json", "--fast", "--html", "check.html").json
    assert told["verdict"] == "unfit"
    severe = {finding["finding"] for finding in told["findings"] if finding["severity"] == "severe"}
    assert "target_copy" in severe
    assert "leakage" not in {finding["finding"] for finding in told["findings"]}  # which fits models
    assert told["refused"] == {"count": 0, "rows": [], "repairs": []}
    assert {column["name"] for column in told["profile"]} == {column["name"] for column in told["columns"]}
    page = (folder / "check.html").read_text(encoding="utf-8")
    assert "unfit: a model learnt from it would mislead you" in page


BAD = {
    "unknown key": ("model: linear\n", "modle: linear\n", "unknown key", "did you mean 'model'?"),
    "unknown part": ("model: linear\n", "model: linaer\n", "no model called 'linaer'", "did you mean 'linear'?"),
    "unknown column": ("target: y\n", "target: z\n", "no column called 'z'", "known: a, y"),
    "missing file": ("rows.csv", "rwos.csv", "no such file", "did you mean 'rows.csv'?"),
    "no YAML": ("model: linear\n", "model: [linear\n", "is no YAML", "indentation"),
    "task and metric": (
        "model: linear\n",
        "model: linear\ntask: binary\nmetrics: [rmse]\n",
        "not for the task 'binary'",
        "roc_auc",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_recipes_end_with_2_and_the_way_out(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    good = "version: 1\nname: x\ndata: rows.csv\ntarget: y\nmodel: linear\n"
    was, now, problem, hint = BAD[name]
    (tmp_path / "rows.csv").write_text("a,y\n" + "1,u\n2,v\n" * 20, encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text(good.replace(was, now), encoding="utf-8")
    for verb in ("check", "train"):
        told = call(verb, "recipe.yaml")
        assert told.status == 2
        assert problem in told.err
        assert hint in told.err
        assert told.out == ""
    assert not (tmp_path / ".modelyard" / "bundles").exists()


ROWS = {
    "empty": ("", "is empty"),
    "a header alone": ("a,y\n", "has a header and no rows"),
    "ragged": ("a,y\n1,u\n2,v,w\n", "has 3 fields where the header has 2"),
    "two of one name": ("a,a,y\n1,2,u\n", "2 columns are called 'a'"),
    "a constant target": ("a,y\n" + "1,u\n2,u\n" * 20, "the target is constant"),
    "a missing target": ("a,y\n" + "1,\n2,\n" * 20, "the target is missing in every row"),
    "a target of its own in every row": (
        "a,y\n" + "".join(f"{i % 7},k{i}x\n" for i in range(40)),
        "different in every row",
    ),
    "a class of one row": ("a,y\n" + "1,u\n2,v\n" * 20 + "3,w\n", "fewer than two rows"),
}


@pytest.mark.parametrize("name", ROWS)
def test_bad_rows_end_with_2(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    rows, problem = ROWS[name]
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text("version: 1\nname: x\ndata: rows.csv\ntarget: y\n", encoding="utf-8")
    told = call("check", "recipe.yaml", "--json")
    assert told.status == 2
    assert told.json["code"] == "data_invalid"
    assert problem in told.json["problem"]


@pytest.mark.usefixtures("folder")
def test_a_split_by_a_column_is_told_part_by_part(call: Call) -> None:
    split = "split={by: group, column: note}"
    told = call("check", "recipe.yaml", "--set", split, "--set", "columns.note.role=ignore").out
    assert [line for line in told.splitlines() if "of 'note'" in line] == [
        "  train: 42 rows, 1 of 'note'",
        "  valid: 40 rows, 1 of 'note'",
        "  test: 38 rows, 1 of 'note'",
    ]
    assert call("check", "recipe.yaml", "--json").json["split"] == []
