"""What a network minimises, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from modelyard.core.training import Goal
from modelyard.core.types import Task

if TYPE_CHECKING:
    from modelyard.core.blocks import Examples

KNEE = 1.345  # in deviations: 95% of least squares' efficiency where errors are normal (Huber 1964)


@dataclass(frozen=True)
class Scaled:
    """The target as a network sees it: class codes, or numbers of mean 0 and deviation 1 over the training rows."""

    task: Task
    goal: Goal
    centre: float = 0.0
    scale: float = 1.0

    def __call__(self, part: Examples) -> Tensor:
        """[rows] int64 or float32."""
        if self.task.classifies:
            return torch.from_numpy(part.target)
        return torch.from_numpy((part.target - self.centre) / self.scale).float()

    def loss(self, raw: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """The weighted mean of the rows' losses: `raw` [rows, outputs], or [rows, members, outputs].

        Each member has a loss of its own, so that they do not agree for the sake of it (Gorishniy 2025).
        """
        members = raw.float().reshape(len(raw), -1, raw.shape[-1])
        if self.task.classifies:
            whose = target[:, None].expand(members.shape[:2]).flatten()
            each = functional.cross_entropy(members.flatten(0, 1), whose, reduction="none").view(members.shape[:2])
        else:
            each = _apart(members[..., 0] - target[:, None], self.goal)
        if weight is None:
            return each.mean()
        return (each.mean(dim=1) * weight).sum() / weight.sum().clamp(min=1e-12)


def _apart(error: Tensor, goal: Goal) -> Tensor:
    """What an error costs."""
    if goal.loss == "squared":
        return error**2
    if goal.loss == "absolute":
        return error.abs()
    if goal.loss == "quantile":
        return torch.maximum(-goal.quantile * error, (1 - goal.quantile) * error)
    return functional.huber_loss(error, torch.zeros_like(error), reduction="none", delta=KNEE)
