"""Every model that reads texts, as tokens or as n-grams: its graph answers as it does, whatever the text's length."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort
import pytest

from modelyard.core.blocks import Block, Examples, Inputs, Numbers, Tokens, feeds
from modelyard.core.protocols import Model, Network, Predictor
from modelyard.core.types import Column, Floats, Kind, Task
from modelyard.families import MODELS, default_encoder
from modelyard.features.fit import ENCODERS, Features
from modelyard.learners import trainable
from tests import making
from tests.families import parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


CLOSE = 1e-4
LONGEST = 40  # tokens
STRANGE = [
    *(
        "",
        " ",
        "按时还清,没有逾期。天气好",
        "🦊🧑\u200d🚀👍🏽",
        "x" * 100_000,
        "长" * 100_000,
        "great " * 16_000,
        "İ ﬁ é \x00",
    ),
    *("a", "late 默认 unpaid!", None, "[PAD] [CLS]", "word " * 25, "长" * 25, "paid on time, " * 3),
]
# a search gives one of the others
NAMES = [
    name
    for name in MODELS.names
    if {"tokens", "bag"} & MODELS.part(name).reads and {Model, Network} & set(MODELS.part(name).__mro__)
]


@dataclass(frozen=True)
class Fitted:
    """A model that has learnt a column of texts beside one of numbers, and its graph."""

    features: Features
    predictor: Predictor
    session: ort.InferenceSession
    block: Block  # of the texts that it learnt from

    def inputs(self, texts: list[str | None]) -> dict[str, Block]:
        return beside(self.features({"t": values(texts)})["t"])

    def graph(self, inputs: Inputs) -> Floats:
        answers: Floats = self.session.run(None, feeds(inputs))[0]
        return answers


def values(texts: list[str | None]) -> Any:
    return np.array([*texts, None], dtype=object)[:-1]


def beside(texts: Block) -> dict[str, Block]:
    return {"n": Numbers(np.linspace(-1, 1, len(texts), dtype=np.float32)[:, None]), "t": texts}


def fit(name: str, folder: Path, weights: Path) -> Fitted:
    model = parts.build(MODELS, name, {"weights": str(weights), "max_length": LONGEST})
    wanted = dict(model.encoders().get(Kind.TEXT, {"name": default_encoder(Kind.TEXT)}))
    encoder = str(wanted.pop("name"))
    table = making.table("binary")
    texts = [*table["comment"].to_list(), *STRANGE]
    column = Column("t", Kind.TEXT)
    features = Features({"t": encoder}, {"t": ENCODERS.build(encoder, wanted).fit(values(texts), column, None)})
    block = features({"t": values(texts)})["t"]
    truth = np.array([*(table[making.TARGET] == "good").to_list(), *[False, True] * len(STRANGE)][: len(texts)])
    rows = Examples(beside(block), truth.astype(np.int64), 2, None, ("bad", "good"))
    how = None
    if Network in type(model).__mro__:
        how = replace(model.training(), epochs=4, batch_size=16, learning_rate=5e-3)
    predictor = trainable(model, how).fit(rows, rows, Task.BINARY, seed=1)
    predictor.to_onnx(folder / "model.onnx")
    session = ort.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    return Fitted(features, predictor, session, block)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Callable[[str], Fitted]:
    """Each model trained once."""
    done: dict[str, Fitted] = {}

    def fitted_of(name: str) -> Fitted:
        if name not in done:
            done[name] = fit(name, tmp_path_factory.mktemp(name), tiny_bert)
        return done[name]

    return fitted_of


every = pytest.mark.parametrize("name", NAMES)


def test_they_are_all_here() -> None:
    assert {"bag", "text_cnn", "lstm", "transformer", "pretrained", "linear", "setfit", "zero_shot"} <= set(NAMES)


@every
def test_rows_and_lengths_are_free_in_its_graph(name: str, fitted: Callable[[str], Fitted]) -> None:
    shapes = {node.name: node.shape for node in fitted(name).session.get_inputs()}
    ragged = [shape for feed, shape in shapes.items() if feed.startswith("x1_")]
    assert len(ragged) == 2
    for shape in ragged:
        assert len(shape) == 2
        assert all(isinstance(size, str) for size in shape), shape


@every
def test_its_graph_answers_as_it_does_at_every_length(name: str, fitted: Callable[[str], Fitted]) -> None:
    model = fitted(name)
    spec = model.block.spec
    if spec.form == "tokens":
        random = np.random.default_rng(0)
        rows = [random.integers(0, spec.size, n).astype(np.int32) for n in range(1, LONGEST + 1)]
        offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
        inputs = beside(Tokens(np.concatenate(rows), offsets, spec.size))
    else:
        words = ["late", "默认", "great", "🦊", "unpaid", "按时还清"]
        inputs = model.inputs([" ".join((words * LONGEST)[:n]) for n in range(1, LONGEST + 1)])
    whole = model.predictor(inputs)
    assert np.abs(model.graph(inputs) - whole).max() <= CLOSE
    assert np.std(whole[:, 0]) > 1e-3, "what is compared does not depend on the text"
    for row in range(LONGEST):
        alone = {column: block.take(np.array([row])) for column, block in inputs.items()}
        assert np.abs(model.graph(alone) - whole[row]).max() <= CLOSE
        assert np.abs(model.predictor(alone) - whole[row]).max() <= CLOSE


@every
def test_any_text_is_answered_alone_as_beside_others(name: str, fitted: Callable[[str], Fitted]) -> None:
    model = fitted(name)
    inputs = model.inputs(STRANGE)
    whole = model.predictor(inputs)
    assert np.isfinite(whole).all()
    assert np.abs(model.graph(inputs) - whole).max() <= CLOSE
    for row in range(len(STRANGE)):
        alone = {column: block.take(np.array([row])) for column, block in inputs.items()}
        assert np.abs(model.graph(alone) - whole[row]).max() <= CLOSE
        assert np.abs(model.predictor(alone) - whole[row]).max() <= CLOSE


@every
def test_what_a_bundle_keeps_reads_every_text_as_training_did(name: str, fitted: Callable[[str], Fitted]) -> None:
    model = fitted(name)
    entries, files = model.features.state()
    again = Features.restore(json.loads(json.dumps(entries)), files)
    texts = [*making.table("binary")["comment"].to_list(), *STRANGE]
    assert making.same(again({"t": values(texts)})["t"], model.block)
    for text, row in zip(texts, range(len(texts)), strict=True):
        assert making.same(again({"t": values([text])})["t"], model.block.take(np.array([row])))
