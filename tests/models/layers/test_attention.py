"""Attention written out is torch's own, given the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import nn

from modelyard.models.layers import attention
from modelyard.models.layers.graph import Graph

if TYPE_CHECKING:
    from pathlib import Path


def given(lengths: list[int], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens [rows, length, width] and what is kept of them [rows, length, 1]."""
    generator = torch.Generator().manual_seed(0)
    kept = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).float().unsqueeze(-1)
    return torch.randn(len(lengths), max(lengths), width, generator=generator), kept


@pytest.mark.parametrize("heads", [1, 2, 8])
def test_it_is_what_torch_calls_multihead_attention(heads: int) -> None:
    mine, theirs = attention.SelfAttention(16, heads), nn.MultiheadAttention(16, heads, batch_first=True)
    parts = (mine.query, mine.key, mine.value)
    with torch.no_grad():
        for shift in (theirs.in_proj_bias, theirs.out_proj.bias):
            shift.normal_(generator=torch.Generator().manual_seed(1))
        for part, weight, bias in zip(parts, theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3), strict=True):
            part.weight.copy_(weight)
            part.bias.copy_(bias)
        mine.output.load_state_dict(theirs.out_proj.state_dict())
        tokens, kept = given([1, 4, 7], 16)
        wanted, _ = theirs(tokens, tokens, tokens, key_padding_mask=kept.squeeze(-1) == 0)
        found = mine(tokens, kept)
    assert torch.allclose(found * kept, wanted * kept, atol=1e-6)
    assert found.std() > 0.1


def test_what_is_not_there_is_never_asked() -> None:
    block = attention.Block(16, 2, 0.5).eval()
    tokens, kept = given([3, 6], 16)
    other = torch.where(kept > 0, tokens, tokens * 100 + 7)
    with torch.no_grad():
        assert torch.equal(block(tokens, kept) * kept, block(other, kept) * kept)


def test_places_are_waves_of_their_own() -> None:
    waves = attention.positions(50, attention.paces(8))
    assert waves.shape == (50, 8)
    assert torch.allclose(waves[:, 0], torch.sin(torch.arange(50.0)))
    assert torch.allclose(waves[:, 5], torch.cos(torch.arange(50.0) * 10_000 ** (-2 / 8)))
    assert torch.cdist(waves, waves).fill_diagonal_(1.0).min() > 0.1, "two places look alike"


def test_a_block_writes_the_graph_of_what_it_does(tmp_path: Path) -> None:
    block = attention.Block(16, 4, 0.1).eval()
    graph = Graph("block")
    shape: list[str | int] = ["rows", "length", 16]
    graph._input("x0_values", 1, shape)
    graph._input("x1_values", 1, ["rows", "length", 1])
    told = graph.node("Add", "x0_values", attention.draw_positions(graph, "x0_values", attention.paces(16)))
    graph.answer(block.draw(graph, told, "x1_values"), 16)
    graph.outputs[0].type.tensor_type.shape.Clear()
    graph.save(tmp_path / "block.onnx")
    session = ort.InferenceSession(tmp_path / "block.onnx", providers=["CPUExecutionProvider"])
    for lengths in ([1], [5, 2, 9]):
        tokens, kept = given(lengths, 16)
        answers = session.run(None, {"x0_values": tokens.numpy(), "x1_values": kept.numpy()})[0]
        with torch.no_grad():
            wanted = block(tokens + attention.positions(max(lengths), attention.paces(16)), kept)
        assert np.abs(answers - wanted.numpy()).max() < 1e-5
