"""Trees as one node of a graph, against LightGBM's own answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lightgbm as lgb
import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto

from modelyard.core.blocks import BlockSpec, Codes, Numbers
from modelyard.models.layers.graph import Graph
from modelyard.models.layers.levels import FOLDS, Levels, out_of_fold
from modelyard.models.layers.matrix import Matrix
from modelyard.models.layers.trees import Trees, below

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Block
    from modelyard.core.types import Floats

ROWS = 400
LEVELS = 60
QUIET: dict[str, Any] = {"verbosity": -1, "use_missing": False, "num_threads": 1, "min_data_in_leaf": 2}
CATEGORIES: dict[str, Any] = {"min_data_per_group": 2, "cat_smooth": 1.0, "cat_l2": 0.1}


def rows_of(seed: int, rows: int = ROWS) -> Floats:
    """Two numbers and a category, whose levels are 0 to 59."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 2)) * [1.0, 1e6]
    return np.column_stack([values, random.integers(0, LEVELS, rows)]).astype(np.float32)


def grown(objective: str, outputs: int = 1, rounds: int = 30, **said: Any) -> lgb.Booster:
    matrix = rows_of(1)
    signal = matrix[:, 0] + np.sin(matrix[:, 2] * 7) + matrix[:, 1] / 1e6
    target = signal if objective == "regression" else np.digitize(signal, np.linspace(-1, 1, max(outputs, 2) - 1))
    classes = {"num_class": outputs} if objective == "multiclass" else {}
    data = lgb.Dataset(matrix, label=target, categorical_feature=[2], params=QUIET)
    return lgb.train({**QUIET, **CATEGORIES, **classes, "objective": objective, **said}, data, rounds)


def answers(trees: Trees, matrix: Floats, file: Path) -> Floats:
    graph = Graph("trees")
    (fed,) = graph.block("x0", BlockSpec("numbers", matrix.shape[1]))
    graph.answer(graph.node("Cast", trees.node(graph, fed), to=TensorProto.FLOAT), trees.outputs)
    graph.save(file)
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["answers"], {"x0_values": matrix})[0])


def near_splits(trees: Trees, matrix: Floats) -> Floats:
    """Rows whose numbers are the splits in float32 and the float32s on either side of them."""
    out = [matrix]
    for column in (0, 1):
        splits = trees.split[(trees.feature == column) & ~trees.in_set].astype(np.float32)
        edges = np.concatenate([splits, *(np.nextafter(splits, np.float32(side)) for side in (-np.inf, np.inf))])
        rows = matrix[np.arange(len(edges)) % len(matrix)].copy()
        rows[:, column] = edges
        out.append(rows)
    return np.concatenate(out)


@pytest.mark.parametrize(
    ("objective", "outputs", "said"),
    [
        ("regression", 1, {}),
        ("binary", 1, {}),
        ("multiclass", 3, {}),
        ("regression", 1, {"max_cat_to_onehot": 100}),
        ("regression", 1, {"extra_trees": True}),
        ("regression", 1, {"min_gain_to_split": 1e9}),  # trees that are one leaf
    ],
)
def test_the_graph_decides_as_lightgbm(objective: str, outputs: int, said: dict[str, Any], tmp_path: Path) -> None:
    booster = grown(objective, outputs, **said)
    trees = Trees.of(booster.model_to_string(), outputs)
    rows = near_splits(trees, rows_of(2))
    rows[:5, :2] = np.array([[0, 0], [1e30, -1e30], [-1e38, 1e38], [1e-38, -1e-38], [-0.0, 1e-36]], np.float32)
    rows[5:9, 2] = [LEVELS, 31, 32, 1000]  # levels that training did not show, and those about a word's end
    wanted = np.asarray(booster.predict(rows, raw_score=True)).reshape(len(rows), -1)
    assert np.abs(answers(trees, rows, tmp_path / "trees.onnx") - wanted).max() < 1e-5


def test_it_was_trees_with_sets_that_agreed() -> None:
    trees = Trees.of(grown("regression").model_to_string(), 1)
    assert trees.in_set.sum() == len(trees.sets) > 0
    assert any(len(members) > 1 for members in trees.sets)
    assert (~trees.in_set).sum() > 0
    assert len(trees.roots) == 30


@pytest.mark.parametrize("split", [0.1, 1 / 3, -0.1, 1e-34, -1e-34, 1e300, -1e300, 16777217.0, 0.5])
def test_a_split_is_rounded_down(split: float) -> None:
    (found,) = below(np.array([split]))
    with np.errstate(over="ignore"):
        above = np.nextafter(found, np.float32(np.inf))
    assert float(found) <= split < float(above)


@pytest.mark.parametrize(("split", "nought"), [(0.0, True), (1e-40, True), (-1e-40, False), (-1e-35, False)])
def test_what_is_next_to_nought_is_nought(split: float, nought: bool) -> None:  # noqa: FBT001
    (found,) = below(np.array([split]))
    assert {bool(np.float32(x) <= found) for x in (-1e-35, -1e-40, 0, 1e-40, 1e-35)} == {nought}


def test_means_of_levels_are_drawn_to_that_of_all_rows() -> None:
    codes = Codes(np.array([0, 0, 0, 2]), 4)
    levels = Levels.fit(codes, np.array([[1.0], [1.0], [1.0], [9.0]]), np.array([1.0, 1.0, 2.0, 4.0]), 2.0)
    assert levels.table[:, 0].tolist() == pytest.approx([(4 + 2 * 5) / 6, 5, (36 + 10) / 6, 5])
    assert levels.table[:, 1].tolist() == [4, 0, 4, 0]
    assert levels(codes).shape == (4, 2)


def test_what_levels_foretell_is_out_of_fold() -> None:
    random = np.random.default_rng(3)
    rows = 4000
    codes = Codes(random.integers(2, 1500, rows), 1500)
    target, weight = random.normal(size=(rows, 1)), np.ones(rows)
    honest = out_of_fold(codes, target, weight, 1.0, np.random.default_rng(4))
    leaking = Levels.fit(codes, target, weight, 1.0)(codes)
    assert np.corrcoef(leaking[:, 0], target[:, 0])[0, 1] > 0.4, "the means of one's own rows tell one's own target"
    assert abs(np.corrcoef(honest[:, 0], target[:, 0])[0, 1]) < 0.05
    assert abs(np.corrcoef(honest[:, 1], target[:, 0])[0, 1]) < 0.05
    changed = target.copy()
    changed[7] += 100
    again = out_of_fold(codes, changed - changed.mean(), weight, 1e-9, np.random.default_rng(4))
    before = out_of_fold(codes, target - changed.mean(), weight, 1e-9, np.random.default_rng(4))
    assert honest[7, 1] > 0, "other rows show this level"
    assert np.isclose(again[7, 0], before[7, 0], atol=1e-3), "a row's own target does not count"


def test_a_level_that_counts_is_learnt() -> None:
    random = np.random.default_rng(5)
    codes = Codes(random.integers(0, 20, 2000), 20)
    target = (codes.codes / 10.0)[:, None]
    found = out_of_fold(codes, target, np.ones(2000), 1.0, random)
    assert np.corrcoef(found[:, 0], target[:, 0])[0, 1] > 0.99
    assert np.isclose(found[:, 1].mean(), 100 * (FOLDS - 1) / FOLDS, rtol=0.1)


def test_a_matrix_is_laid_out_by_form() -> None:
    inputs: dict[str, Block] = {
        "c": Codes(np.array([0, 3]), 4),
        "n": Numbers(np.array([[0.5, 1.5], [2.5, 3.5]], np.float32)),
    }
    specs = {name: block.spec for name, block in inputs.items()}
    levels = {"c": Levels(np.array([[0.1, 5], [0.2, 6], [0.3, 7], [0.4, 8]], np.float32))}
    matrix = Matrix(specs, levels, 16)
    assert matrix.categories == [2]
    assert matrix(inputs).tolist() == [
        pytest.approx([0.5, 1.5, 1, 0.1, 5]),
        pytest.approx([2.5, 3.5, 4, 0.4, 8]),
    ]
    told = np.zeros((2, 2), np.float32)
    assert matrix(inputs, {"c": told})[:, 3:].tolist() == told.tolist()
