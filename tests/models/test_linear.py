"""Penalised linear models, against scikit-learn's own answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import onnxruntime as ort
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression, QuantileRegressor, Ridge

from modelyard import run
from modelyard.core import deadline
from modelyard.core.blocks import Bag, Codes, Examples, Numbers, Tokens, feeds
from modelyard.core.errors import RecipeError
from modelyard.core.training import Loss
from modelyard.core.tuning import Range
from modelyard.core.types import Kind, Task
from modelyard.families import MODELS
from modelyard.models.layers.design import FEW, design
from modelyard.models.layers.problems import PENALTIES
from modelyard.models.linear import Linear

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from modelyard.core.blocks import Block

RANDOM = np.random.default_rng(0)
ROWS = 90


def inputs(rows: int = ROWS) -> dict[str, Block]:
    """A block of each form that a linear model reads."""
    lengths = RANDOM.integers(0, 4, rows)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    bag = Bag(RANDOM.integers(0, 256, offsets[-1]), offsets, RANDOM.random(offsets[-1]).astype(np.float32), 256)
    numbers = Numbers(RANDOM.normal(size=(rows, 2)).astype(np.float32))
    return {"n": numbers, "c": Codes(RANDOM.integers(0, 5, rows), 5), "b": bag}


def examples(task: Task, classes: int = 2) -> Examples:
    blocks = inputs()
    numbers = blocks["n"].arrays()["values"]
    signal = numbers[:, 0] - numbers[:, 1] + RANDOM.normal(0, 0.3, ROWS)
    if task is Task.REGRESSION:
        return Examples(blocks, 50 + 10 * signal, 1)
    edges = np.quantile(signal, np.linspace(0, 1, classes + 1)[1:-1])
    return Examples(blocks, np.searchsorted(edges, signal), classes)


def dense(examples: Examples) -> npt.NDArray[np.float64]:
    return np.asarray(design(examples.inputs, {}))


def test_blocks_lie_side_by_side() -> None:
    found = dense(Examples(inputs(), np.zeros(ROWS), 1))
    assert found.shape == (ROWS, 2 + 5 + 256)
    assert set(found[:, 2:7].sum(axis=1).tolist()) == {1.0}
    wide = inputs() | {"w": Codes(np.zeros(ROWS, np.int64), FEW)}
    assert np.array_equal(design(wide, {}).toarray()[:, :-FEW], design(dict(list(wide.items())[:-1]), {}))


@pytest.mark.parametrize(("task", "classes"), [(Task.BINARY, 2), (Task.MULTICLASS, 4)])
@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_classes_are_those_of_the_textbook(task: Task, classes: int, penalty: float) -> None:
    train = examples(task, classes)
    fitted = Linear(penalty=penalty).fit(train, train, task, seed=1)
    oracle = LogisticRegression(C=1 / penalty, max_iter=5000, tol=1e-8).fit(dense(train), train.target)
    assert np.allclose(fitted(train.inputs), oracle.predict_proba(dense(train)), atol=1e-2)


def test_numbers_are_those_of_the_textbook() -> None:
    train = examples(Task.REGRESSION)
    fitted = Linear(penalty=2.0).fit(train, train, Task.REGRESSION, seed=1)
    oracle = Ridge(alpha=2.0).fit(dense(train), train.target)
    assert np.allclose(fitted(train.inputs)[:, 0], oracle.predict(dense(train)), rtol=1e-3)


def test_the_valid_rows_choose_the_penalty() -> None:
    train = Examples({"n": Numbers(RANDOM.normal(size=(30, 25)).astype(np.float32))}, RANDOM.integers(0, 2, 30), 2)
    valid = Examples({"n": Numbers(RANDOM.normal(size=(300, 25)).astype(np.float32))}, RANDOM.integers(0, 2, 300), 2)
    chosen = Linear().fit(train, valid, Task.BINARY, seed=1)
    heaviest = Linear(penalty=max(PENALTIES)).fit(train, valid, Task.BINARY, seed=1)
    assert np.array_equal(chosen.weights, heaviest.weights), "where there is nothing to learn, the heaviest wins"


def test_weights_count() -> None:
    train = examples(Task.BINARY)
    heavy = np.where(np.arange(ROWS) % 2 == 0, 3.0, 0.0)
    weighed = Examples(train.inputs, train.target, 2, heavy)
    tripled = train.take(np.repeat(np.arange(0, ROWS, 2), 3))
    ours = Linear(penalty=1.0).fit(weighed, weighed, Task.BINARY, seed=1)
    theirs = Linear(penalty=1.0).fit(tripled, tripled, Task.BINARY, seed=1)
    assert np.allclose(ours(train.inputs), theirs(train.inputs), atol=1e-3)


def test_a_class_that_training_lacks_is_as_good_as_impossible() -> None:
    train = examples(Task.BINARY)
    three = Examples(train.inputs, np.where(train.target == 1, 2, 0), 3)
    answers = Linear(penalty=1.0).fit(three, three, Task.MULTICLASS, seed=1)(train.inputs)
    assert answers.shape == (ROWS, 3)
    assert answers[:, 1].max() < 1e-9


@pytest.mark.parametrize("perfect", [True, False])
def test_separable_and_constant_rows_are_learnt_in_peace(perfect: bool) -> None:  # noqa: FBT001
    target = np.arange(40) % 2
    values = (target[:, None] * 2.0 - 1).astype(np.float32) if perfect else np.zeros((40, 1), np.float32)
    train = Examples({"n": Numbers(values)}, target, 2)
    answers = Linear().fit(train, train, Task.BINARY, seed=1)(train.inputs)
    assert ((answers[:, 1] > 0.5) == target).all() == perfect
    constant = Examples({"n": Numbers(values)}, np.full(40, 7.0), 1)
    assert np.allclose(Linear().fit(constant, constant, Task.REGRESSION, seed=1)(train.inputs), 7.0, atol=1e-3)


@pytest.mark.parametrize("knots", [0, 5])
@pytest.mark.parametrize("task", Task)
def test_the_graph_is_the_predictor(task: Task, knots: int, tmp_path: Path) -> None:
    train = examples(task, 3)
    fitted = Linear(penalty=1.0, knots=knots).fit(train, train, task, seed=1)
    fitted.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for rows in (np.arange(ROWS), np.array([5]), np.zeros(0, np.int64)):
        part = train.take(rows)
        (answers,) = session.run(["answers"], feeds(part.inputs))
        assert np.allclose(answers, fitted(part.inputs), rtol=1e-4, atol=1e-4)
    again = tmp_path / "again.onnx"
    fitted.to_onnx(again)
    assert again.read_bytes() == (tmp_path / "model.onnx").read_bytes()


HOUSES = np.array([1000.0, 1500.0, 2000.0, 2500.0])


@pytest.mark.parametrize("settings", [{}, {"penalty": 0.0}, {"loss": "absolute"}, {"loss": "huber"}])
def test_a_line_is_found_to_the_last_digits(settings: dict[str, Any]) -> None:
    def scaled(feet: Any) -> dict[str, Block]:
        return {"feet": Numbers(((np.array(feet) - 1750) / 559).astype(np.float32)[:, None])}

    houses = Examples(scaled(HOUSES), 100_000 + 100 * HOUSES, 1)
    fitted = Linear(**settings).fit(houses, houses, Task.REGRESSION, seed=1)
    assert np.allclose(fitted(scaled([0.0, 1000.0]))[:, 0], [100_000, 200_000], rtol=1e-4)


def test_a_recipe_without_settings_finds_the_line_too(tmp_path: Path) -> None:
    file = str(tmp_path / "houses.csv")
    pl.DataFrame({"feet": HOUSES, "price": 100_000 + 100 * HOUSES}).write_csv(file)
    data = dict.fromkeys(("train", "valid", "test"), file)
    said = {"version": 1, "name": "houses", "data": data, "target": "price", "task": "regression", "model": "linear"}
    made = run.train({**said, "columns": {"feet": {"kind": "number"}}}, home=tmp_path / "yard")
    answers = made.bundle.predict([{"feet": 0.0}, {"feet": 1000.0}])["predictions"]
    assert [answer["prediction"] for answer in answers] == pytest.approx([100_000, 200_000], rel=1e-4)


def skewed(rows: int = 800) -> Examples:
    """Numbers whose errors grow with them and lie to one side, one in twenty absurd."""
    random = np.random.default_rng(3)
    values = random.normal(size=(rows, 3)).astype(np.float32)
    errors = random.exponential(1 + np.abs(values[:, 0]))
    errors[::20] = 1e4
    return Examples({"n": Numbers(values)}, 3 * values[:, 1] + errors, 1)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_quantile_has_its_share_of_the_rows_below(share: float) -> None:
    rows = skewed()
    foretold = Linear(loss="quantile", quantile=share, penalty=0.0).fit(rows, rows, Task.REGRESSION, seed=1)
    assert np.mean(rows.target < foretold(rows.inputs)[:, 0]) == pytest.approx(share, abs=0.01)


def test_a_quantile_is_that_of_the_textbook() -> None:
    rows = skewed(200)
    values = rows.inputs["n"].arrays()["values"]
    ours = Linear(loss="absolute", penalty=0.0).fit(rows, rows, Task.REGRESSION, seed=1)(rows.inputs)[:, 0]
    theirs = QuantileRegressor(alpha=0.0).fit(values, rows.target).predict(values)
    assert np.abs(rows.target - ours).mean() <= np.abs(rows.target - theirs).mean() * 1.001


@pytest.mark.parametrize("loss", ["absolute", "huber", "quantile"])
def test_what_lies_far_sways_no_robust_loss(loss: Any) -> None:
    rows = skewed()
    square, robust = (Linear(loss=kind).fit(rows, rows, Task.REGRESSION, seed=1) for kind in ("squared", loss))
    usual = np.arange(len(rows)) % 20 != 0
    wrong = [np.abs(rows.target - model(rows.inputs)[:, 0])[usual].mean() for model in (square, robust)]
    assert wrong[1] < 0.1 * wrong[0]


def test_weights_count_for_every_loss() -> None:
    rows, first = skewed(200), np.arange(200) < 100
    weighed = Examples(rows.inputs, np.where(first, rows.target, -rows.target), 1, np.where(first, 2.0, 0.0))
    doubled = rows.take(np.tile(np.arange(100), 2))
    for loss in get_args(Loss):
        ours, theirs = (
            Linear(loss=loss, penalty=1.0).fit(part, part, Task.REGRESSION, seed=1) for part in (weighed, doubled)
        )
        assert np.allclose(ours(rows.inputs), theirs(rows.inputs), rtol=0.02, atol=0.02), loss


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_a_lasso_leaves_out_what_says_nothing(task: Task) -> None:
    values = np.random.default_rng(4).normal(size=(300, 10)).astype(np.float32)
    target = values[:, 0] > 0 if task.classifies else values[:, 0].astype(np.float64)
    rows = Examples({"n": Numbers(values)}, target.astype(np.int64 if task.classifies else np.float64), 2)
    fitted = Linear(penalty=30.0, l1_ratio=1.0).fit(rows, rows, task, seed=1)
    assert np.abs(fitted.weights[0]).max() > 0.1
    assert np.abs(fitted.weights[1:]).max() == 0


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_knots_bend_what_is_no_line(task: Task) -> None:
    values = np.random.default_rng(5).normal(size=(600, 2)).astype(np.float32)
    bowl = values[:, 0] ** 2
    rows = Examples({"n": Numbers(values)}, (bowl > 0.5).astype(np.int64) if task.classifies else 5 * bowl, 2)
    straight, bent = (Linear(knots=knots).fit(rows, rows, task, seed=1)(rows.inputs) for knots in (0, 12))
    if task.classifies:
        right = [(answers.argmax(axis=1) == rows.target).mean() for answers in (straight, bent)]
        assert right[0] < 0.7
        assert right[1] > 0.95
    else:
        assert np.var(rows.target - bent[:, 0]) < 0.05 * np.var(rows.target - straight[:, 0])


def test_numbers_are_left_far_out_for_the_knots_alone() -> None:
    assert Kind.NUMBER not in Linear().encoders()
    assert Linear(knots=4).encoders()[Kind.NUMBER] == {"name": "number", "scale": "robust", "clip": None}


def test_no_weaker_penalty_is_tried_when_the_time_is_up() -> None:
    rows = examples(Task.BINARY)
    with deadline.within(0):
        hurried = Linear().fit(rows, rows, Task.BINARY, seed=1)
    assert np.array_equal(hurried.weights, Linear(penalty=PENALTIES[0]).fit(rows, rows, Task.BINARY, seed=1).weights)


@pytest.mark.parametrize("changed", [{}, *Linear().variants()])
def test_what_a_search_tries_can_be_built(changed: dict[str, Any]) -> None:
    for name, range_ in Linear().space().items():
        assert isinstance(range_, Range)
        for bound in (range_.low, range_.high):
            MODELS.build("linear", {**changed, name: int(bound) if range_.whole else bound})


def test_tokens_are_refused() -> None:
    tokens = Tokens(np.zeros(2, np.int32), np.array([0, 1, 2]), 5)
    train = Examples({"t": tokens}, np.array([0, 1]), 2)
    with pytest.raises(RecipeError) as caught:
        Linear().fit(train, train, Task.BINARY, seed=1)
    assert "pretrained" in caught.value.hint
