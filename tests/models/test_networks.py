"""What networks are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import nn

from modelyard.core.blocks import UNSEEN_CODE, Bag, Block, Codes, Examples, Numbers, Tokens
from modelyard.core.blocks import feeds as feeds_of
from modelyard.core.errors import RecipeError
from modelyard.core.tuning import Options
from modelyard.core.types import Task
from modelyard.families import MODELS
from modelyard.models.layers.embed import UNSEEN_RATE, Embed, width_of
from modelyard.models.layers.embed import Bag as Bag_
from modelyard.models.layers.embed import Codes as Codes_
from modelyard.models.layers.gentle import matrices
from modelyard.models.mlp import Mlp
from modelyard.models.pretrained import Pretrained, PretrainedModule
from modelyard.train import batches
from modelyard.train.predictor import Answering, TorchPredictor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelyard.core.protocols import Network


def blocks_of(rows: int = 40) -> dict[str, Block]:
    """A block of every form that a table has."""
    random = np.random.default_rng(0)
    values = random.normal(size=(rows, 3)).astype(np.float32)
    values[:, 2] = values[:, 2] > 0
    bag = random.integers(0, 8, rows * 5)
    weights = random.random(rows * 5, dtype=np.float32)
    return {
        "a": Numbers(values),
        "年": Codes(random.integers(0, 6, rows), 6),
        "t": Bag(bag, np.arange(rows + 1) * 5, weights, 32),
        "z": Codes(random.integers(0, 100, rows), 100),
    }


def examples(outputs: int = 3) -> Examples:
    return Examples(blocks_of(), np.arange(40) % outputs, outputs)


def build(network: Network, train: Examples) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return network.build(train, network.training())


@pytest.mark.parametrize(("levels", "width"), [(2, 2), (5, 4), (100, 16), (10**6, 64)])
def test_the_width_of_an_embedding(levels: int, width: int) -> None:
    assert width_of(levels) == width


def test_blocks_become_one_vector() -> None:
    blocks = {f"x{place}": block for place, block in enumerate(blocks_of().values())}
    embed = Embed(blocks).eval()
    feeds = batches.tensors(blocks_of())
    rows = embed(feeds)
    assert embed.widths == [1, 1, 1, 4, 16, 32]
    assert rows.shape == (40, sum(embed.widths))
    assert torch.equal(rows[:, :3], feeds["x0_values"])
    assert torch.equal(rows[:, 3:7], embed.tables[0].table.weight[feeds["x1_codes"]])  # type: ignore[union-attr, index]


def test_a_bag_is_the_weighed_sum_of_what_was_seen() -> None:
    bag = Bag_(8, np.array([1, 2, 5]))
    ids, weights = torch.tensor([[1, 2, 7, 0]]), torch.tensor([[0.5, 2.0, 3.0, 0.0]])
    assert torch.allclose(bag(ids, weights)[0], 0.5 * bag.table.weight[1] + 2 * bag.table.weight[2])


def test_some_codes_count_as_unseen_while_training_and_none_after() -> None:
    codes = Codes_([3, 6], 4)
    nn.init.constant_(codes.table.weight, 0.0)
    with torch.no_grad():
        codes.table.weight[3 + UNSEEN_CODE] = 1.0  # of the second column
    given = torch.full((20_000, 2), 2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        share = codes.train()(given).detach().mean(dim=0)
    assert share[:4].max() == 0.0
    assert float(share[4]) == pytest.approx(UNSEEN_RATE, rel=0.3)
    assert float(codes.eval()(given).detach().max()) == 0.0


NETWORKS: list[dict[str, Any]] = [
    {},
    {"hidden": ()},
    {"hidden": (8,), "members": 1},
    {"hidden": (8, 4), "members": 3, "numbers": "periodic"},
    {"hidden": (8,), "members": 3, "numbers": "plain"},
]


@pytest.mark.parametrize("settings", NETWORKS)
@pytest.mark.parametrize("outputs", [1, 3])
def test_an_mlp_writes_the_graph_of_what_it_does(settings: dict[str, Any], outputs: int, tmp_path: Path) -> None:
    train = examples(outputs)
    module = build(Mlp(**settings), train).eval()
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(0.3 * torch.sin(torch.arange(weight.numel()).reshape(weight.shape)))
    specs = {name: block.spec for name, block in train.inputs.items()}
    predictor = TorchPredictor(Answering(module, 5.0, 3.0, classifies=outputs > 1), specs)
    predictor.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    far = np.linspace(-1e30, 1e30, 120, dtype=np.float32).reshape(40, 3)
    for inputs in (train.inputs, {**train.inputs, "a": Numbers(far)}):
        answers = session.run(None, feeds_of(inputs))[0]
        assert answers.shape == (40, outputs)
        scale = np.abs(answers).max()
        assert np.abs(answers - predictor(inputs)).max() <= 1e-5 * scale
    assert module.training is False


@pytest.mark.parametrize("settings", NETWORKS)
def test_members_answer_apart_in_training_and_by_their_mean_after(settings: dict[str, Any]) -> None:
    mlp, train = Mlp(**settings), examples()
    module, feeds = build(mlp, train), batches.tensors(blocks_of())
    members = mlp.members if mlp.hidden else 1
    module.dropout = 0.0  # type: ignore[assignment]
    module.embed.train(mode=False)  # type: ignore[union-attr]
    each = module(**feeds)
    assert each.shape == (40, members, 3)
    if members > 1:
        assert (each[:, 0] - each[:, 1]).abs().max() > 1e-3, "members that are alike are one"
    mean = torch.softmax(each, dim=2).mean(dim=1)
    assert torch.allclose(module.eval()(**feeds).exp(), mean, atol=1e-6)


def test_what_regularisation_leaves_alone() -> None:
    module = build(Mlp(hidden=(8, 8), members=3), examples())
    assert {tuple(matrix.shape) for matrix in matrices(module)} == {(8, 69), (8, 8), (3, 8, 3)}


@pytest.mark.parametrize("settings", [{"hidden": [0]}, {"members": 0}, {"quantile": 1.0}, {"hidden": [70_000]}])
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        MODELS.build("mlp", settings)


def test_a_search_may_try_every_variant_and_every_option() -> None:
    mlp = Mlp()
    for changes in mlp.variants():
        assert MODELS.build("mlp", dict(changes))
    for name, options in mlp.space().items():
        assert isinstance(options, Options)
        for value in options.values:
            assert MODELS.build("mlp", {name: value})


def texts(lengths: Sequence[int]) -> Tokens:
    ids = np.arange(sum(lengths), dtype=np.int32) % 60 + 5
    return Tokens(ids, np.concatenate([[0], np.cumsum(lengths)]), 150)


def read(blocks: dict[str, Block], outputs: int = 2) -> Examples:
    rows = len(next(iter(blocks.values())))
    return Examples(blocks, np.arange(rows) % outputs, outputs)


def test_tokens_are_for_the_pretrained_alone() -> None:
    with pytest.raises(RecipeError, match="does not read tokens"):
        build(Mlp(), read({"t": texts([2, 2])}))


def bert_feeds(lengths: list[int]) -> dict[str, torch.Tensor]:
    width = max(lengths)
    mask = (torch.arange(width) < torch.tensor(lengths)[:, None]).long()
    ids = torch.arange(5, 5 + len(lengths) * width).reshape(len(lengths), width) % 60 + 5
    return {"x0_values": torch.zeros(len(lengths), 2), "x1_ids": ids * mask, "x1_mask": mask}


def test_a_text_is_the_mean_of_its_tokens_whatever_fills_it_up(tiny_bert: Path) -> None:
    train = read({"n": Numbers(np.zeros((2, 2), dtype=np.float32)), "t": texts([3, 7])})
    module = build(Pretrained(weights=str(tiny_bert), max_length=16), train).eval()
    assert isinstance(module, PretrainedModule)
    feeds = bert_feeds([3, 7])
    whole = module(**feeds)
    assert whole.shape == (2, 2)
    alone = module(
        **{name: feed[:1, :3] if feed.ndim == 2 and name != "x0_values" else feed[:1] for name, feed in feeds.items()}
    )
    assert torch.allclose(whole[:1], alone, atol=1e-5)
    hidden = module.encoder.network(input_ids=feeds["x1_ids"], attention_mask=feeds["x1_mask"]).last_hidden_state
    assert torch.allclose(module.features(feeds)[0], hidden[0, :3].mean(dim=0), atol=1e-5)
    empty = {**feeds, "x1_mask": torch.zeros_like(feeds["x1_mask"])}
    assert torch.isfinite(module(**empty)).all()


def test_a_frozen_encoder_does_not_learn(tiny_bert: Path) -> None:
    for tuning, learns in (("head", False), ("full", True)):
        network = Pretrained(weights=str(tiny_bert), tuning=tuning, max_length=16)  # type: ignore[arg-type]
        module = build(network, read({"t": texts([3, 7])}))
        assert isinstance(module, PretrainedModule)
        assert {weight.requires_grad for weight in module.encoder.parameters()} == {learns}
        assert all(weight.requires_grad for weight in module.head.parameters())


def test_what_the_pretrained_cannot_do_is_told(tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="reads texts, and no column is a text"):
        build(Pretrained(weights=str(tiny_bert), max_length=16), read({"a": blocks_of()["a"]}))
    with pytest.raises(RecipeError, match="256"):
        build(Pretrained(weights=str(tiny_bert), max_length=500), read({"t": texts([2, 2])}))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RecipeError, match="the weights cannot be read"):
        build(Pretrained(weights=str(tmp_path), max_length=16), read({"t": texts([2, 2])}))
    assert np.all([task in Pretrained.tasks for task in Task])
