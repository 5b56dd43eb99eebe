"""What a pretrained encoder may be told: what of it learns, and how fast."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from modelyard.core.blocks import Examples, Numbers, Tokens
from modelyard.core.types import Task
from modelyard.models.layers import lora
from modelyard.models.layers.encoder import load
from modelyard.models.pretrained import HASTE, Pretrained, PretrainedModule
from modelyard.train import batches, steps
from modelyard.train.loop import Trainable

if TYPE_CHECKING:
    from pathlib import Path

LENGTHS = np.array([3, 9, 1, 5, 2, 16, 4, 7])


def rows(*texts: str) -> Examples:
    ids = (np.arange(LENGTHS.sum()) % 40 + 5).astype(np.int32)
    tokens = {name: Tokens(ids, np.concatenate([[0], np.cumsum(LENGTHS)]), 150) for name in texts or ("t",)}
    values = Numbers(np.linspace(-1, 1, len(LENGTHS), dtype=np.float32)[:, None])
    return Examples({"n": values, **tokens}, np.arange(len(LENGTHS)) % 2, 2)


def module_of(network: Pretrained, part: Examples) -> PretrainedModule:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = network.build(part, network.training())
    assert isinstance(module, PretrainedModule)
    return module


def answers(module: PretrainedModule, part: Examples) -> torch.Tensor:
    found: torch.Tensor = module.eval()(**batches.tensors(part.inputs))
    return found.detach()


def test_adapters_change_nothing_at_first_and_alone_learn(tiny_bert: Path) -> None:
    part = rows()
    plain, adapted = (
        module_of(Pretrained(weights=str(tiny_bert), tuning=tuning, max_length=16), part) for tuning in ("head", "lora")
    )
    assert torch.allclose(
        plain.features(batches.tensors(part.inputs)),
        adapted.eval().features(batches.tensors(part.inputs)),
        atol=1e-6,
    )
    learning = {name for name, weight in adapted.encoder.named_parameters() if weight.requires_grad}
    assert learning
    assert all("lora_" in name for name in learning)
    share = sum(p.numel() for p in adapted.encoder.parameters() if p.requires_grad)
    assert share < 0.5 * sum(p.numel() for p in adapted.encoder.parameters())


def test_merged_adapters_answer_the_same_and_leave_no_trace(tiny_bert: Path) -> None:
    part = rows()
    module = module_of(Pretrained(weights=str(tiny_bert), tuning="lora", max_length=16, lora_rank=2), part)
    for name, weight in module.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.3, generator=torch.Generator().manual_seed(1))
    before = answers(module, part)
    plain = answers(module_of(Pretrained(weights=str(tiny_bert), tuning="head", max_length=16), part), part)
    assert not torch.allclose(before, plain, atol=1e-3), "the adapters do something"
    module.settle()
    assert torch.allclose(answers(module, part), before, atol=1e-5)
    assert not [name for name, _ in module.named_parameters() if "lora" in name]
    lora.merge(module.encoder.network)  # nothing is left to merge
    assert torch.allclose(answers(module, part), before, atol=1e-5)


def test_a_trained_adapter_leaves_as_a_graph(tiny_bert: Path, tmp_path: Path) -> None:
    import onnxruntime as ort

    from modelyard.core.blocks import feeds

    part = rows("t", "第二")
    network = Pretrained(weights=str(tiny_bert), tuning="lora", max_length=16)
    how = replace(network.training(), epochs=2, learning_rate=0.05)
    predictor = Trainable(network, how).fit(part, part, Task.BINARY, seed=1)
    predictor.to_onnx(tmp_path / "model.onnx")
    session = ort.InferenceSession(tmp_path / "model.onnx")
    assert np.allclose(session.run(None, feeds(part.inputs))[0], predictor(part.inputs), atol=1e-5)


def test_the_first_token_may_stand_for_a_text(tiny_bert: Path) -> None:
    part = rows()
    feeds = batches.tensors(part.inputs)
    ids, mask = feeds["x1_ids"], feeds["x1_mask"]
    encoder = load(str(tiny_bert), 16, "cls").eval()
    hidden: Any = encoder.network(input_ids=ids, attention_mask=mask).last_hidden_state
    assert torch.allclose(encoder(ids, mask), hidden[:, 0], atol=1e-6)
    assert not torch.allclose(encoder(ids, mask), load(str(tiny_bert), 16).eval()(ids, mask), atol=1e-3)


def test_each_layer_learns_slower_than_the_one_above(tiny_bert: Path) -> None:
    network = Pretrained(weights=str(tiny_bert), max_length=16)
    module = module_of(network, rows())
    rates = module.rates(0.5)
    assert set(rates) == {name for name, _ in module.named_parameters()}
    stem = "encoder.network."
    for name, wanted in {
        "embeddings.word_embeddings.weight": 0.5**3,
        "embeddings.LayerNorm.bias": 0.5**3,
        "encoder.layer.0.attention.self.query.weight": 0.5**2,
        "encoder.layer.1.output.dense.bias": 0.5,
    }.items():
        assert rates[stem + name] == pytest.approx(wanted), name
    assert rates["head.weight"] == HASTE["full"]
    how = replace(network.training(), layer_decay=0.5, learning_rate=1e-3)
    groups = {
        id(parameter): group["lr"]
        for group in steps.optimizer(module, how).param_groups
        for parameter in group["params"]
    }
    named = dict(module.named_parameters())
    assert groups[id(named[f"{stem}embeddings.LayerNorm.bias"])] == pytest.approx(1e-3 / 8)
    assert groups[id(named["head.bias"])] == pytest.approx(1e-3 * HASTE["full"])


@pytest.mark.parametrize(("said", "learns"), [(None, True), (True, True), (False, False)])
def test_token_embeddings_learn_unless_it_is_said(said: bool | None, tiny_bert: Path, learns: bool) -> None:  # noqa: FBT001
    module = module_of(Pretrained(weights=str(tiny_bert), train_embeddings=said, max_length=16), rows())
    table: Any = module.encoder.network.get_input_embeddings()  # type: ignore[operator]
    assert table.weight.requires_grad is learns


def test_embeddings_of_many_languages_stay_as_they_are(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelyard.models.pretrained.LARGE_VOCABULARY", 10)
    module = module_of(Pretrained(weights=str(tiny_bert), max_length=16), rows())
    table: Any = module.encoder.network.get_input_embeddings()  # type: ignore[operator]
    assert not table.weight.requires_grad


def test_checkpointed_gradients_are_the_same_gradients(tiny_bert: Path) -> None:
    part = rows()
    how = replace(Pretrained().training(), epochs=3, learning_rate=1e-3)
    told = [
        Trainable(Pretrained(weights=str(tiny_bert), max_length=16, gradient_checkpointing=each), how).fit(
            part, part, Task.BINARY, seed=3
        )(part.inputs)
        for each in (False, True)
    ]
    assert np.allclose(told[0], told[1], atol=1e-5)


def test_weights_without_a_pooler_are_none_the_worse(tiny_bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    shutil.copytree(tiny_bert, folder)
    encoder = load(str(folder), 16)
    assert not [name for name, _ in encoder.named_parameters() if "pooler" in name]
