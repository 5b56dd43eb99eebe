"""What a check says as a whole: the same again, the worst first, by what the recipe switches off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import modelyard
from modelyard import filling, run
from modelyard.assemble import assemble
from modelyard.core import events
from modelyard.core.errors import RecipeError
from modelyard.core.findings import Finding, Severity
from modelyard.core.refusals import Collected, Refusal
from modelyard.core.types import Task
from modelyard.editors import json_schema
from modelyard.quality import page
from modelyard.quality.checkup import Checkup
from modelyard.quality.examining import chosen, worst_first
from modelyard.quality.inspection import INSPECTIONS
from modelyard.recipe import fill
from modelyard.recipe.schema import SplitSpec
from tests.quality import subjects

if TYPE_CHECKING:
    from pathlib import Path


def recipe(folder: Path, **said: Any) -> dict[str, Any]:
    columns = {**subjects.sound(200), "same": ["x"] * 200, "copy": [None] * 150 + [1.0, 2.0] * 25}
    subjects.subject(folder, columns)
    data = str(folder / "train.parquet")
    return {"version": 1, "name": "x", "data": data, "target": "target", "model": "linear", **said}


def words(found: Checkup) -> list[str]:
    return [finding.finding for finding in found.findings]


def test_the_same_rows_are_told_the_same(tmp_path: Path) -> None:
    said = recipe(tmp_path)
    first, second = modelyard.check(said), modelyard.check(said)
    assert json.dumps(first.told()) == json.dumps(second.told())
    assert words(first)[0] == "missing"


def test_a_recipe_switches_inspections_off_and_tunes_them(tmp_path: Path) -> None:
    assert {"missing", "constant"} <= set(words(run.check(recipe(tmp_path))))
    off = run.check(recipe(tmp_path, inspect={"missing": False, "constant": True}))
    assert "missing" not in words(off)
    assert "constant" in words(off)
    tuned = run.check(recipe(tmp_path), ["inspect.missing.share=0.9"])
    assert "missing" not in words(tuned)


def test_the_filled_recipe_tells_what_is_said_of_inspections(tmp_path: Path) -> None:
    plan = assemble(recipe(tmp_path, inspect={"missing": {"share": 0.3}, "label_noise": False, "order": True}))
    filled = filling.filled(plan)
    assert filled["inspect"] == {"missing": {"share": 0.3}, "label_noise": False, "order": {"skill": 0.4}}
    assert filling.filled(assemble(fill.from_yaml(fill.to_yaml(filled)))) == filled


BAD: dict[str, tuple[object, str]] = {
    "unknown": ({"mising": False}, "no inspection called 'mising'"),
    "setting": ({"missing": {"shar": 0.3}}, "unknown key"),
    "value": ({"missing": {"share": 3}}, "less than or equal to 1"),
    "form": ({"missing": "no"}, "is true, false, or the settings of the inspection"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    said, problem = BAD[name]
    with pytest.raises(RecipeError) as caught:
        assemble(recipe(tmp_path, inspect=said))
    assert problem in caught.value.problem
    assert "inspect" in caught.value.where


def test_the_schema_of_recipes_knows_inspections() -> None:
    known = json_schema()["properties"]["inspect"]
    assert set(known["properties"]) == set(INSPECTIONS.names)
    assert known["additionalProperties"] is False


def test_fast_leaves_out_what_fits_models() -> None:
    slow = set(chosen({})) - set(chosen({}, fast=True))
    assert slow == {name for name in INSPECTIONS.names if INSPECTIONS.part(name).slow}
    assert {"label_noise", "leakage", "drift"} <= slow


def test_progress_is_told(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    with events.listening(heard.append):
        run.check(recipe(tmp_path), fast=True)
    names = {event.name for event in heard if isinstance(event, events.Step)}
    assert {"reading", "inspecting", "profiling"} <= names


def checkup(*severities: Severity, refused: int = 0) -> Checkup:
    found = [
        Finding("odd", severity, "is <odd>", ("a<b",), {"rows": [3, 1234]}, "x: {y: 1}", "look")
        for severity in severities
    ]
    rows = Collected([Refusal("rows.csv:3", "has 2 fields")] * refused, refused)
    counts = ({"train": 3}, {"no": 2, "yes": 1})
    return Checkup("n", Task.BINARY, "t", "linear", *counts, (), ("a note",), (), worst_first(found), rows, SplitSpec())


VERDICTS = {
    (): "ready",
    (Severity.NOTE,): "ready",
    (Severity.NOTE, Severity.WARNING): "doubtful",
    (Severity.WARNING, Severity.SEVERE): "unfit",
}


@pytest.mark.parametrize("severities", VERDICTS)
def test_a_verdict_is_by_the_worst(severities: tuple[Severity, ...]) -> None:
    found = checkup(*severities)
    assert found.verdict == VERDICTS[severities]
    assert found.sentence.startswith(f"{found.verdict}: ")
    assert [finding.severity for finding in found.findings] == sorted(severities, key=list(Severity).index)


def test_rows_that_were_refused_leave_a_doubt() -> None:
    found = checkup(refused=2)
    assert found.verdict == "doubtful"
    assert found.told()["refused"] == {
        "count": 2,
        "rows": [{"where": "rows.csv:3", "why": "has 2 fields"}] * 2,
        "repairs": [],
    }


def test_the_page_holds_all_and_asks_nobody() -> None:
    told = page.write(checkup(Severity.SEVERE, refused=1))
    assert "a&lt;b" in told
    assert "is &lt;odd&gt;" in told
    assert "rows 3, 1234" in told
    assert "x: {y: 1}" in told
    assert "rows.csv:3" in told
    assert "<script" not in told
    assert "http" not in told.replace("http-equiv", "")
    assert "prefers-color-scheme: dark" in told
    assert '<div class="checkup">' in checkup()._repr_html_()


def test_the_page_of_a_faulty_table_has_a_line_a_column(faulty: Checkup) -> None:
    told = page.write(faulty)
    assert told.count('<th scope="row">') == len(faulty.profile)
    assert told.count("<article") == len(faulty.findings)
    assert "<svg" in told
