"""What networks are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from modelyard.core.errors import RecipeError
from modelyard.core.types import UNSEEN_CODE, BlockSpec, Task
from modelyard.models.layers.embed import UNSEEN_RATE, Bag, Codes, Embed, width_of
from modelyard.models.mlp import Mlp
from modelyard.models.pretrained import Pretrained

if TYPE_CHECKING:
    from pathlib import Path

SPECS = {"a": BlockSpec("numbers", 3), "年": BlockSpec("codes", 6), "t": BlockSpec("bag", 32)}


def given_feeds(rows: int = 4) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {
        "x0_values": torch.rand(rows, 3, generator=generator),
        "x1_codes": torch.arange(rows) % 6,
        "x2_ids": torch.arange(rows * 5).reshape(rows, 5) % 32,
        "x2_weights": torch.rand(rows, 5, generator=generator),
    }


@pytest.mark.parametrize(("levels", "width"), [(2, 2), (5, 4), (100, 21), (10**6, 64)])
def test_the_width_of_an_embedding(levels: int, width: int) -> None:
    assert width_of(levels) == width


def test_blocks_become_one_vector_in_their_order() -> None:
    embed = Embed({"x0": SPECS["a"], "x1": SPECS["年"], "x2": SPECS["t"]}).eval()
    rows = embed(given_feeds())
    assert rows.shape == (4, embed.width)
    assert torch.equal(rows[:, :3], given_feeds()["x0_values"])
    codes = embed.tables["x1"]
    assert isinstance(codes, Codes)
    assert torch.equal(rows[:, 3 : 3 + codes.width], codes.table.weight[given_feeds()["x1_codes"]])


def test_a_bag_is_the_weighed_sum_of_its_items() -> None:
    bag = Bag(8)
    ids, weights = torch.tensor([[1, 2, 0]]), torch.tensor([[0.5, 2.0, 0.0]])
    assert torch.allclose(bag(ids, weights)[0], 0.5 * bag.table.weight[1] + 2 * bag.table.weight[2])


def test_some_codes_count_as_unseen_while_training_and_none_after() -> None:
    codes = Codes(6)
    nn.init.constant_(codes.table.weight, 0.0)
    with torch.no_grad():
        codes.table.weight[UNSEEN_CODE] = 1.0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        share = float(codes.train()(torch.full((20_000,), 3)).detach().mean())
    assert share == pytest.approx(UNSEEN_RATE, rel=0.3)
    assert float(codes.eval()(torch.full((1000,), 3)).detach().max()) == 0.0


@pytest.mark.parametrize("hidden", [(), (8,), (8, 4)])
def test_an_mlp_has_the_layers_that_are_asked_for(hidden: tuple[int, ...]) -> None:
    module = Mlp(hidden=hidden).build(SPECS, 3).eval()
    assert [layer.out_features for layer in module.layers if isinstance(layer, nn.Linear)] == [*hidden, 3]
    answers = module(**given_feeds())
    assert answers.shape == (4, 3)
    assert torch.equal(
        answers[1:2], module(**{name: feed[1:2] for name, feed in given_feeds().items()})
    ) or torch.allclose(answers[1:2], module(**{name: feed[1:2] for name, feed in given_feeds().items()}), atol=1e-6)


@pytest.mark.parametrize("settings", [{"hidden": [0]}, {"dropout": 1.0}, {"dropout": -0.1}, {"hidden": [70_000]}])
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    from modelyard.assemble import MODELS

    with pytest.raises(RecipeError):
        MODELS.build("mlp", settings)


def test_tokens_are_for_the_pretrained_alone() -> None:
    with pytest.raises(RecipeError, match="does not read tokens"):
        Mlp().build({"t": BlockSpec("tokens", 9)}, 2)


def bert_feeds(lengths: list[int]) -> dict[str, torch.Tensor]:
    width = max(lengths)
    mask = (torch.arange(width) < torch.tensor(lengths)[:, None]).long()
    ids = torch.arange(5, 5 + len(lengths) * width).reshape(len(lengths), width) % 60 + 5
    return {"x0_values": torch.zeros(len(lengths), 2), "x1_ids": ids * mask, "x1_mask": mask}


def test_a_text_is_the_mean_of_its_tokens_whatever_fills_it_up(tiny_bert: Path) -> None:
    specs = {"n": BlockSpec("numbers", 2), "t": BlockSpec("tokens", 150)}
    with torch.random.fork_rng(devices=[]):
        module = Pretrained(weights=str(tiny_bert), max_length=16).build(specs, 2).eval()
    feeds = bert_feeds([3, 7])
    whole = module(**feeds)
    assert whole.shape == (2, 2)
    alone = module(
        **{name: feed[:1, :3] if feed.ndim == 2 and name != "x0_values" else feed[:1] for name, feed in feeds.items()}
    )
    assert torch.allclose(whole[:1], alone, atol=1e-5)
    hidden = module.encoder(input_ids=feeds["x1_ids"], attention_mask=feeds["x1_mask"]).last_hidden_state
    assert torch.allclose(module.features(feeds)[0], hidden[0, :3].mean(dim=0), atol=1e-5)
    empty = {**feeds, "x1_mask": torch.zeros_like(feeds["x1_mask"])}
    assert torch.isfinite(module(**empty)).all()


def test_a_frozen_encoder_does_not_learn(tiny_bert: Path) -> None:
    specs = {"t": BlockSpec("tokens", 150)}
    with torch.random.fork_rng(devices=[]):
        for tuning, learns in (("head", False), ("full", True)):
            module = Pretrained(weights=str(tiny_bert), tuning=tuning, max_length=16).build(specs, 2)  # type: ignore[arg-type]
            assert {weight.requires_grad for weight in module.encoder.parameters()} == {learns}
            assert all(weight.requires_grad for weight in module.head.parameters())


def test_what_the_pretrained_cannot_do_is_told(tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="reads texts, and no column is a text"):
        Pretrained(weights=str(tiny_bert), max_length=16).build({"n": BlockSpec("numbers", 2)}, 2)
    with pytest.raises(RecipeError, match="128"):
        Pretrained(weights=str(tiny_bert), max_length=500).build({"t": BlockSpec("tokens", 150)}, 2)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RecipeError, match="the weights cannot be read"):
        Pretrained(weights=str(tmp_path), max_length=16).build({"t": BlockSpec("tokens", 150)}, 2)
    assert np.all([task in Pretrained.tasks for task in Task])
