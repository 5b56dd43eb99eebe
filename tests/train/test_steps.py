"""How weights move."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
import torch
from torch import nn

from modelyard.core.training import Regularisation, Schedule, Training
from modelyard.train import steps

HOW = Training(epochs=1, batch_size=8, learning_rate=0.1, regularisation=Regularisation(l2=0.5))


@pytest.mark.parametrize("schedule", get_args(Schedule))
def test_the_rate_rises_and_then_keeps_to_its_schedule(schedule: Schedule) -> None:
    rates = [steps.rate((step + 0.5) / 100, schedule, 0.2) for step in range(100)]
    assert max(rates) == pytest.approx(1, abs=0.02)
    assert rates[:20] == sorted(rates[:20])
    assert rates[20:] == sorted(rates[20:], reverse=True)
    assert rates[-1] == pytest.approx(1.0 if schedule == "constant" else steps.LEAST, abs=0.02)


def test_a_schedule_without_a_rise_begins_at_the_full_rate() -> None:
    assert steps.rate(0.0, "cosine", 0.0) == 1.0


def test_only_matrices_decay() -> None:
    module = nn.Sequential(nn.Embedding(4, 3), nn.Linear(3, 3), nn.LayerNorm(3))
    groups = steps.optimizer(module, HOW).param_groups
    decayed = [tuple(p.shape) for group in groups if group["weight_decay"] == 0.5 for p in group["params"]]
    kept = [tuple(p.shape) for group in groups if group["weight_decay"] == 0.0 for p in group["params"]]
    assert decayed == [(3, 3)]
    assert kept == [(4, 3), (3,), (3,), (3,)]


def test_half_the_bits_are_for_large_networks_unless_asked_for() -> None:
    small = nn.Linear(2, 2)
    large = nn.Linear(steps.LARGE, 1, device="meta")
    assert not steps.halved(small, HOW)
    assert steps.halved(small, replace(HOW, precision="bfloat16"))
    assert not steps.halved(large, replace(HOW, precision="float32"))
    assert steps.halved(large, HOW) == any(
        torch.cpu.get_capabilities().get(name, False) for name in ("avx512_bf16", "amx_bf16", "sve_bf16")
    )
