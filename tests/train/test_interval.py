"""Intervals hold what they say, on rows that no fit has seen, and leave in the graph."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import onnxruntime as ort
import pytest

from modelyard.core.blocks import Examples, Numbers, feeds
from modelyard.core.protocols import Model
from modelyard.core.types import Task
from modelyard.models.linear import FittedLinear, Linear
from modelyard.train import interval

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelyard.core.protocols import Settings
    from modelyard.core.types import Kind

RANDOM = np.random.default_rng(0)


@dataclass(frozen=True)
class Shifted(Model):
    """A line moved until a share of the training rows lies below it: the quickest model of a quantile."""

    share: float
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})

    def encoders(self) -> Mapping[Kind, Settings]:
        return {}

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> FittedLinear:
        line = Linear(penalty=0.01).fit(train, valid, task, seed=seed)
        return replace(line, bias=line.bias + np.quantile(train.target - line(train.inputs)[:, 0], self.share))


def wavy(rows: int, seed: int = 0) -> Examples:
    """Numbers whose errors grow with one column, and are skewed."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 2)).astype(np.float32)
    errors = (random.exponential(1, rows) - 1) * (0.2 + np.abs(values[:, 0]))
    return Examples({"n": Numbers(values)}, 50 + 3 * values[:, 1] + errors, 1)


def fitted(rows: Examples, coverage: float = 0.9, model: Any = Shifted) -> interval.Interval:
    point = Linear().fit(rows, rows, Task.REGRESSION, seed=1)
    return interval.fit(point, rows, coverage, model, seed=1)


def held(part: interval.Interval, rows: Examples) -> float:
    _value, low, high = part(rows.inputs).T
    return float(np.mean((low <= rows.target) & (rows.target <= high)))


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_they_hold_as_often_as_they_say(coverage: float) -> None:
    """Over several tables, as the share varies with the rows that the margin was found on: by sqrt(c (1 - c) / n)."""
    found = [held(fitted(wavy(300, seed), coverage), wavy(2000, 100 + seed)) for seed in range(12)]
    deviation = math.sqrt(coverage * (1 - coverage) / (300 * len(found)))
    assert coverage - 3 * deviation <= np.mean(found) <= coverage + 3 * deviation + 3 / 300


def test_they_hold_though_the_model_is_wrong() -> None:
    """A model of quantiles that is far too sure is moved apart until it holds."""

    assert held(fitted(wavy(500), 0.9, lambda _share: Shifted(0.5)), wavy(3000, 9)) == pytest.approx(0.9, abs=0.05)


def test_they_are_wide_where_errors_are() -> None:
    def bent(share: float) -> Model:
        return Linear(loss="quantile", quantile=share, penalty=0.1, knots=4)

    part, rows = fitted(wavy(400), 0.9, bent), wavy(800, 5)
    _value, low, high = part(rows.inputs).T
    width, far = high - low, np.abs(rows.inputs["n"].arrays()["values"][:, 0])
    assert width[far > 1].mean() > 2 * width[far < 0.3].mean()


@pytest.mark.parametrize("target", ["usual", "constant", "few"])
def test_the_graph_is_the_predictor_and_the_value_lies_within(target: str, tmp_path: Path) -> None:
    rows = wavy(100)
    if target == "constant":
        rows = Examples(rows.inputs, np.full(len(rows), 3.0), 1)
    elif target == "few":
        rows = rows.take(np.arange(4))
    part = fitted(rows)
    part.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for asked in (rows, wavy(50, 3), rows.take(np.array([1]))):
        mine, (theirs,) = part(asked.inputs), session.run(["answers"], feeds(asked.inputs))
        assert mine.shape == (len(asked), 3)
        assert mine.dtype == theirs.dtype == np.float32
        assert np.allclose(mine, theirs, rtol=1e-4, atol=1e-4)
        for value, low, high in (mine.T, theirs.T):
            assert (low <= value).all()
            assert (value <= high).all()
    if target == "constant":
        assert np.allclose(part(rows.inputs), 3.0, atol=0.01)


@pytest.mark.parametrize(
    ("short", "weight", "coverage", "margin"),
    [
        (np.arange(9.0), None, 0.5, 4.0),  # the fifth of nine: (9 + 1) * 0.5
        (np.arange(9.0), None, 0.9, 8.0),  # the ninth
        (np.arange(9.0), None, 0.99, 8.0),  # nine rows cannot promise more than their widest
        (-np.arange(9.0), None, 0.5, -4.0),  # too wide: moved together
        (np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 1.0]), 0.6, 3.0),
        (np.array([1.0, 2.0, 3.0]), np.array([9.0, 1.0, 1.0]), 0.5, 1.0),
    ],
)
def test_the_margin_is_a_quantile_of_a_finite_sample(short: Any, weight: Any, coverage: float, margin: float) -> None:
    assert interval.margin(short, weight, coverage) == margin


def test_rows_of_no_weight_do_not_matter() -> None:
    def weighing(share: float) -> Model:
        return Linear(loss="quantile", quantile=share, penalty=0.1)

    rows = wavy(150)
    odd = np.arange(150) % 3 == 0
    wild = np.where(odd, 1e3 * rows.target, rows.target)
    weighed = Examples(rows.inputs, wild, 1, np.where(odd, 0.0, 1.0))
    widths = [np.median(np.diff(fitted(part, 0.8, weighing)(rows.inputs)[:, 1:])) for part in (weighed, rows)]
    assert widths[0] < 2 * widths[1]


def test_one_seed_gives_one_fit() -> None:
    rows = wavy(80)
    assert np.array_equal(fitted(rows)(rows.inputs), fitted(rows)(rows.inputs))
