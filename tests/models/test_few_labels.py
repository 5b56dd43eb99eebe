"""Few labels, or none: what `setfit` and `zero_shot` are made of, and what they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
import torch

from modelyard.assemble import assemble
from modelyard.core.blocks import Block, Codes, Examples, Numbers
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Network
from modelyard.core.types import Column, Kind, Task
from modelyard.families import MODELS
from modelyard.features.fit import ENCODERS
from modelyard.models.setfit import SetfitModule
from modelyard.models.zero_shot import ZeroShotModule
from modelyard.train import batches
from modelyard.train.ready import Ready
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

SAID = {"good": "paid on time 按时还清", "bad": ["late", "逾期"]}


def tokens(weights: Path, texts: list[str]) -> Block:
    values = np.array(texts, dtype=object)
    encoder = ENCODERS.build("tokens", {"weights": str(weights), "max_length": 32})
    return encoder.fit(values, Column("t", Kind.TEXT), None)(values)


def build(name: str, weights: Path, inputs: dict[str, Block], classes: tuple[str, ...], **said: Any) -> Any:
    network = MODELS.build(name, {"weights": str(weights), "max_length": 32, **said})
    assert isinstance(network, Network)
    rows = len(next(iter(inputs.values())))
    train = Examples(inputs, np.arange(rows) % len(classes), len(classes), None, classes)
    with torch.random.fork_rng(devices=[]):
        return network.build(train, network.training()).eval()


def fed(inputs: dict[str, Block]) -> dict[str, torch.Tensor]:
    return batches.tensors(inputs)


def test_texts_are_of_unit_length_and_table_columns_stand_beside_them(tiny_bert: Path) -> None:
    inputs: dict[str, Block] = {
        "n": Numbers(np.array([[0.5, -1.0], [2.0, 0.0]], dtype=np.float32)),
        "t": tokens(tiny_bert, ["paid on time", ""]),
        "u": tokens(tiny_bert, ["逾期 🦊", "late"]),
        "c": Codes(np.array([2, 0]), 3),
    }
    module = build("setfit", tiny_bert, inputs, ("good", "bad"))
    assert isinstance(module, SetfitModule)
    vectors = module.vectors(fed(inputs))
    assert torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-5)
    first, second = vectors.reshape(2, 2, -1).norm(dim=2).T
    assert torch.allclose(first, second, atol=1e-5), "each text counts alike"
    read = module.read(fed(inputs))
    assert read.shape == (2, module.head.in_features)
    assert read[:, -5:].tolist() == [[0.5, -1.0, 0.0, 0.0, 1.0], [2.0, 0.0, 1.0, 0.0, 0.0]]


@pytest.mark.parametrize("name", ["setfit", "zero_shot"])
def test_without_a_text_there_is_nothing_to_compare(name: str, tiny_bert: Path) -> None:
    with pytest.raises(RecipeError, match=f"'{name}' reads texts, and no column is a text"):
        build(name, tiny_bert, {"n": Numbers(np.zeros((2, 1), dtype=np.float32))}, ("good", "bad"))


def test_a_text_is_of_the_class_whose_description_it_is_most_like(tiny_bert: Path) -> None:
    texts = ["paid on time 按时还清", "late", "逾期"]
    inputs = {"t": tokens(tiny_bert, texts)}
    module = build("zero_shot", tiny_bert, inputs, ("good", "bad"), descriptions=SAID, temperature=1.0)
    assert isinstance(module, ZeroShotModule)
    unit = module.texts(fed(inputs))[:, 0]
    assert torch.allclose(module.classes[0], unit[0], atol=1e-5)
    mean = (unit[1] + unit[2]) / 2
    assert torch.allclose(module.classes[1], mean / mean.norm(), atol=1e-5), "of several sentences, the mean"
    logits = module(**fed(inputs))
    assert logits[0, 0].item() == pytest.approx(1.0, abs=1e-5)
    sharper = build("zero_shot", tiny_bert, inputs, ("good", "bad"), descriptions=SAID, temperature=0.1)
    assert torch.allclose(sharper(**fed(inputs)), logits * 10, atol=1e-4)


def test_of_two_texts_the_mean_likeness_counts(tiny_bert: Path) -> None:
    one, two = tokens(tiny_bert, ["paid"]), tokens(tiny_bert, ["late client"])
    alone = [build("zero_shot", tiny_bert, {"t": each}, ("good", "bad"))(**fed({"t": each})) for each in (one, two)]
    both = {"t": one, "u": two}
    together = build("zero_shot", tiny_bert, both, ("good", "bad"))(**fed(both))
    assert torch.allclose(together, (alone[0] + alone[1]) / 2, atol=1e-4)


def test_a_class_without_a_description_is_described_by_its_name(tiny_bert: Path) -> None:
    inputs = {"t": tokens(tiny_bert, ["client says late", "x"])}
    said = {"template": "client says {label}"}
    module = build("zero_shot", tiny_bert, inputs, ("late", "paid"), **said)
    assert torch.allclose(module.classes[0], module.texts(fed(inputs))[0, 0], atol=1e-5)


def test_the_labels_are_not_looked_at(tiny_bert: Path) -> None:
    inputs = {"t": tokens(tiny_bert, ["late", "paid", "client", "great"])}
    network: Any = MODELS.build("zero_shot", {"weights": str(tiny_bert), "max_length": 32})
    answers = []
    for target in ([0, 1, 0, 1], [1, 0, 0, 0]):
        train = Examples(inputs, np.array(target), 2, None, ("good", "bad"))
        answers.append(Ready(network).fit(train, train, Task.BINARY, seed=1)(inputs))
    assert np.array_equal(answers[0], answers[1])
    assert np.allclose(answers[0].sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("classes", "said", "problem", "hint"),
    [
        (("good", "bad"), {"descriptions": {"baad": "x"}}, "'baad' is no class of the target", "did you mean 'bad'?"),
        (("0", "good"), {}, "the name of the class '0' says nothing of its texts", 'say descriptions: {"0":'),
    ],
)
def test_descriptions_that_do_not_fit_the_classes(
    classes: tuple[str, ...], said: Any, problem: str, hint: str, tiny_bert: Path
) -> None:
    with pytest.raises(RecipeError) as caught:
        build("zero_shot", tiny_bert, {"t": tokens(tiny_bert, ["a", "b"])}, classes, **said)
    assert (caught.value.problem, caught.value.where) == (problem, "model.descriptions")
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    "said",
    [
        {"template": "no label"},
        {"temperature": 0},
        {"descriptions": {"a": []}},
        {"descriptions": {"a": " "}},
        {"max_length": 100_000},
    ],
)
def test_settings_that_make_no_sense(said: Any, tiny_bert: Path) -> None:
    with pytest.raises(RecipeError):
        MODELS.build("zero_shot", {"weights": str(tiny_bert), **said})


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("calibration", "platt"),
        ("decision", {"metric": "f1"}),
        ("class_weight", "balanced"),
        ("training", {"epochs": 3}),
    ],
)
def test_what_learns_from_no_label_is_not_made_to(key: str, said: Any, tiny_bert: Path) -> None:
    model = {"name": "zero_shot", "weights": str(tiny_bert)}
    with pytest.raises(RecipeError) as caught:
        assemble({"version": 1, "name": "n", "data": "a.csv", "target": "y", "model": model, key: said})
    assert caught.value.where == f"recipe: {key}"
    assert "zero_shot" in caught.value.problem


def test_a_report_says_that_nothing_was_learnt_from(tmp_path: Path, tiny_bert: Path) -> None:
    table = making.table("binary").select("comment", making.TARGET)
    model = {"name": "zero_shot", "weights": str(tiny_bert), "descriptions": SAID}
    run = making.train(tmp_path, table, model=model, metrics=["accuracy", "roc_auc"], calibration="auto")
    assert any("no label was learnt from" in note for note in run.report.notes)
    assert not any("calibrated" in note for note in run.report.notes)
    assert (run.bundle.folder / "model.onnx").exists()


def test_a_table_column_is_refused_with_a_way_out(tmp_path: Path, tiny_bert: Path) -> None:
    frame = pl.DataFrame({"n": [0.5, 1.5] * 20, "t": ["late", "paid on"] * 20, making.TARGET: ["bad", "good"] * 20})
    model = {"name": "zero_shot", "weights": str(tiny_bert)}
    with pytest.raises(RecipeError) as caught:
        making.train(tmp_path, frame, model=model, columns={"t": {"kind": "text"}})
    assert "does not read the numbers" in caught.value.problem
    assert caught.value.hint.startswith("say columns: {n: {role: ignore}}")
