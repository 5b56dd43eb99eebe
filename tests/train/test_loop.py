"""The loop that trains every network."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from modelyard.core import deadline, energy, events
from modelyard.core.blocks import Examples, Numbers, Tokens
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Network
from modelyard.core.training import Goal, Optimizer, Regularisation, Training
from modelyard.core.types import Task
from modelyard.models.mlp import Mlp
from modelyard.models.pretrained import Pretrained
from modelyard.train import batches, steps
from modelyard.train.loop import Trainable, _features, _Part
from modelyard.train.losses import Scaled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelyard.core.types import Json, Kind
    from modelyard.train.predictor import TorchPredictor

HOW = Training(epochs=30, batch_size=32, learning_rate=0.1, regularisation=Regularisation(l2=0.0), early_stopping=60)
CLASSES = Scaled(Task.BINARY, Goal())


class Line(Network):
    """The smallest network: a line."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def training(self) -> Training:
        return HOW

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        return {}

    def build(self, train: Examples, training: Training) -> nn.Module:  # noqa: ARG002
        (block,) = train.inputs.values()

        class Module(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.line = nn.Linear(block.spec.size, train.outputs)

            def forward(self, x0_values: Tensor) -> Tensor:
                answers: Tensor = self.line(x0_values)
                return answers

        return Module()


def examples(rows: int, task: Task = Task.BINARY, seed: int = 0, *, noise: float = 0.0) -> Examples:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 3)).astype(np.float32)
    signal = values @ np.array([1.0, -2.0, 0.0]) + noise * random.normal(size=rows)
    target = (signal > 0).astype(np.int64) if task.classifies else 1e6 + 1e3 * signal
    return Examples({"x": Numbers(values)}, target, 2 if task.classifies else 1)


def fit(
    train: Examples, valid: Examples, how: Training = HOW, task: Task = Task.BINARY, seed: int = 1
) -> TorchPredictor:
    return Trainable(Line(), how).fit(train, valid, task, seed=seed)


def epochs(told: list[events.Event]) -> list[int]:
    """The epochs that were begun."""
    details = [event.detail for event in told if isinstance(event, events.Step) and event.detail.startswith("epoch")]
    return sorted({int(detail.split()[1].rstrip(",")) for detail in details})


def test_a_line_is_learnt_for_classes_and_for_numbers() -> None:
    train, valid = examples(200), examples(100, seed=1)
    answers = fit(train, valid)(valid.inputs)
    assert ((answers[:, 1] > 0.5) == valid.target).mean() > 0.95
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-6)
    train, valid = examples(200, Task.REGRESSION), examples(100, Task.REGRESSION, seed=1)
    predicted = fit(train, valid, task=Task.REGRESSION)(valid.inputs)[:, 0]
    assert np.abs(predicted - valid.target).max() < 100, "the answer is in the target's own units"


def test_training_stops_early_and_keeps_the_best_weights() -> None:
    train, valid = examples(64, noise=3), examples(64, seed=9, noise=3)
    heard: list[events.Event] = []
    with events.listening(heard.append):
        predictor = fit(train, valid, replace(HOW, epochs=200, early_stopping=3, learning_rate=0.2))
    begun = epochs(heard)
    assert 4 <= len(begun) < 200
    last = [event for event in heard if isinstance(event, events.Step)][-1]
    assert last.done == last.total
    assert last.detail.startswith("best valid loss ")
    given = predictor(valid.inputs)[np.arange(64), valid.target].astype(np.float64)
    assert float(-np.log(given).mean()) == pytest.approx(float(last.detail.split()[-1]), abs=1e-4)


def test_progress_tells_speed_quality_and_energy() -> None:
    heard: list[events.Event] = []
    with events.listening(heard.append), energy.metered():
        fit(examples(64), examples(64, seed=9), replace(HOW, epochs=2))
    details = [event.detail for event in heard if isinstance(event, events.Step)]
    assert re.search(
        r"^epoch 2, loss \S+, \d+ rows/s, best valid loss \S+, valid accuracy 0\.\d+, \S+ mWh$", details[-2]
    )


def test_patience_is_counted_from_the_last_gain() -> None:
    heard: list[events.Event] = []
    with events.listening(heard.append):
        fit(examples(64), examples(64, seed=9), replace(HOW, epochs=7, early_stopping=7, learning_rate=1e-3))
    assert epochs(heard) == [1, 2, 3, 4, 5, 6, 7]


def test_rows_of_no_weight_teach_nothing() -> None:
    train, valid = examples(200), examples(100, seed=1)
    wrong = np.arange(200) % 2 == 0
    target = np.where(wrong, 1 - train.target, train.target)
    spoilt = Examples(train.inputs, target, 2, np.where(wrong, 0.0, 1.0))
    answers = fit(spoilt, valid)(valid.inputs)
    assert ((answers[:, 1] > 0.5) == valid.target).mean() > 0.9
    heavy = Examples(train.inputs, target, 2, np.where(wrong, 5.0, 1.0))
    misled = fit(heavy, Examples(valid.inputs, 1 - valid.target, 2))(valid.inputs)
    assert ((misled[:, 1] > 0.5) == valid.target).mean() < 0.1


def test_weights_count_in_the_valid_loss() -> None:
    valid = examples(64, seed=3)
    weight = np.where(valid.target == 1, 1.0, 0.0)
    weighed = Examples(valid.inputs, valid.target, 2, weight)
    module = Line().build(valid, HOW)
    torch.nn.init.normal_(module.line.weight, generator=torch.Generator().manual_seed(1))  # type: ignore[arg-type, union-attr]
    kept = valid.take(np.flatnonzero(weight))
    losses = [_Part(module, part, CLASSES).judged()[0] for part in (weighed, kept, valid)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0] != pytest.approx(losses[2], rel=1e-3)


def test_one_seed_gives_one_network_and_another_another() -> None:
    train, valid = examples(64), examples(64, seed=9)
    first, again, other = (fit(train, valid, seed=seed)(valid.inputs) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def state() -> tuple[Any, ...]:
    return (
        torch.random.get_rng_state().tolist(),
        np.random.get_state()[1].tolist(),  # type: ignore[index] # noqa: NPY002 - the stream that others may use
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
    )


@pytest.mark.parametrize("mode", [(False, False), (True, False), (True, True)])
def test_training_leaves_no_trace_in_torch(mode: tuple[bool, bool]) -> None:
    usual = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(mode=mode[0], warn_only=mode[1])
    try:
        before = state()
        fit(examples(64), examples(64, seed=9), replace(HOW, epochs=1))
        assert state() == before
        tokens = Tokens(np.zeros(4, np.int32), np.array([0, 1, 2, 3, 4]), 5)
        wrong = Examples({"t": tokens}, np.array([0, 1, 0, 1]), 2)
        with pytest.raises(RecipeError, match="does not read tokens"):
            Trainable(Mlp(), HOW).fit(wrong, wrong, Task.BINARY, seed=1)
        assert state() == before
    finally:
        torch.use_deterministic_algorithms(mode=usual[0], warn_only=usual[1])


def test_a_loss_that_is_no_number_is_told() -> None:
    train, valid = examples(64, Task.REGRESSION), examples(64, Task.REGRESSION, seed=2)
    with pytest.raises(RecipeError) as caught:
        fit(train, valid, replace(HOW, epochs=3, learning_rate=1e38, optimizer="sgd"), Task.REGRESSION)
    assert caught.value.where == "training.learning_rate"
    assert "diverged" in caught.value.problem


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_every_optimizer_learns(optimizer: Any) -> None:
    train, valid = examples(200), examples(100, seed=1)
    answers = fit(train, valid, replace(HOW, optimizer=optimizer, epochs=40))(valid.inputs)
    assert ((answers[:, 1] > 0.5) == valid.target).mean() > 0.9


def gauge(part: Examples, how: Training, task: Task = Task.BINARY) -> torch.Tensor:
    """The weights that a line ends with."""
    weights: torch.Tensor = fit(part, part, how, task).module.network.line.weight  # type: ignore[union-attr, assignment]
    return weights.detach()


@pytest.mark.parametrize("held", [Regularisation(l1=0.1, l2=0.0), Regularisation(l2=1.0)])
def test_regularisation_draws_weights_in(held: Regularisation) -> None:
    train = examples(200, noise=2)
    free, drawn = (gauge(train, replace(HOW, regularisation=each)) for each in (Regularisation(l2=0.0), held))
    assert drawn.abs().sum() < 0.9 * free.abs().sum()
    if held.l1:
        assert drawn[:, 2].abs().sum() < 0.5 * free[:, 2].abs().sum(), "a column that says nothing is let go first"


@pytest.mark.parametrize(("loss", "level"), [("squared", 3.0), ("absolute", 0.0), ("huber", None), ("quantile", 10.0)])
def test_each_loss_foretells_what_it_should(loss: Any, level: float | None) -> None:
    """Seven rows of zero for every three of ten: the mean is three, the median zero, the 0.9 quantile ten."""

    class Aimed(Line):
        def goal(self) -> Goal:
            return Goal(loss, 0.9)

    target = np.tile([0.0, 0.0, 10.0, 0.0, 0.0, 10.0, 0.0, 0.0, 10.0, 0.0], 10)
    part = Examples({"x": Numbers(np.zeros((100, 1), dtype=np.float32))}, target, 1)
    how = replace(HOW, epochs=100, batch_size=100)
    answer = float(Trainable(Aimed(), how).fit(part, part, Task.REGRESSION, seed=1)(part.inputs)[0, 0])
    if level is None:
        assert 0.0 < answer < 3.0, "between the median and the mean"
    else:
        assert answer == pytest.approx(level, abs=0.15)


def test_each_member_has_a_loss_of_its_own() -> None:
    raw = torch.tensor([[[0.0], [2.0]], [[4.0], [4.0]]])  # [rows, members, outputs]
    target = torch.tensor([1.0, 4.0])
    scaled = Scaled(Task.REGRESSION, Goal())
    assert float(scaled.loss(raw, target, None)) == pytest.approx(0.5), "not the loss of their mean, which is zero"
    assert float(scaled.loss(raw, target, torch.tensor([0.0, 1.0]))) == 0.0
    each = [
        float(CLASSES.loss(torch.tensor([[logits]]), torch.tensor([1]), None)) for logits in ([0.0, 3.0], [2.0, 0.0])
    ]
    both = CLASSES.loss(torch.tensor([[[0.0, 3.0], [2.0, 0.0]]]), torch.tensor([1]), None)
    assert float(both) == pytest.approx(sum(each) / 2)


def test_when_the_time_is_up_the_best_so_far_answers() -> None:
    train, valid = examples(640), examples(100, seed=1)
    heard: list[events.Event] = []
    with events.listening(heard.append), deadline.within(0):
        predictor = fit(train, valid, replace(HOW, epochs=1000, early_stopping=1000))
    steps = [event for event in heard if isinstance(event, events.Step) and event.detail.startswith("epoch")]
    assert len(steps) == 1, "one step, and no more"
    assert np.isfinite(predictor(valid.inputs)).all()


def test_in_a_short_time_the_schedule_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    train, valid = examples(640), examples(100, seed=1)
    shares: list[float] = []
    real = steps.rate

    def rate(done: float, *how: Any) -> float:
        shares.append(done)
        return real(done, *how)

    monkeypatch.setattr(steps, "rate", rate)
    endless = replace(HOW, epochs=100_000, early_stopping=100_000)
    with deadline.within(0.5):
        fit(train, valid, endless)
    assert shares[0] < 1e-3
    assert shares[-1] > 0.5, "what is left of the schedule is fitted into what is left of the time"


def test_half_the_bits_learn_as_well() -> None:
    train, valid = examples(200), examples(100, seed=1)
    whole, half = (fit(train, valid, replace(HOW, precision=each))(valid.inputs) for each in ("float32", "bfloat16"))
    assert not np.array_equal(whole, half)
    assert np.abs(whole - half).max() < 0.1


@pytest.mark.parametrize("length", [None, np.arange(1000) % 37])
def test_each_row_is_in_one_batch_of_an_epoch(length: Any) -> None:
    found = list(batches.shuffled(1000, length, 16, np.random.default_rng(1)))
    assert sorted(np.concatenate(found).tolist()) == list(range(1000))
    assert max(len(batch) for batch in found) == 16
    if length is not None:
        widths = [np.ptp(length[batch]) for batch in found]
        assert np.mean(widths) < 2, "texts of like length share a batch"
    other = np.concatenate(list(batches.shuffled(1000, length, 16, np.random.default_rng(2))))
    assert not np.array_equal(np.concatenate(found), other)


def test_what_a_frozen_encoder_makes_is_computed_once_and_the_same(tiny_bert: Path) -> None:
    lengths = np.array([3, 9, 1, 5] * 4)
    ids = (np.arange(lengths.sum()) % 40).astype(np.int32)
    tokens = Tokens(ids, np.concatenate([[0], np.cumsum(lengths)]), 150)
    values = Numbers(np.linspace(-1, 1, 16, dtype=np.float32)[:, None])
    part = Examples({"a": values, "t": tokens}, np.arange(16) % 2, 2)
    network = Pretrained(weights=str(tiny_bert), tuning="head")
    module = network.build(part, HOW).eval()
    frozen = _Part(module, part, CLASSES)
    assert frozen.features is not None
    rows = np.array([5, 0, 15])
    whole = module(**batches.tensors(part.take(rows).inputs))
    wanted = nn.functional.cross_entropy(whole, torch.from_numpy(part.target[rows]))
    assert float(frozen.loss(rows).detach()) == pytest.approx(float(wanted.detach()), abs=1e-5)
    assert np.allclose(
        _features(module, part.inputs)[rows],
        module.features(batches.tensors(part.take(rows).inputs)).detach(),
        atol=1e-5,
    )
    trained = Trainable(network, replace(HOW, epochs=2)).fit(part, part, Task.BINARY, seed=1)
    for name, weight in trained.module.network.encoder.named_parameters():  # type: ignore[union-attr]
        assert torch.equal(weight, dict(module.encoder.named_parameters())[name]), "a frozen encoder learnt"
    assert math.isfinite(float(trained(part.inputs)[0, 0]))
