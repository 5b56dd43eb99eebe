"""What lies beside the graph: the report, the card, the reference and the example."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest
import yaml

from modelyard.core.report import Comparison, Report, Score
from modelyard.data import values
from modelyard.release import card, reference, reports
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run


def written(report: Report) -> bytes:
    return msgspec.json.encode(report)


def test_a_report_comes_back_from_json(binary: Run, regression: Run) -> None:
    for report in (binary.report, regression.report):
        assert reports.decode(written(report)) == report
        assert reports.decode((binary.bundle.folder / "report.json").read_bytes()) == binary.report


def test_a_figure_that_is_not_defined_is_null_and_comes_back(binary: Run) -> None:
    odd = Score("roc_auc", math.nan, math.nan, math.nan, 9, "home = 父母家")
    compared = Comparison("linear", "roc_auc", math.nan, math.nan, math.nan, math.nan, "not distinguishable")
    report = replace(binary.report, scores=(*binary.report.scores, odd), comparisons=(compared,))
    content = written(report)
    assert b"NaN" not in content
    again = reports.decode(content)
    assert math.isnan(again.scores[-1].value)
    assert math.isnan(again.comparisons[0].difference)
    assert again.scores[:-1] == binary.report.scores
    assert written(again) == content


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"3", b"{}", b'{"scores": 1, "comparisons": []}', b'{"scores": [1], "comparisons": []}']
)
def test_what_is_no_report_is_told(content: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        reports.decode(content)


def test_a_slice_without_a_figure_is_packed_and_loaded(tmp_path: Path) -> None:
    frame = making.table("binary", rows=240)
    sure = frame.with_columns(
        group=pl.when(pl.col(making.TARGET) == "bad").then(pl.lit("all bad")).otherwise(pl.lit("x"))
    )
    run = making.train(tmp_path, sure, columns={"group": {"role": "slice"}}, metrics=["roc_auc", "accuracy"])
    score = run.bundle.report.score("roc_auc", "group = all bad")
    assert score is not None
    assert math.isnan(score.value)
    assert "not defined" in (run.bundle.folder / "README.md").read_text(encoding="utf-8")


def readme(report: Report, run: Run) -> str:
    return card.files(card.Told(report, run.bundle.schema, "d"))[card.README].decode()


def front(text: str) -> dict[str, Any]:
    found = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    assert found
    return dict(yaml.safe_load(found[1]))


def test_the_card_says_what_the_report_says(binary: Run, regression: Run) -> None:
    text = (binary.bundle.folder / "README.md").read_text(encoding="utf-8")
    said = front(text)
    assert said["library_name"] == "modelyard"
    assert said["pipeline_tag"] == "text-classification"
    assert {m["type"]: m["value"] for m in said["model-index"][0]["results"][0]["metrics"]} == {
        score.metric: round(score.value, 4) for score in binary.report.scores
    }
    for score in binary.report.scores:
        assert f"{score.value:.4f}" in text
        assert f"{score.low:.4f} to {score.high:.4f}" in text
    for column in binary.bundle.schema.features:
        assert f"| {column.name} | {column.kind} |" in text
    assert binary.bundle.manifest.data_digest in text
    assert (
        front((regression.bundle.folder / "README.md").read_text(encoding="utf-8"))["pipeline_tag"]
        == "tabular-regression"
    )


def test_the_card_of_a_model_that_learnt_nothing_says_so_first_and_offers_no_figure(binary: Run) -> None:
    doubt = "this model has learnt nothing that shows"
    text = readme(replace(binary.report, doubt=doubt, notes=(doubt, "other")), binary)
    assert text.index(f"> **Beware: {doubt}.**") < text.index("Predicts")
    assert text.count(doubt) == 1
    assert front(text)["model-index"][0]["results"][0]["metrics"] == []
    assert f"| {binary.report.scores[0].value:.4f}? |" in text
    assert "- other" in text


def test_the_card_stands_names_that_look_like_markup(binary: Run) -> None:
    scores = (*binary.report.scores, Score("f1", 0.5, 0.4, 0.6, 30, "home = a|b\nc"))
    text = readme(replace(binary.report, scores=scores), binary)
    (row,) = [line for line in text.splitlines() if "a\\|b c" in line]
    assert row.count("|") - row.count("\\|") == 4


def test_the_reference_holds_shares_and_quantiles_and_no_row(binary: Run) -> None:
    found = json.loads((binary.bundle.folder / "reference.json").read_text(encoding="utf-8"))
    assert found["rows"] == len(binary.test)
    assert set(found["columns"]) == {column.name for column in binary.bundle.schema.features}
    assert 0 < found["columns"]["年龄"]["missing"] < 1
    assert len(found["columns"]["年龄"]["quantiles"]) == 7
    assert sum(found["columns"]["home"]["levels"].values()) == pytest.approx(1)
    assert found["columns"]["comment"].keys() == {"kind", "missing", "characters"}
    assert len(found["answers"]) == 2
    comments = binary.test.frame["comment"].to_list()
    for name in ("reference.json", "example.json", "README.md", "report.json", "schema.json", "encoders.json"):
        content = (binary.bundle.folder / name).read_text(encoding="utf-8")
        assert not any(comment in content for comment in comments), f"{name} tells a text of the rows"


def test_the_example_is_a_row_of_the_right_sort(binary: Run) -> None:
    example = binary.bundle.example
    assert set(example) == {column.name for column in binary.bundle.schema.features}
    assert example["comment"] == reference.EXAMPLE_TEXT
    assert example["home"] in {"rent", "own", "父母家"}
    assert isinstance(example["member"], bool)
    for column in binary.bundle.schema.features:
        values.from_list([example[column.name]], column, lambda row, problem: pytest.fail(f"{row}: {problem}"))
    assert binary.bundle.predict(example)["predictions"]
