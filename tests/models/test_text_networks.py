"""Networks that learn texts from nothing: each against the slow obvious way, and what none of them may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from torch import nn

from modelyard.core.blocks import Bag, Block, Codes, Examples, Numbers, Tokens
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Network
from modelyard.core.types import Kind
from modelyard.families import MODELS
from modelyard.features.encoders.subwords import Subwords
from modelyard.features.subwords import train_tokenizer
from modelyard.models.bag import BagModule
from modelyard.models.layers.texts import Words
from modelyard.models.lstm import BothWays
from modelyard.models.text_cnn import Filters
from modelyard.train import batches

if TYPE_CHECKING:
    from pathlib import Path

SCRATCH: dict[str, dict[str, Any]] = {
    "text_cnn": {"spans": [1, 2, 5], "filters": 6, "width": 8},
    "lstm": {"units": 6, "width": 8},
    "transformer": {"units": 8, "heads": 2, "width": 8},
}
every = pytest.mark.parametrize("name", SCRATCH)
VOCABULARY = 50


def tokens(*lengths: int, shift: int = 0) -> Tokens:
    ids = (np.arange(sum(lengths), dtype=np.int32) * 7 + shift) % VOCABULARY
    return Tokens(ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), VOCABULARY)


def two_texts(*lengths: int) -> dict[str, Block]:
    """Two text columns beside a number, a category and a bag."""
    rows = len(lengths)
    numbers = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    weights = np.ones(rows, dtype=np.float32)
    bag = Bag(np.arange(rows) % 8, np.arange(rows + 1), weights, 8)
    return {
        "title": tokens(*lengths),
        "n": Numbers(numbers),
        "评论": tokens(*lengths[::-1], shift=3),
        "c": Codes(np.arange(rows) % 3, 3),
        "b": bag,
    }


def built(name: str, inputs: dict[str, Block], **settings: Any) -> nn.Module:
    network = MODELS.build(name, {**SCRATCH.get(name, {}), **settings})
    assert isinstance(network, Network)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        rows = len(next(iter(inputs.values())))
        return network.build(Examples(inputs, np.arange(rows) % 3, 3), network.training()).eval()


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@every
def test_what_is_not_there_never_reaches_an_answer(name: str) -> None:
    module, inputs = built(name, two_texts(3, 1, 9)), two_texts(3, 1, 9)
    feeds = batches.tensors(inputs)
    other = dict(feeds)
    for place in ("x0", "x2"):
        other[f"{place}_ids"] = torch.where(feeds[f"{place}_mask"] > 0, feeds[f"{place}_ids"], 17)
    with torch.no_grad():
        whole = module(**feeds)
        assert torch.equal(module(**other), whole)
        for row in range(3):
            alone = {x: block.take(np.array([row])) for x, block in inputs.items()}
            assert torch.allclose(module(**batches.tensors(alone))[0], whole[row], atol=1e-6)
    assert whole.std(dim=0).min() > 1e-3, "all rows are answered alike"


@every
def test_each_text_column_and_each_table_column_counts(name: str) -> None:
    module, feeds = built(name, two_texts(4, 5, 6)), batches.tensors(two_texts(4, 5, 6))
    with torch.no_grad():
        whole = module(**feeds)
        for changed in ("x0_ids", "x1_values", "x2_ids", "x3_codes", "x4_ids"):
            answers = module(**{**feeds, changed: torch.zeros_like(feeds[changed])})
            assert (answers - whole).abs().max() > 1e-4, changed


@every
def test_a_text_of_no_tokens_is_answered(name: str) -> None:
    module = built(name, two_texts(4, 5))
    for lengths in ((0, 0), (0, 3)):
        with torch.no_grad():
            assert torch.isfinite(module(**batches.tensors(two_texts(*lengths)))).all()


@every
def test_a_column_of_texts_is_needed(name: str) -> None:
    with pytest.raises(RecipeError, match="reads texts, and no column is a text"):
        built(name, {"n": Numbers(np.zeros((3, 1), dtype=np.float32))})


def test_filters_are_the_strongest_answer_at_any_token() -> None:
    filters, rows = Filters(4, (1, 2, 3), 5), random(1, 6, 4)
    with torch.no_grad():
        found = filters(rows, torch.ones(1, 6, 1))[0]
        padded = torch.cat([torch.zeros(1, 1, 4), rows, torch.zeros(1, 1, 4)], dim=1)[0]
        wanted = []
        for span, start in ((1, 1), (2, 1), (3, 0)):
            layer: Any = filters.convolutions[span - 1]
            answers = [
                torch.einsum("ufs,sf->u", layer.weight, padded[at : at + span]) + layer.bias
                for at in range(start, start + 6)
            ]
            wanted.append(torch.stack(answers).amax(dim=0).clamp(min=0))
    assert torch.allclose(found, torch.cat(wanted), atol=1e-6)


def test_the_lstm_reads_as_its_equations_say() -> None:
    reader, rows = BothWays(4, 3), random(1, 5, 4)
    lstm = reader.lstm
    with torch.no_grad():
        kept = torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0])[None, :, None]
        found = reader(rows * kept, kept)[0]
        highest = []
        for way, order in (("", [0, 1, 2]), ("_reverse", [2, 1, 0])):
            state, cell, states = torch.zeros(3), torch.zeros(3), []
            for at in order:
                gates = getattr(lstm, f"weight_ih_l0{way}") @ rows[0, at] + getattr(lstm, f"bias_ih_l0{way}")
                gates = gates + getattr(lstm, f"weight_hh_l0{way}") @ state + getattr(lstm, f"bias_hh_l0{way}")
                into, forget, news, out = gates.chunk(4)
                cell = torch.sigmoid(forget) * cell + torch.sigmoid(into) * torch.tanh(news)
                state = torch.sigmoid(out) * torch.tanh(cell)
                states.append(state)
            highest.append(torch.stack(states).amax(dim=0))
    assert torch.allclose(found, torch.cat(highest), atol=1e-6)


def test_whole_tokens_are_left_out_while_training_and_none_after() -> None:
    words, kept = Words(torch.ones(5, 3), dropout=0.4), torch.ones(10, 500, 1)
    ids = torch.zeros(10, 500, dtype=torch.int64)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        found = words.train()(ids, kept)
    assert set(found.sum(dim=2).unique().tolist()) == {0.0, 3.0}
    assert float(found.mean()) == pytest.approx(0.6, abs=0.03)
    assert words.eval()(ids, kept).min() == 1.0


def test_a_bag_is_a_linear_answer_to_the_sum_of_vectors() -> None:
    block = Bag(np.array([1, 2, 1]), np.array([0, 2, 3]), np.array([0.5, 2.0, 1.0], dtype=np.float32), 8)
    module = built("bag", {"t": block})
    assert isinstance(module, BagModule)
    with torch.no_grad():
        vectors = module.embed(batches.tensors({"t": block}) | {})
        assert torch.allclose(module(**batches.tensors({"t": block})), module.head(vectors))
        one, two = (vectors[1], (vectors[0] - 0.5 * vectors[1]) / 2)
        swapped = Bag(np.array([2]), np.array([0, 1]), np.array([3.0], dtype=np.float32), 8)
        assert torch.allclose(module.embed(batches.tensors({"t": swapped}))[0], 3 * two, atol=1e-6)
    assert not torch.allclose(one, two)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What pretraining on texts leaves."""
    (tmp_path / "tokenizer.json").write_text(train_tokenizer(["good 很好", "bad 很差"] * 5, 100))
    size = Subwords(weights=str(tmp_path)).fit(np.array([]), None, None).tokenizer.get_vocab_size()  # type: ignore[arg-type]
    vectors = np.arange(size * 6, dtype=np.float32).reshape(size, 6)
    save_file({"embeddings": vectors}, tmp_path / "embeddings.safetensors")
    return tmp_path


@every
def test_learning_starts_from_the_folders_embeddings(name: str, folder: Path) -> None:
    settings = {**SCRATCH[name], "width": None, "embeddings": str(folder)}
    network = MODELS.build(name, settings)
    wanted = dict(network.encoders()[Kind.TEXT])
    assert (wanted["name"], wanted["weights"]) == ("subwords", str(folder))
    fitted = Subwords(weights=str(folder), max_length=9).fit(np.array(["bad"], dtype=object), None, None)  # type: ignore[arg-type]
    block = fitted(np.array(["good", "很差 🦊", None], dtype=object))
    module: Any = built(name, {"t": block}, width=None, embeddings=str(folder))
    table = module.words["x0"].table.weight
    assert table.requires_grad
    assert torch.equal(table, torch.arange(table.numel()).float().reshape(-1, 6))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [({"width": 7}, "is 7, and the embeddings are 6 wide"), ({"embeddings": "nowhere"}, "no embeddings.safetensors")],
)
@every
def test_embeddings_that_do_not_fit_are_refused(
    name: str, settings: dict[str, Any], problem: str, folder: Path
) -> None:
    fitted = Subwords(weights=str(folder)).fit(np.array([]), None, None)  # type: ignore[arg-type]
    block = fitted(np.array(["good", "很差"], dtype=object))
    with pytest.raises(RecipeError, match=problem):
        built(name, {"t": block}, **{"width": None, "embeddings": str(folder), **settings})
    with pytest.raises(RecipeError, match="the texts are read in 50"):
        built(name, {"t": tokens(2, 2)}, width=None, embeddings=str(folder))


@pytest.mark.parametrize("settings", [{"units": 10, "heads": 4}, {"units": 9, "heads": 3}])
def test_heads_share_units_evenly(settings: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="do not share"):
        MODELS.build("transformer", settings)
