"""Probabilities brought to what they say, by rows that the model did not learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import folds, seeds
from modelyard.core.blocks import HeldOut, Inputs
from modelyard.core.protocols import Predictor
from modelyard.models.layers.graph import Graph
from modelyard.train import objective
from modelyard.train.calibrators import Calibrator, Same, Stepped, platt, temperature
from modelyard.train.ensemble import graph_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.core.finish import Calibration
    from modelyard.core.types import Floats

FOLDS = 5
MOST = 100_000  # rows that tell enough
METHODS: dict[str, tuple[Callable[[npt.NDArray[Any], Floats, Floats], Calibrator], int]] = {
    "none": (lambda _target, _answers, _weight: Same(), 0),
    "temperature": (temperature, 20),
    "platt": (platt, 50),
    "isotonic": (Stepped.fit, 1000),
}  # how each is fitted, and on how many rows at least


@dataclass(frozen=True)
class Calibrated(Predictor):
    """A predictor whose probabilities mean what they say."""

    inner: Predictor
    calibrator: Calibrator
    outputs: int

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        return self.calibrator(self.inner(inputs))

    def to_onnx(self, path: Path) -> None:
        """Write one graph: the inner one's, and what its answers then go through."""
        graph = Graph("calibrated")
        answers = graph.absorb(graph_of(self.inner), "inner")
        graph.answer(self.calibrator.draw(graph, answers, self.outputs), self.outputs)
        graph.save(path)


def meant(predictor: Predictor, held_out: HeldOut) -> HeldOut:
    """Held-out rows with the answers that a calibrated predictor makes of its bare ones."""
    if not isinstance(predictor, Calibrated):
        return held_out
    return replace(held_out, answers=predictor.calibrator(held_out.answers))


def fit(held_out: HeldOut, method: Calibration, seed: int) -> tuple[str, Calibrator, HeldOut]:
    """The method's name, what it learnt from all rows, and the rows with answers calibrated on the other folds.

    Where there are too few rows, or rows of one class alone, the method is `none`. `auto` leaves answers as they are
    unless the log loss over five folds gets less by more than one standard error of the paired difference, and takes
    what may bend them further only where that does so again.
    """
    rows = _useful(held_out, seed)
    able = [name for name, (_, fewest) in METHODS.items() if len(rows.target) >= fewest]
    if len(np.unique(rows.target)) < 2:
        able = ["none"]
    if method != "auto":
        name: str = method if method in able else "none"
        return name, _learn(name, rows), _crossed(name, rows, seed)
    tried = {name: _crossed(name, rows, seed) for name in able}
    name = _best(tried)
    return name, _learn(name, rows), tried[name]


def _useful(held_out: HeldOut, seed: int) -> HeldOut:
    """The rows that weigh something, at most so many, weighing one on average."""
    weight = np.ones(len(held_out.target)) if held_out.weight is None else held_out.weight.astype(np.float64)
    kept = np.flatnonzero(weight > 0)
    if len(kept) > MOST:
        kept = np.sort(seeds.generator(seed, "calibration", "rows").choice(kept, MOST, replace=False))
    mean = float(weight[kept].mean()) if len(kept) else 1.0
    return HeldOut(held_out.target[kept], held_out.answers[kept], weight[kept] / mean)


def _learn(name: str, rows: HeldOut) -> Calibrator:
    learn, _fewest = METHODS[name]
    return learn(rows.target, rows.answers, _weights(rows))


def _crossed(name: str, rows: HeldOut, seed: int) -> HeldOut:
    """The same rows, each answered by a calibrator that was fitted on the other folds."""
    if name == "none":
        return rows
    fold = folds.deal(rows.target, FOLDS, seeds.generator(seed, "calibration", "folds"))
    answers, weight = np.empty_like(rows.answers), _weights(rows)
    for number in range(FOLDS):
        here, others = fold == number, fold != number
        learnt = METHODS[name][0](rows.target[others], rows.answers[others], weight[others])
        answers[here] = learnt(rows.answers[here])
    return HeldOut(rows.target, answers, rows.weight)


def _best(tried: dict[str, HeldOut]) -> str:
    """From the least to the most that a method may bend: each takes over where its log loss is plainly less."""
    weight = _weights(tried["none"])
    share = weight / max(float(weight.sum()), 1.0)
    best, *others = METHODS
    for name in [name for name in others if name in tried]:
        gain = _losses(tried[best]) - _losses(tried[name])
        mean = float(share @ gain)
        if mean > float(np.sqrt((share**2 * (gain - mean) ** 2).sum())):
            best = name
    return best


def _losses(rows: HeldOut) -> Floats:
    return objective.log_losses(rows.target, rows.answers)


def _weights(rows: HeldOut) -> Floats:
    return np.ones(len(rows.target)) if rows.weight is None else rows.weight
