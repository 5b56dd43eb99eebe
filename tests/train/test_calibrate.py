"""Probabilities that mean what they say on rows that no fit has seen, and a graph that gives the very same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import onnxruntime as ort
import pytest

from modelyard.core.blocks import BlockSpec, HeldOut, Numbers
from modelyard.core.finish import Calibration
from modelyard.core.protocols import Predictor
from modelyard.families import METRICS
from modelyard.models.layers.graph import Graph
from modelyard.train import calibrate
from modelyard.train.calibrators import EDGE, STEEPEST, Curve, Scaled, Stepped
from modelyard.train.objective import log_losses

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Inputs
    from modelyard.core.types import Floats

METHODS = [method for method in get_args(Calibration) if method not in {"auto", "none"}]


def softmax(scores: Any) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def rows(count: int, classes: int, heat: float, shift: float, seed: int) -> HeldOut:
    """Classes drawn with known probabilities, and answers whose log odds are `heat` times as far apart, and shifted."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 1.2, (count, classes))
    cumulated = softmax(scores).cumsum(axis=1)
    target = (random.random((count, 1)) > cumulated).sum(axis=1).clip(0, classes - 1)
    return HeldOut(target, softmax(scores * heat + shift * np.arange(classes)).astype(np.float32))


def loss(held_out: HeldOut) -> float:
    return float(log_losses(held_out.target, held_out.answers).mean())


def after(learnt: Any, held_out: HeldOut) -> HeldOut:
    return HeldOut(held_out.target, learnt(held_out.answers), held_out.weight)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("method", METHODS)
def test_fresh_rows_are_answered_better(method: Calibration, classes: int) -> None:
    name, learnt, _ = calibrate.fit(rows(2500, classes, 3.0, 0.0, 1), method, 7)
    fresh = rows(4000, classes, 3.0, 0.0, 2)
    honest = rows(4000, classes, 1.0, 0.0, 2)
    assert name == method
    assert loss(after(learnt, fresh)) < loss(honest) + 0.02 < loss(fresh) - 0.1
    ece = METRICS.build("ece", {})
    mended = after(learnt, fresh)
    assert ece(fresh.target, mended.answers, np.ones(4000)) < 0.5 * ece(fresh.target, fresh.answers, np.ones(4000))


CASES = [(3.0, 0.0, {"temperature"}), (1.0, 2.0, {"platt"}), (1.0, 0.0, {"none"})]


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize(("heat", "shift", "wanted"), CASES)
def test_auto_takes_the_method_for_what_is_wrong(heat: float, shift: float, wanted: set[str], classes: int) -> None:
    name, learnt, crossed = calibrate.fit(rows(3000, classes, heat, shift, 3), "auto", 7)
    assert name in wanted
    fresh = rows(4000, classes, heat, shift, 4)
    assert loss(after(learnt, fresh)) == pytest.approx(loss(rows(4000, classes, 1.0, 0.0, 4)), abs=0.01)
    assert loss(crossed) == pytest.approx(loss(rows(3000, classes, 1.0, 0.0, 3)), abs=0.02)


def test_the_temperature_is_found() -> None:
    _, learnt, _ = calibrate.fit(rows(20_000, 3, 2.5, 0.0, 5), "temperature", 7)
    assert isinstance(learnt, Scaled)
    np.testing.assert_allclose(1 / learnt.slope, 2.5, rtol=0.05)
    np.testing.assert_array_equal(learnt.shift, 0)


def test_a_curve_that_no_slope_is_takes_isotonic() -> None:
    random = np.random.default_rng(0)
    share = random.random(20_000)
    target = (random.random(20_000) < np.where(share < 0.5, 0.1, 0.35)).astype(np.int64)
    answers = np.stack([1 - share, share], axis=1).astype(np.float32)
    name, learnt, _ = calibrate.fit(HeldOut(target, answers), "auto", 7)
    assert name == "isotonic"
    told = learnt(np.array([[0.8, 0.2], [0.2, 0.8]], dtype=np.float32))[:, 1]
    np.testing.assert_allclose(told, [0.1, 0.35], atol=0.03)


def test_a_row_of_weight_two_is_two_rows() -> None:
    given = rows(1500, 2, 2.0, 1.0, 6)
    weight = np.ones(1500)
    weight[:300] = 2
    again = np.concatenate([np.arange(1500), np.arange(300)])
    asked = rows(50, 2, 2.0, 1.0, 7).answers
    for method in METHODS:
        _, weighed, _ = calibrate.fit(HeldOut(given.target, given.answers, weight), method, 7)
        _, doubled, _ = calibrate.fit(HeldOut(given.target[again], given.answers[again]), method, 7)
        np.testing.assert_allclose(weighed(asked), doubled(asked), atol=2e-3, err_msg=method)


FEW: list[tuple[str, HeldOut]] = [
    ("no row", HeldOut(np.zeros(0, np.int64), np.zeros((0, 2), np.float32))),
    ("three rows", HeldOut(np.array([0, 1, 0]), np.full((3, 2), 0.5, np.float32))),
    ("one class", HeldOut(np.ones(2000, np.int64), rows(2000, 2, 1.0, 0.0, 8).answers)),
    ("no weight", HeldOut(rows(2000, 2, 3.0, 0.0, 8).target, rows(2000, 2, 3.0, 0.0, 8).answers, np.zeros(2000))),
]


@pytest.mark.parametrize("method", get_args(Calibration))
@pytest.mark.parametrize(("what", "held_out"), FEW, ids=[what for what, _ in FEW])
def test_too_little_to_learn_from_leaves_answers_alone(what: str, held_out: HeldOut, method: Calibration) -> None:  # noqa: ARG001
    name, learnt, _ = calibrate.fit(held_out, method, 7)
    asked = rows(10, 2, 1.0, 0.0, 9).answers
    assert name == "none"
    np.testing.assert_array_equal(learnt(asked), asked)


def test_isotonic_wants_a_thousand_rows() -> None:
    few = rows(999, 2, 3.0, 0.0, 10)
    assert calibrate.fit(few, "isotonic", 7)[0] == "none"


SURE = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [1e-12, 1.0], [0.999999, 1e-6]], dtype=np.float32)


@pytest.mark.parametrize("method", METHODS)
def test_sure_answers_stay_probabilities_and_in_order(method: Calibration) -> None:
    parted = np.repeat([0, 1], 1000)  # told apart without a fault: no slope may grow for ever
    told = HeldOut(parted, np.stack([1.0 - parted, parted], axis=1).astype(np.float32))
    for held_out in (told, rows(2000, 2, 8.0, -1.0, 11)):
        _, learnt, _ = calibrate.fit(held_out, method, 7)
        answers = learnt(SURE)
        assert answers.dtype == np.float32
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
        assert answers.min() >= EDGE / 2
        assert np.isfinite(np.log(answers)).all()
        grown = learnt(np.stack([1 - GRID, GRID], axis=1))[:, 1]
        assert (np.diff(grown) >= -1e-7).all()


GRID = np.linspace(0, 1, 2001).astype(np.float32)


def test_ranks_are_kept_and_no_curve_is_too_steep() -> None:
    learnt = Stepped.fit(*_plain(rows(3000, 2, 3.0, 1.0, 12)))
    grown = learnt(np.stack([1 - GRID, GRID], axis=1))[:, 1]
    assert (np.diff(grown) > 0).all()
    assert max(float(curve.slope.max()) for curve in learnt.curves) <= STEEPEST * 1.01


def _plain(held_out: HeldOut) -> tuple[Any, Floats, Floats]:
    return held_out.target, held_out.answers, np.ones(len(held_out.target))


@dataclass(frozen=True)
class Softmax(Predictor):
    """The softmax of its only block."""

    outputs: int

    def __call__(self, inputs: Inputs) -> Floats:
        (block,) = inputs.values()
        assert isinstance(block, Numbers)
        return softmax(block.values).astype(np.float32)

    def to_onnx(self, path: Path) -> None:
        graph = Graph("softmax")
        (values,) = graph.block("x0", BlockSpec("numbers", self.outputs))
        graph.answer(graph.node("Softmax", values, axis=1), self.outputs)
        graph.save(path)


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("method", METHODS)
def test_the_graph_is_the_predictor(method: Calibration, classes: int, tmp_path: Path) -> None:
    _, learnt, _ = calibrate.fit(rows(2000, classes, 2.0, 1.0, 13), method, 7)
    whole = calibrate.Calibrated(Softmax(classes), learnt, classes)
    values = np.random.default_rng(0).normal(0, 6, (3000, classes)).astype(np.float32)
    whole.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession((tmp_path / "model.onnx").read_bytes(), providers=["CPUExecutionProvider"])
    (answers,) = session.run(["answers"], {"x0_values": values})
    mine = whole({"x": Numbers(values)})
    np.testing.assert_allclose(answers, mine, atol=1e-6)
    assert mine.shape == (3000, classes)
    (one,) = session.run(["answers"], {"x0_values": values[:1]})
    np.testing.assert_allclose(one, mine[:1], atol=1e-6)


def test_a_curve_goes_through_its_knots() -> None:
    curve = Curve(np.array([0, 0.25, 1], np.float32), np.array([0.1, 0.2, 0.8], np.float32))
    np.testing.assert_allclose(curve(np.array([0, 0.125, 0.25, 0.625, 1], np.float32)), [0.1, 0.15, 0.2, 0.5, 0.8])
