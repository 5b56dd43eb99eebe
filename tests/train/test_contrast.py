"""The loop that trains by pairs of texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from modelyard.core import deadline, events
from modelyard.core.blocks import Examples
from modelyard.core.types import Column, Kind, Task
from modelyard.features.fit import ENCODERS
from modelyard.models.setfit import Setfit
from modelyard.train import batches, contrast
from modelyard.train.contrast import Contrastive, Drawn, pair_loss

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.train.predictor import TorchPredictor

SAID = {0: ["paid on time", "按时还清", "great client"], 1: ["late", "逾期不知道", "perhaps late"]}


def examples(weights: Path, target: list[int], weight: Any = None, outputs: int = 2) -> Examples:
    texts = [f"{SAID[one % 2][row % 3]} {'good' if one > 1 else ''}" for row, one in enumerate(target)]
    values = np.array(texts, dtype=object)
    encoder = ENCODERS.build("tokens", {"weights": str(weights), "max_length": 16})
    block = encoder.fit(values, Column("t", Kind.TEXT), None)(values)
    return Examples({"t": block}, np.array(target), outputs, weight, tuple(map(str, range(outputs))))


def fit(train: Examples, weights: Path, seed: int = 1, **training: Any) -> TorchPredictor:
    network = Setfit(weights=str(weights), max_length=16)
    how = replace(network.training(), **{"epochs": 3, "batch_size": 8, **training})
    task = Task.BINARY if train.outputs == 2 else Task.MULTICLASS
    return Contrastive(network, how).fit(train, train, task, seed=seed)


def slow_loss(vectors: torch.Tensor, target: list[int]) -> float:
    """Pair by pair."""
    same, other = [], []
    for left in range(len(target)):
        for right in range(left + 1, len(target)):
            alike = float(vectors[left] @ vectors[right])
            if target[left] == target[right]:
                same.append((1 - alike) ** 2)
            else:
                other.append(alike**2)
    there = [float(np.mean(some)) for some in (same, other) if some]
    return float(np.mean(there)) if there else 0.0


@pytest.mark.parametrize(
    "target", [[0, 0, 1, 1, 2, 0], [0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5], [0, 1, 1, 1, 1, 1], [0]]
)
def test_the_loss_is_that_of_all_pairs_those_of_one_class_counting_half(target: list[int]) -> None:
    vectors = torch.nn.functional.normalize(torch.randn(len(target), 4, generator=torch.Generator().manual_seed(0)))
    assert float(pair_loss(vectors, torch.tensor(target))) == pytest.approx(slow_loss(vectors, target), abs=1e-6)


def rows_of(target: list[int], weight: Any = None) -> Examples:
    return Examples({}, np.array(target), max(target) + 1, weight)


@pytest.mark.parametrize(
    ("target", "size", "classes", "each"),
    [
        ([0] * 8 + [1] * 8, 16, 2, {8}),
        ([0] * 90 + [1] * 10, 16, 2, {8}),  # a rare class is as often in a batch
        ([0] * 90 + [1] * 3, 16, 2, {8, 3}),
        ([row % 40 for row in range(400)], 16, 8, {2}),  # of many classes some, each in a pair
        ([0, 0, 1, 1], 1, 2, {2}),
    ],
)
def test_batches_are_balanced(target: list[int], size: int, classes: int, each: set[int]) -> None:
    drawn = Drawn(rows_of(target), size, seed=1)
    for _ in range(20):
        rows = drawn()
        assert len(set(rows.tolist())) == len(rows)
        found, counts = np.unique(np.array(target)[rows], return_counts=True)
        assert len(found) == classes
        assert set(counts.tolist()) == each


def test_a_row_of_no_weight_is_never_drawn_and_a_heavy_one_more_often() -> None:
    weight = np.array([0.0, 1.0, 1.0, 8.0, 1.0, 1.0, 1.0, 1.0])
    drawn = Drawn(rows_of([0, 0, 0, 0, 1, 1, 1, 1], weight), 4, seed=1)
    seen = np.bincount(np.concatenate([drawn() for _ in range(200)]), minlength=8)
    assert seen[0] == 0
    assert seen[3] > 1.5 * seen[1]


def test_pairs_bring_classes_apart_and_the_line_tells_them(tiny_bert: Path) -> None:
    train = examples(tiny_bert, [0, 1] * 8)
    told = {}
    for epochs in (0, 15):
        predictor = fit(train, tiny_bert, epochs=epochs, learning_rate=1e-3)
        module: Any = predictor.module.network
        module.eval()
        with torch.inference_mode():
            feeds = batches.tensors(train.inputs)
            told[epochs] = float(pair_loss(module.vectors(feeds), torch.from_numpy(train.target)))
    assert told[15] < 0.5 * told[0]
    assert (predictor(train.inputs).argmax(axis=1) == train.target).all()


@pytest.mark.parametrize("outputs", [2, 3])
def test_the_head_is_logistic_regression(outputs: int, tiny_bert: Path) -> None:
    train = examples(tiny_bert, [row % outputs for row in range(18)], np.linspace(0.5, 2, 18), outputs)
    predictor = fit(train, tiny_bert)
    module: Any = predictor.module.network
    with torch.inference_mode():
        read = module.read(batches.tensors(train.inputs)).numpy()
    line = LogisticRegression(max_iter=1000).fit(read.astype(np.float64), train.target, sample_weight=train.weight)
    assert np.allclose(predictor(train.inputs), line.predict_proba(read), atol=1e-3)


@pytest.mark.parametrize(("target", "outputs"), [([0, 2] * 4, 3), ([1] * 6, 2), ([0, 1, 1, 1, 1, 1], 2)])
def test_a_class_that_no_row_shows_is_not_answered(target: list[int], outputs: int, tiny_bert: Path) -> None:
    train = examples(tiny_bert, target, outputs=outputs)
    answers = fit(train, tiny_bert)(train.inputs)
    assert np.isfinite(answers).all()
    absent = sorted(set(range(outputs)) - set(target))
    assert (answers[:, absent] < 1e-6).all()


def test_one_seed_gives_one_model_and_leaves_no_trace(tiny_bert: Path) -> None:
    train = examples(tiny_bert, [0, 1] * 6)
    before = torch.random.get_rng_state().tolist()
    first, again, other = (fit(train, tiny_bert, seed)(train.inputs) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert torch.random.get_rng_state().tolist() == before
    assert not torch.are_deterministic_algorithms_enabled()


def test_steps_are_bounded_and_told_and_time_ends_them(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contrast, "MOST", 5)
    train = examples(tiny_bert, [0, 1] * 40)

    def steps() -> list[float]:
        heard: list[events.Event] = []
        with events.listening(heard.append):
            fit(train, tiny_bert, epochs=50)
        return [e.done for e in heard if isinstance(e, events.Step) and e.detail.startswith("loss")]

    assert steps() == [1, 2, 3, 4, 5]
    with deadline.within(-1):
        assert steps() == []
