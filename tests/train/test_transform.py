"""Transformed targets: the way back is exact, the graph goes it too, and no answer is absurd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import onnxruntime as ort
import pytest

from modelyard.core.blocks import Examples, Numbers, feeds
from modelyard.core.errors import DataError
from modelyard.core.training import Transform
from modelyard.core.types import Task
from modelyard.models.linear import Linear
from modelyard.train.transform import KNOTS, Log, Ranks, Root, Transformed

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.types import Floats

RANDOM = np.random.default_rng(0)
every_transform = pytest.mark.parametrize("transform", get_args(Transform))


def prices(rows: int = 400) -> Examples:
    """Prices that a line foretells by their logarithm."""
    values = RANDOM.normal(size=(rows, 2)).astype(np.float32)
    return Examples({"n": Numbers(values)}, np.exp(9 + values[:, 0] + RANDOM.normal(0, 0.1, rows)), 1)


def learn(transform: Any, rows: Examples) -> Any:
    return Transformed(Linear(), transform).fit(rows, rows, Task.REGRESSION, seed=1)


@pytest.mark.parametrize(
    "target",
    [
        np.arange(150.0),
        RANDOM.exponential(1e6, 120),
        RANDOM.integers(0, 5, 300).astype(float),
        np.array([0.0, 1e9, 2.0, 1e-3]),
        np.full(9, 7.0),
        np.zeros(4),
    ],
)
def test_the_way_back_is_exact(target: Floats) -> None:
    for scale in (Log(), Root(), Ranks.fit(target, np.ones(len(target)))):
        assert np.allclose(scale.back(scale.of(target)), target, rtol=1e-9, atol=1e-9)


def test_ranks_become_normal_scores_through_few_knots() -> None:
    target = RANDOM.exponential(1e6, 50_000)
    scale = Ranks.fit(target, np.ones(len(target)))
    scores = scale.of(target)
    assert len(scale.values) <= KNOTS
    assert np.allclose(np.quantile(scores, [0.1, 0.5, 0.9]), [-1.2816, 0, 1.2816], atol=0.02)
    within = (target > scale.values[0]) & (target < scale.values[-1])
    assert np.allclose(scale.back(scores)[within], target[within], rtol=1e-9)


def test_ranks_are_of_the_weight() -> None:
    target = np.array([1.0, 2.0, 3.0, 9.0])
    weighed = Ranks.fit(target, np.array([1.0, 3.0, 1.0, 0.0]))
    repeated = Ranks.fit(np.array([1.0, 2.0, 2.0, 2.0, 3.0]), np.ones(5))
    assert weighed.values.tolist() == repeated.values.tolist()
    assert np.allclose(weighed.scores, repeated.scores)


@every_transform
@pytest.mark.parametrize("target", ["prices", "constant", "few"])
def test_the_graph_is_the_predictor(transform: Any, target: str, tmp_path: Path) -> None:
    rows = prices()
    if target == "constant":
        rows = Examples(rows.inputs, np.full(len(rows), 3.0), 1)
    elif target == "few":
        rows = rows.take(np.arange(4))
    fitted = learn(transform, rows)
    far = Examples({"n": Numbers(np.array([[1e6, 0], [-1e6, 0]], np.float32))}, np.zeros(2), 1)
    fitted.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for part in (rows, far, rows.take(np.zeros(0, np.int64))):
        mine, (theirs,) = fitted(part.inputs), session.run(["answers"], feeds(part.inputs))
        assert mine.shape == theirs.shape == (len(part), 1)
        assert np.isfinite(mine).all()
        assert np.abs(mine - theirs).max(initial=0) <= 1e-4 * max(
            np.abs(rows.target).max(), np.abs(mine).max(initial=0)
        )


@every_transform
def test_what_grows_by_factors_is_foretold_better(transform: Any) -> None:
    rows, others = prices(), prices()
    plain = Linear().fit(rows, rows, Task.REGRESSION, seed=1)
    wrong = [np.abs(model(others.inputs)[:, 0] - others.target).mean() for model in (plain, learn(transform, rows))]
    assert wrong[1] < 0.6 * wrong[0]


def test_answers_rise_with_what_is_learnt() -> None:
    ladder = np.linspace(-30, 30, 2000)
    for scale in (Log(), Ranks.fit(RANDOM.exponential(1, 500), np.ones(500))):
        assert (np.diff(scale.back(ladder)) >= 0).all()


@pytest.mark.parametrize("transform", ["log", "sqrt"])
def test_a_negative_target_is_told(transform: Any) -> None:
    rows = prices()
    debts = Examples(rows.inputs, rows.target - 1e5, 1)
    for train, valid in ((debts, rows), (rows, debts)):
        with pytest.raises(DataError, match=f"smallest is {debts.target.min():g}".replace("+", r"\+")) as caught:
            Transformed(Linear(), transform).fit(train, valid, Task.REGRESSION, seed=1)
        assert caught.value.where == "target_transform"
        assert "quantile" in caught.value.hint
    learn("quantile", debts)


def test_it_wants_what_its_model_wants() -> None:
    model = Linear(knots=5)
    wrapped = Transformed(model, "log")
    assert wrapped.encoders() == model.encoders()
    assert (wrapped.reads, wrapped.needs) == (model.reads, model.needs)
