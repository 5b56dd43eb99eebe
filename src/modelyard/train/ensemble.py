"""Several models as one: chosen on held-out answers, answering by their weighted mean, leaving as one graph."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx

from modelyard.core.blocks import HeldOut
from modelyard.core.protocols import Predictor
from modelyard.core.tuning import Candidate
from modelyard.models.layers.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.blocks import Inputs
    from modelyard.core.types import Floats

Loss = Callable[["Floats"], float]
STEPS = 40
LEAST = 0.04  # a member that weighs less is left out: it costs as much as any other


@dataclass(frozen=True)
class Ensemble(Predictor):
    """The weighted mean of its members' answers; a member is the mean of its copies.

    `held_out` are its answers to rows that the answering models had not seen, `leaderboard` tells all that was tried.
    """

    members: tuple[tuple[float, tuple[Predictor, ...]], ...]
    held_out: HeldOut
    leaderboard: tuple[Candidate, ...] = ()

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        return mixed([(weight / len(copies), copy(inputs)) for weight, copies in self.members for copy in copies])

    def to_onnx(self, path: Path) -> None:
        """Write one graph that holds them all."""
        graph = Graph("ensemble")
        terms, outputs = [], self.held_out.answers.shape[1]
        for number, (weight, copies) in enumerate(self.members):
            for place, copy in enumerate(copies):
                answers = graph.absorb(graph_of(copy), f"m{number}_{place}")
                terms.append(graph.node("Mul", answers, graph.constant([weight / len(copies)])))
        graph.answer(graph.node("Sum", *terms), outputs)
        graph.save(path)


def graph_of(predictor: Predictor) -> onnx.ModelProto:
    """A predictor's graph."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        predictor.to_onnx(file)
        return onnx.load(file)


def mixed(parts: Sequence[tuple[float, Floats]]) -> Floats:
    """The weighted sum of answers [rows, outputs], in float32."""
    return np.asarray(sum(np.float32(weight) * answers.astype(np.float32) for weight, answers in parts))


@dataclass(frozen=True)
class Terms:
    """What a mixture may be: at most `most` models, whose `work` for a row is at most that.

    A unit of work must be worth a share `price` of the loss.
    """

    most: int
    price: float = 0.0
    work: float = math.inf


def weights(answers: Sequence[Floats], loss: Loss, works: Sequence[float], terms: Terms) -> Floats:
    """How much each of several models counts, [models], summing to one: greedy selection with replacement.

    It starts from the best and adds, one at a time, whichever model lowers the loss of the mean most (Caruana 2004,
    section 2.1 and 2.2); the best mean along the way that keeps to the `terms` is kept. `works` are the models' work
    for a row; where none can keep to the terms, the one of least work answers alone.
    """
    work = np.array(works, dtype=np.float64)
    most_work = max(terms.work, float(work.min()))
    counts = np.zeros(len(answers), dtype=np.int64)
    total = np.zeros_like(answers[0], dtype=np.float64)
    best, kept = np.inf, counts
    for step in range(1, STEPS + 1):
        used = counts > 0
        needed = work[used].sum() + np.where(used, 0.0, work)
        factor = 1 + terms.price * needed
        room = used | ((used.sum() < terms.most) & (needed <= most_work))
        tried = np.array(
            [
                loss((total + each) / step) * times if may else np.inf
                for each, times, may in zip(answers, factor, room, strict=True)
            ]
        )
        chosen = int(np.argmin(tried))
        counts[chosen] += 1
        total += answers[chosen]
        if tried[chosen] < best - 1e-9 * abs(best if np.isfinite(best) else 1.0):
            best, kept = tried[chosen], counts.copy()
    shares = kept / kept.sum()
    shares[shares < LEAST] = 0.0
    return np.asarray(shares / shares.sum())
