"""Boosted trees: the graph against LightGBM, what is learnt, and what stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort
import pytest

from modelyard.core import deadline, events
from modelyard.core.blocks import Bag, Codes, Examples, Numbers, Tokens, feeds
from modelyard.core.errors import RecipeError
from modelyard.core.types import Task
from modelyard.models.boosting import Boosting, FittedBoosting

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Block
    from modelyard.core.training import Loss
    from modelyard.core.types import Floats

ROWS = 500
FEW: dict[str, Any] = {"max_trees": 60, "learning_rate": 0.1}


def inputs(rows: int, seed: int, lowest: int = 2) -> dict[str, Block]:
    """A block of each form that trees read; codes from `lowest` on, below 2 only where missing and unseen occur."""
    random = np.random.default_rng(seed)
    lengths = random.integers(0, 4, rows)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    bag = Bag(random.integers(0, 256, offsets[-1]), offsets, random.random(offsets[-1]).astype(np.float32), 256)
    numbers = random.normal(size=(rows, 2)).astype(np.float32)
    numbers[::9] = [0.0, 1.0]  # as a missing value is encoded
    few, many = (Codes(random.integers(lowest, levels, rows), levels) for levels in (6, 50))
    return {"c": few, "n": Numbers(numbers), "b": bag, "many": many, "m": Numbers(numbers[:, :1] ** 2)}


def examples(task: Task, classes: int = 2, rows: int = ROWS, seed: int = 0) -> Examples:
    blocks = inputs(rows, seed)
    numbers, codes = blocks["n"].arrays()["values"], blocks["many"].arrays()["codes"]
    noise = np.random.default_rng(seed + 1).normal(0, 0.3, rows)
    signal = numbers[:, 0] * numbers[:, 1] + np.sin(codes * 3.0) + noise
    if task is Task.REGRESSION:
        return Examples(blocks, 5e5 + 1e5 * signal, 1)
    return Examples(blocks, np.digitize(signal, np.linspace(-1, 1, classes + 1)[1:-1]), classes)


def fitted(task: Task, classes: int = 2, **said: Any) -> FittedBoosting:
    train, valid = examples(task, classes), examples(task, classes, 200, seed=5)
    return Boosting(**{**FEW, **said}).fit(train, valid, task, seed=1)


def through_graph(model: FittedBoosting, blocks: dict[str, Block], folder: Path) -> Floats:
    model.to_onnx(folder / "model.onnx")
    session = ort.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["answers"], feeds(blocks))[0])


LOSSES: tuple[Loss, ...] = ("squared", "absolute", "huber", "quantile")
CASES: list[tuple[Task, int, dict[str, Any]]] = [
    (Task.BINARY, 2, {}),
    (Task.MULTICLASS, 4, {}),
    (Task.MULTICLASS, 2, {}),
    *((Task.REGRESSION, 1, {"loss": loss, "quantile": 0.8}) for loss in LOSSES),
    (Task.BINARY, 2, {"buckets": 32}),
    (Task.BINARY, 2, {"target_means": 1000}),
    *((Task.BINARY, 2, dict(settings)) for settings in Boosting().variants()),
]


@pytest.mark.parametrize(("task", "classes", "said"), CASES)
def test_the_graph_is_the_predictor(task: Task, classes: int, said: dict[str, Any], tmp_path: Path) -> None:
    model = fitted(task, classes, **said)
    strange = inputs(300, seed=9, lowest=0)  # missing and unseen codes
    far = strange["n"].arrays()["values"]
    far[:4] = [[1e30, -1e30], [-3e38, 3e38], [1e-40, -1e-40], [0, 0]]
    for rows in (np.arange(300), np.array([5]), np.zeros(0, np.int64)):
        some = {name: block.take(rows) for name, block in strange.items()}
        wanted = model(some)
        assert wanted.shape == (len(rows), classes)
        assert np.abs(through_graph(model, some, tmp_path) - wanted).max(initial=0) < 1e-5 * model.scale


@pytest.mark.parametrize(("task", "classes"), [(Task.BINARY, 2), (Task.MULTICLASS, 3), (Task.REGRESSION, 1)])
def test_what_is_there_is_learnt(task: Task, classes: int) -> None:
    test = examples(task, classes, seed=20)
    answers = fitted(task, classes, max_trees=300)(test.inputs)
    if task.classifies:
        assert (answers.argmax(axis=1) == test.target).mean() > 0.65
    else:
        assert np.corrcoef(answers[:, 0], test.target)[0, 1] > 0.8


@pytest.mark.parametrize(("loss", "low", "high"), [("squared", 8.5, 11.5), ("absolute", 1.5, 2.5), ("huber", 4.0, 8.4)])
def test_each_loss_foretells_its_own_middle(loss: Loss, low: float, high: float) -> None:
    random = np.random.default_rng(0)
    target = np.where(random.random(2000) < 0.1, 80.0, 2.0) + random.normal(0, 0.1, 2000)
    train = Examples({"n": Numbers(random.normal(size=(2000, 1)).astype(np.float32))}, target, 1)
    valid = train.take(np.arange(1000))
    answers = Boosting(loss=loss, **FEW).fit(train.take(np.arange(1000, 2000)), valid, Task.REGRESSION, seed=1)
    assert low < np.median(answers(train.inputs)) < high


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_a_quantile_has_its_share_below(share: float) -> None:
    random = np.random.default_rng(0)
    numbers = random.normal(size=(3000, 1)).astype(np.float32)
    rows = Examples({"n": Numbers(numbers)}, 10 * numbers[:, 0] + random.normal(size=3000), 1)
    train, valid, test = (rows.take(np.arange(start, start + 1000)) for start in (0, 1000, 2000))
    model = Boosting(loss="quantile", quantile=share).fit(train, valid, Task.REGRESSION, seed=1)
    assert abs((test.target < model(test.inputs)[:, 0]).mean() - share) < 0.06


def test_weights_count() -> None:
    train = Examples({"n": Numbers(np.zeros((400, 1), np.float32))}, np.arange(400) % 2, 2)
    heavy = Examples(train.inputs, train.target, 2, np.where(train.target == 1, 9.0, 1.0))
    even, tilted = (Boosting(**FEW).fit(rows, rows, Task.BINARY, seed=1)(rows.inputs)[0, 1] for rows in (train, heavy))
    assert even == pytest.approx(0.5, abs=0.02)
    assert tilted == pytest.approx(0.9, abs=0.02)


def test_weights_of_the_valid_rows_count() -> None:
    train = examples(Task.BINARY)
    half = np.arange(ROWS) < ROWS // 2
    valid = np.where(half, train.target, 1 - train.target)  # what training shows holds for the first half alone
    like, unlike = (
        Boosting(**FEW).fit(train, Examples(train.inputs, valid, 2, weight), Task.BINARY, seed=1).booster.best_iteration
        for weight in (half + 1e-6, ~half + 1e-6)
    )
    assert like > 10
    assert unlike == 1


@pytest.mark.parametrize(("task", "classes"), [(Task.BINARY, 2), (Task.MULTICLASS, 3), (Task.REGRESSION, 1)])
def test_four_rows_are_learnt_in_peace(task: Task, classes: int, tmp_path: Path) -> None:
    rows = examples(task, classes).take(np.arange(4))
    model = Boosting().fit(rows, rows, task, seed=1)
    assert np.isfinite(model(rows.inputs)).all()
    assert np.abs(through_graph(model, dict(rows.inputs), tmp_path) - model(rows.inputs)).max() < 1e-5 * model.scale


def test_a_class_that_training_lacks_is_as_good_as_impossible(tmp_path: Path) -> None:
    train = examples(Task.MULTICLASS, 2)
    three = Examples(train.inputs, np.where(train.target == 1, 2, 0), 3)
    alone = Examples(train.inputs, np.zeros(ROWS, np.int64), 2)
    for rows, task, absent in ((three, Task.MULTICLASS, 1), (alone, Task.BINARY, 1)):
        model = Boosting(**FEW).fit(rows, rows, task, seed=1)
        answers = model(rows.inputs)
        assert answers[:, absent].max() < 1e-6
        assert np.abs(through_graph(model, dict(rows.inputs), tmp_path) - answers).max() < 1e-5


def test_a_constant_target_is_answered(tmp_path: Path) -> None:
    train = examples(Task.REGRESSION)
    constant = Examples(train.inputs, np.full(ROWS, 7e6), 1)
    model = Boosting(**FEW).fit(constant, constant, Task.REGRESSION, seed=1)
    assert np.allclose(model(train.inputs), 7e6)
    assert np.allclose(through_graph(model, dict(train.inputs), tmp_path), 7e6)


def test_one_seed_gives_one_graph(tmp_path: Path) -> None:
    files = []
    for number, seed in enumerate((1, 1, 2)):
        train, valid = examples(Task.BINARY), examples(Task.BINARY, rows=200, seed=5)
        model = Boosting(**FEW).fit(train, valid, Task.BINARY, seed=seed)
        model.to_onnx(tmp_path / f"{number}.onnx")
        files.append((tmp_path / f"{number}.onnx").read_bytes())
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_the_best_round_is_kept() -> None:
    random = np.random.default_rng(0)
    blocks = {"n": Numbers(random.normal(size=(600, 8)).astype(np.float32))}
    rows = Examples(blocks, random.integers(0, 2, 600), 2)  # nothing to learn: more trees are worse
    heard: list[events.Event] = []
    with events.listening(heard.append):
        model = Boosting().fit(rows.take(np.arange(400)), rows.take(np.arange(400, 600)), Task.BINARY, seed=1)
    assert model.booster.best_iteration < 30
    assert isinstance(heard[-1], events.Step)
    assert heard[-1].done == heard[-1].total == 2000


def test_it_ends_when_the_time_is_up(tmp_path: Path) -> None:
    with deadline.within(0):
        model = fitted(Task.BINARY, max_trees=2000)
    assert model.booster.current_iteration() == 1
    blocks = inputs(20, seed=3)
    assert np.abs(through_graph(model, blocks, tmp_path) - model(blocks)).max() < 1e-5


def test_names_that_foretell_nothing_do_not_mislead() -> None:
    random = np.random.default_rng(0)
    names = Codes(np.arange(1000) % 500 + 2, 502)
    rows = Examples({"name": names}, random.integers(0, 2, 1000), 2)
    train, valid = rows.take(np.arange(800)), rows.take(np.arange(800, 1000))
    answers = Boosting().fit(train, valid, Task.BINARY, seed=1)(train.inputs)
    assert ((answers[:, 1] > 0.5) == train.target).mean() < 0.7, "the training rows were learnt by heart"


def test_tokens_are_refused() -> None:
    tokens = Tokens(np.zeros(2, np.int32), np.array([0, 1, 2]), 5)
    train = Examples({"t": tokens}, np.array([0, 1]), 2)
    with pytest.raises(RecipeError) as caught:
        Boosting().fit(train, train, Task.BINARY, seed=1)
    assert "pretrained" in caught.value.hint
