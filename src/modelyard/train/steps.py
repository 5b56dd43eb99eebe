"""How weights move: optimizers, and the learning rate's course."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch

from modelyard.models.layers.gentle import matrices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import nn

    from modelyard.core.training import Optimizer, Schedule, Training

LEAST = 0.01  # share of the learning rate that a schedule ends with
LARGE = 5_000_000  # parameters from which half the bits pay for the conversions
KINDS: dict[Optimizer, Callable[..., torch.optim.Optimizer]] = {
    "adamw": lambda groups, lr: torch.optim.AdamW(groups, lr=lr, fused=True),
    "adam": lambda groups, lr: torch.optim.Adam(groups, lr=lr, fused=True),
    "sgd": lambda groups, lr: torch.optim.SGD(groups, lr=lr),
    "momentum": lambda groups, lr: torch.optim.SGD(groups, lr=lr, momentum=0.9, nesterov=True),
    "adagrad": lambda groups, lr: torch.optim.Adagrad(groups, lr=lr),
}


@runtime_checkable
class Layered(Protocol):
    """A module whose parts learn at rates of their own."""

    def rates(self, layer_decay: float) -> Mapping[str, float]:
        """The share of the learning rate for each parameter, by its name."""


def optimizer(module: nn.Module, how: Training) -> torch.optim.Optimizer:
    """With weight decay on matrices alone."""
    decayed = {id(parameter) for parameter in matrices(module)}
    rates = module.rates(how.layer_decay) if isinstance(module, Layered) else {}
    groups: dict[tuple[bool, float], list[nn.Parameter]] = {}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((id(parameter) not in decayed, rates.get(name, 1.0)), []).append(parameter)
    told: list[dict[str, Any]] = [
        {
            "params": parameters,
            "weight_decay": 0.0 if spared else how.regularisation.l2,
            "lr": how.learning_rate * share,
        }
        for (spared, share), parameters in sorted(groups.items(), key=lambda group: group[0])
    ]
    return KINDS[how.optimizer](told, how.learning_rate)


def rate(done: float, schedule: Schedule, warmup: float) -> float:
    """The share of the learning rate when a share of all steps is `done`: a linear rise, then the schedule's fall."""
    if done < warmup:
        return LEAST + (1 - LEAST) * done / warmup
    turn = min((done - warmup) / (1 - warmup), 1.0)
    falls = {"cosine": 0.5 * (1 + math.cos(math.pi * turn)), "linear": 1 - turn, "constant": 1.0}
    return LEAST + (1 - LEAST) * falls[schedule]


def halved(module: nn.Module, how: Training) -> bool:
    """Whether steps are computed in bfloat16: if asked for, or the network is large and the processor has it."""
    if how.precision != "auto":
        return how.precision == "bfloat16"
    return halves() and sum(parameter.numel() for parameter in module.parameters()) >= LARGE


def halves() -> bool:
    """Whether the processor multiplies in bfloat16."""
    has = torch.cpu.get_capabilities()
    return any(has.get(name, False) for name in ("avx512_bf16", "amx_bf16", "sve_bf16"))
