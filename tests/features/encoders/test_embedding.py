"""Texts as vectors of a frozen encoder: what its network says, row by row, in a bundle that needs no torch."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from modelyard.core.errors import RecipeError
from modelyard.core.types import Column, Kind
from modelyard.features.encoders.embedding import Embedding
from modelyard.features.fit import ENCODERS
from modelyard.features.vectors import TOKENS
from modelyard.models.layers.encoder import load
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.features.encoders.embedding import FittedEmbedding
    from modelyard.run import Run

COLUMN = Column("comment", Kind.TEXT)
SAID = ["late again", "paid in time, great", "perhaps", "", None, "按时还清", "client " * 40, "late", "paid"]


def texts(*said: str | None) -> Any:
    return np.array([*said, None], dtype=object)[:-1]


def fitted(weights: Path, **said: Any) -> FittedEmbedding:
    return Embedding(weights=str(weights), max_length=32, **said).fit(texts(*SAID), COLUMN, None)


def test_vectors_are_the_networks_mean_tokens_at_length_one_centred_and_scaled(tiny_bert: Path) -> None:
    encoder = fitted(tiny_bert)
    there = [text for text in SAID if text is not None]
    tokens = encoder.tokens(texts(*there)).arrays()
    with torch.inference_mode():
        pooled = load(str(tiny_bert), 32).eval()(torch.tensor(tokens["ids"]), torch.tensor(tokens["mask"])).numpy()
    unit = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    found = encoder(texts(*there)).arrays()["values"]
    assert found * encoder.scale + encoder.centre == pytest.approx(unit, abs=1e-5)
    assert found.mean(axis=0) == pytest.approx(np.zeros(32), abs=1e-5)
    assert float(found.std()) == pytest.approx(1.0, abs=0.01)
    assert not encoder(texts(None)).arrays()["values"].any()


def test_a_text_is_the_same_alone_and_among_more_than_are_asked_at_once(tiny_bert: Path) -> None:
    encoder = fitted(tiny_bert)
    many = texts(*(f"paid {place} late {'.' * (place % 9)}" for place in range(TOKENS // 4)))
    whole = encoder(many).arrays()["values"]
    for row in (0, 5, 700, len(many) - 1):
        alone = fitted(tiny_bert)(many[row : row + 1]).arrays()["values"]
        assert np.array_equal(alone[0], whole[row])


def test_dimensions_are_those_in_which_the_training_rows_differ_most(tiny_bert: Path) -> None:
    whole, few = (fitted(tiny_bert, dimensions=count)(texts(*SAID[:4])).arrays()["values"] for count in (None, 3))
    assert (whole.shape, few.shape) == ((4, 32), (4, 3))
    learnt = fitted(tiny_bert)(texts(*(text for text in SAID if text is not None))).arrays()["values"]
    turned = np.linalg.svd(learnt, full_matrices=False)[2][:3]
    assert np.abs(few) == pytest.approx(np.abs(whole @ turned.T), abs=1e-3)


def test_more_tokens_than_the_weights_read_are_told(tiny_bert: Path) -> None:
    said = {"weights": str(tiny_bert), "max_length": 300}
    with pytest.raises(RecipeError, match="reads at most 256 tokens") as caught:
        ENCODERS.build("embedding", said, "columns.comment.encoder")
    assert "max_length: 256" in str(caught.value)


@pytest.fixture(scope="module")
def run(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    said = {"comment": {"encoder": {"name": "embedding", "weights": str(tiny_bert), "max_length": 32}}}
    frame = making.table("binary").select("home", "comment", making.TARGET)
    return making.train(tmp_path_factory.mktemp("embedding"), frame, columns=said, model="boosting")


def test_a_bundle_answers_and_explains_without_torch(run: Run) -> None:
    code = f"""
import sys
for name in ("torch", "transformers", "onnx", "scipy", "sklearn"):
    sys.modules[name] = None
import modelyard
bundle = modelyard.load({str(run.bundle.folder)!r})
print(bundle.predict(bundle.example)["predictions"][0]["prediction"])
print({{share.column for share in bundle.explain(bundle.example, permutations=4)[0].shares}} == {{"home", "comment"}})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answered, whole = done.stdout.split()
    assert answered == run.bundle.predict(run.bundle.example)["predictions"][0]["prediction"]
    assert whole == "True"
