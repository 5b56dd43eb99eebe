"""Mixtures: how they are chosen, and that their one graph answers as they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelyard.core.blocks import Block, Codes, Examples, HeldOut, Numbers, feeds
from modelyard.core.types import Task
from modelyard.models.linear import Linear
from modelyard.train import ensemble, objective
from modelyard.train.ensemble import Ensemble, Terms
from modelyard.train.price import work

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.types import Floats


def loss_of(target: Floats) -> ensemble.Loss:
    return lambda answers: float(np.mean((target - answers[:, 0]) ** 2))


@given(some.integers(0, 30), some.integers(1, 6))
def test_a_mixture_is_never_worse_than_its_best_member(seed: int, models: int) -> None:
    random = np.random.default_rng(seed)
    target = random.normal(size=40)
    answers = [(target + random.normal(0, 1 + number, 40))[:, None] for number in range(models)]
    loss = loss_of(target)
    shares = ensemble.weights(answers, loss, [0.0] * models, Terms(models))
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()
    mixture = sum(share * each for share, each in zip(shares, answers, strict=True))
    assert loss(np.asarray(mixture)) <= min(map(loss, answers)) * (1 + 1e-3) + 1e-12  # what weighs little is left out


def test_two_that_err_apart_share_the_weight() -> None:
    random = np.random.default_rng(0)
    target = random.normal(size=4000)
    answers = [(target + random.normal(0, 1, 4000))[:, None] for _ in range(2)]
    every = [*answers, random.normal(0, 9, 4000)[:, None]]
    shares = ensemble.weights(every, loss_of(target), [0.0] * 3, Terms(3))
    assert shares[:2] == pytest.approx([0.5, 0.5], abs=0.06)
    assert shares[2] == 0


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_members_than_asked_for(most: int) -> None:
    random = np.random.default_rng(1)
    target = random.normal(size=300)
    answers = [(target + random.normal(0, 1, 300))[:, None] for _ in range(8)]
    assert np.count_nonzero(ensemble.weights(answers, loss_of(target), [0.0] * 8, Terms(most))) <= most


@pytest.mark.parametrize("task", Task)
def test_the_graph_answers_as_the_mixture(task: Task, tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    inputs: dict[str, Block] = {
        "a": Numbers(random.normal(size=(90, 3)).astype(np.float32)),
        "b": Codes(random.integers(0, 4, 90), 4),
    }
    outputs = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 1}[task]
    target = random.integers(0, outputs, 90) if task.classifies else random.normal(300, 20, 90)
    rows = Examples(inputs, target, outputs)
    fitted = [Linear(penalty=p).fit(rows, rows, task, seed=1) for p in (0.1, 1.0, 50.0)]
    whole = Ensemble(((0.7, (fitted[0], fitted[1])), (0.3, (fitted[2],))), HeldOut(target, fitted[0](inputs)))
    answers = whole(inputs)
    expected = 0.35 * fitted[0](inputs) + 0.35 * fitted[1](inputs) + 0.3 * fitted[2](inputs)
    np.testing.assert_allclose(answers, expected, rtol=1e-5)
    whole.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(["answers"], feeds(inputs))[0], answers, rtol=1e-5, atol=1e-6)
    whole.to_onnx(tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == (tmp_path / "model.onnx").read_bytes()
    assert len(onnx.load(tmp_path / "model.onnx").graph.output) == 1


def test_losses_of_numbers_are_the_textbooks() -> None:
    target, answers = np.array([0.0, 0.0, 0.0]), np.array([[1.0], [-2.0], [9.0]])
    assert objective.losses(target, answers, "squared").tolist() == [1, 4, 81]
    assert objective.losses(target, answers, "absolute").tolist() == [1, 2, 9]
    assert objective.losses(target, answers, "quantile", 0.9).tolist() == pytest.approx([0.1, 1.8, 0.9])
    huber = objective.losses(target, answers, "huber", scale=1.0)
    assert huber.tolist() == pytest.approx([0.5, 1.345 * (2 - 0.6725), 1.345 * (9 - 0.6725)])


def test_the_log_loss_of_a_bold_mistake_is_finite() -> None:
    losses = objective.log_losses(np.array([0, 1]), np.array([[0.25, 0.75], [1.0, 0.0]]))
    assert losses.tolist() == pytest.approx([np.log(4), -np.log(objective.LEAST)])


@pytest.mark.parametrize(("prices", "wanted"), [((0, 0, 0), {0, 1, 2}), ((0, 9, 0), {0, 2}), ((9, 9, 0), {2})])
def test_what_costs_more_than_it_gains_is_left_out(prices: tuple[float, ...], wanted: set[int]) -> None:
    random = np.random.default_rng(3)
    target = random.normal(size=4000)
    answers = [(target + random.normal(0, spread, 4000))[:, None] for spread in (1.0, 1.02, 1.04)]
    shares = ensemble.weights(answers, loss_of(target), prices, Terms(3, price=1.0))
    assert set(np.flatnonzero(shares)) == wanted


@pytest.mark.parametrize(("most", "wanted"), [(9.0, {0, 1, 2}), (4.5, {0, 2}), (3.0, {1, 2}), (0.5, {2})])
def test_members_work_no_more_than_they_may(most: float, wanted: set[int]) -> None:
    random = np.random.default_rng(3)
    target = random.normal(size=4000)
    answers = [(target + random.normal(0, spread, 4000))[:, None] for spread in (1.0, 1.02, 1.04)]
    shares = ensemble.weights(answers, loss_of(target), [3.5, 1.5, 1.0], Terms(3, work=most))
    assert set(np.flatnonzero(shares)) == wanted


def test_work_is_reckoned_from_the_graph() -> None:
    numbers = Numbers(np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32))
    rows = Examples({"a": numbers}, np.arange(300.0), 1)
    narrow, wide = (Linear(penalty=1.0, knots=k).fit(rows, rows, Task.REGRESSION, seed=1) for k in (4, 40))
    assert 0 < work(ensemble.graph_of(narrow)) < work(ensemble.graph_of(wide))
