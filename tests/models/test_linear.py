"""Penalised linear models, against scikit-learn's own answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime as ort
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from modelyard.core.errors import RecipeError
from modelyard.core.types import Bag, Codes, Examples, Numbers, Task, Tokens, feeds
from modelyard.models.linear import PENALTIES, Linear, design

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from modelyard.core.types import Block

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
    return np.asarray(design(examples.inputs).toarray())


def test_blocks_lie_side_by_side() -> None:
    found = dense(Examples(inputs(), np.zeros(ROWS), 1))
    assert found.shape == (ROWS, 2 + 5 + 256)
    assert set(found[:, 2:7].sum(axis=1).tolist()) == {1.0}
    only_numbers = design({"n": Numbers(np.ones((3, 2), np.float32))})
    assert isinstance(only_numbers, np.ndarray)


@pytest.mark.parametrize(("task", "classes"), [(Task.BINARY, 2), (Task.MULTICLASS, 4)])
@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_classes_are_those_of_the_textbook(task: Task, classes: int, penalty: float) -> None:
    train = examples(task, classes)
    fitted = Linear(penalty=penalty).fit(train, train, task, seed=1)
    oracle = LogisticRegression(C=1 / penalty, max_iter=5000).fit(dense(train), train.target)
    assert np.allclose(fitted(train.inputs), oracle.predict_proba(dense(train)), atol=1e-3)


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


@pytest.mark.parametrize("task", Task)
def test_the_graph_is_the_predictor(task: Task, tmp_path: Path) -> None:
    train = examples(task, 3)
    fitted = Linear(penalty=1.0).fit(train, train, task, seed=1)
    fitted.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for rows in (np.arange(ROWS), np.array([5]), np.zeros(0, np.int64)):
        part = train.take(rows)
        (answers,) = session.run(["answers"], feeds(part.inputs))
        assert np.allclose(answers, fitted(part.inputs), rtol=1e-4, atol=1e-4)
    again = tmp_path / "again.onnx"
    fitted.to_onnx(again)
    assert again.read_bytes() == (tmp_path / "model.onnx").read_bytes()


def test_tokens_are_refused() -> None:
    tokens = Tokens(np.zeros(2, np.int32), np.array([0, 1, 2]), 5)
    train = Examples({"t": tokens}, np.array([0, 1]), 2)
    with pytest.raises(RecipeError) as caught:
        Linear().fit(train, train, Task.BINARY, seed=1)
    assert "pretrained" in caught.value.hint
