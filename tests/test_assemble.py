"""A recipe to every part built and checked, before a row is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard import filling
from modelyard.assemble import assemble
from modelyard.core.errors import RecipeError
from modelyard.core.training import Training
from modelyard.core.types import Column, Kind, Task
from modelyard.editors import json_schema
from modelyard.families import DEFAULT_METRICS, METRICS, default_encoder, encoders_for
from modelyard.models.linear import Linear

if TYPE_CHECKING:
    from pathlib import Path

SHORTEST = "version: 1\nname: risk\ndata: nowhere.csv\ntarget: y\n"


def told(folder: Path, text: str) -> list[str]:
    (folder / "r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        assemble(folder / "r.yaml")
    return sorted(str(problem) for problem in caught.value.problems)


WRONG: list[tuple[str, list[str]]] = [
    ("model: mpl\n", ["r.yaml:5: model: no model called 'mpl'\n  hint: did you mean 'mlp'?"]),
    ("model: {name: mlp, hiden: [1]}\n", ["r.yaml:5: model.hiden: unknown key\n  hint: did you mean 'hidden'?"]),
    (
        "model: {name: linear, penalty: -1}\n",
        ["r.yaml:5: model.penalty: input should be greater than or equal to 0, got -1"],
    ),
    ("metrics: [roc_acu]\n", ["r.yaml:5: metrics.0: no metric called 'roc_acu'\n  hint: did you mean 'roc_auc'?"]),
    ("metrics: [f1, {name: f1, average: micro}]\n", ["r.yaml:5: metrics: the metric 'f1' is named 2 times"]),
    ("gates: [{gate: atleast}]\n", ["r.yaml:5: gates.0: no gate called 'atleast'\n  hint: did you mean 'at_least'?"]),
    (
        "gates:\n  - {gate: at_least, metric: f3, bound: 1}\n",
        ["r.yaml:6: gates.0.metric: no metric called 'f3'\n  hint: did you mean 'f1'?"],
    ),
    ("gates: [at_least]\n", ["r.yaml:5: gates.0.bound: is missing", "r.yaml:5: gates.0.metric: is missing"]),
    (
        "columns: {x: {encoder: numbre}}\n",
        ["r.yaml:5: columns.x.encoder: no encoder called 'numbre'\n  hint: did you mean 'number'?"],
    ),
    (
        "columns: {x: {kind: text, encoder: number}}\n",
        [
            "r.yaml:5: columns.x.encoder: the encoder 'number' does not read the kind 'text'\n  hint: known: embedding",
        ],
    ),
    (
        "evidence: {robustness: [typo, {perturbation: noise, share: 2}]}\n",
        [
            "r.yaml:5: evidence.robustness.0: no perturbation called 'typo'\n  hint: did you mean 'typos'?",
            "r.yaml:5: evidence.robustness.1.share: input should be less than or equal to 1, got 2",
        ],
    ),
    (
        "evidence: {robustness: [typos, {perturbation: typos, share: 0.2}]}\n",
        ["r.yaml:5: evidence.robustness: the perturbation 'typos' is named 2 times\n  hint: keep one of them"],
    ),
    ("evidence: {robustness: all}\n", ["r.yaml:5: evidence.robustness: is true, false, or a list of perturbations"]),
    (
        "evidence: {robustness: false}\ngates: [{gate: robust, bound: 0.1}]\n",
        [
            "r.yaml:6: gates.0: judges robustness, which is not measured\n  hint: say evidence: {robustness: true}",
        ],
    ),
    (
        "gates: [{gate: robust, bound: 0.1, perturbations: [typo]}]\n",
        ["r.yaml:5: gates.0.perturbations: the perturbation 'typo' is not measured\n  hint: did you mean 'typos'?"],
    ),
    (
        "gates:\n  - {gate: fresh, bound: 9d, column: a}\n  - {gate: fresh, bound: 9d, column: b}\n",
        [
            (
                "r.yaml:7: gates.1.column: the age of the data is known by one column, and gates name 'a' and 'b'\n"
                "  hint: name one of them"
            ),
        ],
    ),
    (
        "task: regression\ngates: [calibrated]\n",
        ["r.yaml: metrics: the metric 'ece' is not for the task 'regression'\n  hint: such as rmse, mae, r2"],
    ),
    ("columns: {y: {role: weight}}\n", ["r.yaml:5: columns.y.role: the target has the role 'weight'"]),
    (
        "columns: {x: {role: target}}\n",
        ["r.yaml:5: columns.x.role: has the role 'target', which is another column's\n  hint: target: x"],
    ),
    (
        "columns: {a: {role: weight}, b: {role: weight}}\n",
        ["r.yaml:5: columns.b.role: is a second weight\n  hint: keep it, or 'a'"],
    ),
    ("training: {epochs: 2}\n", ["r.yaml:5: training: the model 'auto' is not trained by epochs"]),
    (
        "task: regression\nmetrics: [roc_auc]\n",
        ["r.yaml:6: metrics: the metric 'roc_auc' is not for the task 'regression'\n  hint: such as rmse"],
    ),
    ("calibration: plat\n", ["r.yaml:5: calibration: input should be 'auto', 'none', 'temperature', 'platt' or"]),
    ("class_weight: {bad: 0}\n", ["r.yaml:5: class_weight: the class 'bad' needs a number above 0, got {'bad': 0}"]),
    ("class_weight: balance\n", ["r.yaml:5: class_weight: is 'balanced', or a number for each class such as"]),
    ("costs: {false_negative: 5}\n", ["r.yaml:5: costs.false_positive: is missing"]),
    (
        "costs: {false_negatives: 5, false_positive: 1, false_negative: 1}\n",
        ["r.yaml:5: costs.false_negatives: unknown key\n  hint: did you mean 'false_negative'?"],
    ),
    ("decision: {metric: f3}\n", ["r.yaml:5: decision.metric: no metric called 'f3'\n  hint: did you mean 'f1'?"]),
    (
        "decision: {metric: roc_auc}\n",
        ["r.yaml:5: decision.metric: 'roc_auc' is the same whatever the threshold\n  hint: such as f1"],
    ),
    (
        "decision: {metric: f1}\ncosts: {false_negative: 5, false_positive: 1}\n",
        ["r.yaml:5: decision: a threshold is chosen by costs or by a metric, not by both"],
    ),
    (
        "task: multiclass\ndecision: {metric: f1}\n",
        ["r.yaml:6: decision: is for two classes, and the task is 'multiclass'\n  hint: leave it out"],
    ),
    (
        "task: regression\ncosts: {false_negative: 5, false_positive: 1}\ncalibration: platt\nclass_weight: balanced\n",
        [
            "r.yaml:6: costs: is for two classes, and the task is 'regression'",
            "r.yaml:7: calibration: is for classes, and the task is 'regression'",
            "r.yaml:8: class_weight: is for classes, and the task is 'regression'",
        ],
    ),
    (
        "model: mpl\nmetrics: [f9z]\ngates: [{gate: at_least, metric: f1, bund: 1}]\ncolumns: {x: {encoder: numbre}}\n",
        [
            "r.yaml:5: model: no model called 'mpl'",
            "r.yaml:6: metrics.0: no metric called 'f9z'",
            "r.yaml:7: gates.0.bound: is missing",
            "r.yaml:7: gates.0.bund: unknown key\n  hint: did you mean 'bound'?",
            "r.yaml:8: columns.x.encoder: no encoder called 'numbre'",
        ],
    ),
]


@pytest.mark.parametrize(("text", "wanted"), WRONG)
def test_every_error_of_a_recipe_is_told_before_a_row_is_read(text: str, wanted: list[str], tmp_path: Path) -> None:
    found = told(tmp_path, SHORTEST + text)
    assert len(found) == len(wanted), found
    for problem, start in zip(found, sorted(wanted), strict=True):
        assert problem.startswith(start)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{source: cvs, path: a}", "r.yaml:3: data.train: no source called 'cvs'\n  hint: did you mean 'csv'?"),
        ("{train: a.csv, test: {source: csv, pth: b}}", "r.yaml:3: data.test.path: is missing"),
    ],
)
def test_a_source_that_is_wrong_is_told(source: str, wanted: str, tmp_path: Path) -> None:
    assert told(tmp_path, SHORTEST.replace("nowhere.csv", source))[0].startswith(wanted)


def plan(**said: Any) -> Any:
    return assemble({"version": 1, "name": "risk", "data": "a.csv", "target": "y", **said})


@pytest.mark.parametrize("task", Task)
def test_every_task_has_its_usual_metrics(task: Task) -> None:
    chosen = plan().metrics_for(task)
    assert tuple(chosen) == DEFAULT_METRICS[task]
    assert all(task in metric.tasks for metric in chosen.values())


def test_what_gates_judge_is_measured_too() -> None:
    gates = [{"gate": "at_least", "metric": "recall", "bound": 0.5}, {"gate": "at_most", "metric": "brier", "bound": 1}]
    assert list(plan(metrics=["f1"], gates=gates).metrics_for(Task.BINARY)) == ["f1", "recall", "brier"]
    with pytest.raises(RecipeError, match="the metric 'recall' is not for the task 'regression'"):
        plan(gates=gates).metrics_for(Task.REGRESSION)


COSTS = {"false_negative": 5.0, "false_positive": 2.0}
COSTLY: list[dict[str, Any]] = [
    {},
    {"metrics": ["expected_cost"]},
    {"metrics": ["f1"], "gates": [{"gate": "at_most", "metric": "expected_cost", "bound": 1}]},
]


@pytest.mark.parametrize("said", COSTLY, ids=str)
def test_costs_are_measured_as_the_recipe_has_them(said: dict[str, Any]) -> None:
    chosen = plan(costs=COSTS, **said).metrics_for(Task.BINARY)
    cost: Any = chosen["expected_cost"]
    assert (cost.false_negative, cost.false_positive) == (5, 2)
    other = {"name": "expected_cost", "false_negative": 9}
    said_so: Any = plan(costs=COSTS, metrics=[other]).metrics_for(Task.BINARY)["expected_cost"]
    assert (said_so.false_negative, said_so.false_positive) == (9, 2)
    assert "expected_cost" not in plan().metrics_for(Task.BINARY)


def test_what_is_wished_of_two_classes_is_told_when_the_rows_show_others() -> None:
    for said in ({"costs": COSTS}, {"decision": {"metric": "f1"}}):
        plan(**said).metrics_for(Task.BINARY)
        with pytest.raises(RecipeError, match="is for two classes, and the task is 'multiclass'"):
            plan(**said).metrics_for(Task.MULTICLASS)


def test_a_recipe_s_wishes_reach_the_fit() -> None:
    wished = plan(class_weight={"bad": 5, True: 2}, calibration="platt", decision={"metric": "recall"}).finish
    assert (wished.class_weight, wished.calibration, wished.costs) == ({"bad": 5.0, True: 2.0}, "platt", None)
    assert (wished.aim.name, type(wished.aim.metric).__name__) == ("recall", "Recall")
    spanned = plan(task="regression", intervals=0.8).finish
    bound: Any = spanned.quantile_model(0.1)
    assert (spanned.intervals, bound.loss, bound.quantile) == (0.8, "quantile", 0.1)
    usual = plan().finish
    assert (usual.class_weight, usual.calibration, usual.costs, usual.aim) == (None, "auto", None, None)


@pytest.mark.parametrize("said", [{"target_transform": "log"}, {"intervals": 0.9}])
def test_what_is_for_numbers_is_refused_for_classes(said: dict[str, Any]) -> None:
    (key,) = said
    assert filling.filled(plan(task="regression", **said))[key] == said[key]
    with pytest.raises(RecipeError) as caught:
        plan(task="binary", **said)
    assert caught.value.where.endswith(key)
    with pytest.raises(RecipeError, match="is for numbers"):
        plan(**said).metrics_for(Task.MULTICLASS)
    assert filling.filled(plan())[key] is None


def test_intervals_are_measured_where_they_are_asked_for() -> None:
    assert {"coverage", "interval_width"} <= set(plan(intervals=0.9).metrics_for(Task.REGRESSION))
    assert "coverage" not in plan().metrics_for(Task.REGRESSION)
    for wrong in (0, 1, 90):
        with pytest.raises(RecipeError, match="intervals"):
            plan(intervals=wrong)


def test_a_network_takes_its_own_training_and_what_the_recipe_says_of_it() -> None:
    usual = plan(model="mlp").training
    assert isinstance(usual, Training)
    said = plan(model="mlp", training={"epochs": 3, "optimizer": "sgd"}).training
    assert (said.epochs, said.optimizer, said.batch_size) == (3, "sgd", usual.batch_size)
    assert plan().training is None


def test_an_encoder_is_the_recipes_or_the_models_or_the_kinds() -> None:
    chosen = plan(columns={"a": {"encoder": {"name": "number", "clip": 3.0}}}, model="mlp")
    choose = chosen.chooser(chosen.model)
    assert choose(Column("a", Kind.NUMBER))[1].clip == 3.0
    assert choose(Column("b", Kind.NUMBER))[1].clip != 3.0
    assert choose(Column("t", Kind.TEXT))[1].bits == 16
    assert chosen.without_encoders().chooser(Linear())(Column("t", Kind.TEXT))[1].bits == 18
    with pytest.raises(RecipeError, match="the encoder 'number' does not read the kind 'text'"):
        choose(Column("a", Kind.TEXT))


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_encoders(kind: Kind) -> None:
    assert default_encoder(kind) in encoders_for(kind)


def test_the_schema_for_editors_takes_what_the_recipe_takes() -> None:
    schema = json_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert set(schema["required"]) == {"version", "name", "data", "target"}
    assert schema["additionalProperties"] is False
    assert {"model", "metric", "gate", "encoder", "source"} <= schema["$defs"].keys()
    (bound,) = [
        option for option in schema["$defs"]["gate"]["anyOf"][1:] if option["properties"]["gate"]["const"] == "at_most"
    ]
    assert set(bound["required"]) == {"gate", "metric", "bound"}
    assert len(schema["$defs"]["metric"]["anyOf"]) == 1 + len(METRICS.names)
