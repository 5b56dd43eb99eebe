"""Blocks to one vector a row: numbers as they are, categories and bags through embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from modelyard.core.errors import RecipeError
from modelyard.core.types import UNSEEN_CODE, BlockSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSEEN_RATE = 0.02  # share of codes that training turns into the unseen level, so that it means something


def width_of(levels: int) -> int:
    """An embedding's width for a number of levels: 1.6 * levels ** 0.56, at most 64 (the rule that fastai uses)."""
    return int(min(64, round(1.6 * levels**0.56)))


class Codes(nn.Module):
    """[rows] int64 to [rows, width]."""

    def __init__(self, levels: int) -> None:
        """An embedding a level, small at first."""
        super().__init__()
        self.width = width_of(levels)
        self.table = nn.Embedding(levels, self.width)
        nn.init.normal_(self.table.weight, std=self.width**-0.5)

    def forward(self, codes: Tensor) -> Tensor:
        """Look up; while training, some codes count as unseen."""
        if self.training:
            lost = torch.rand(codes.shape, device=codes.device) < UNSEEN_RATE
            codes = torch.where(lost, UNSEEN_CODE, codes)
        looked_up: Tensor = self.table(codes)
        return looked_up


class Bag(nn.Module):
    """[rows, length] ids and weights to [rows, width]: a weighted sum of embeddings, as fastText's (Joulin 2017)."""

    def __init__(self, size: int, width: int = 32) -> None:
        """An embedding a bucket, small at first."""
        super().__init__()
        self.width = width
        self.table = nn.Embedding(size, width)
        nn.init.normal_(self.table.weight, std=0.1)

    def forward(self, ids: Tensor, weights: Tensor) -> Tensor:
        """Sum over a row's items."""
        summed: Tensor = torch.matmul(weights.unsqueeze(1), self.table(ids)).squeeze(1)
        return summed


class Embed(nn.Module):
    """Every block of a row, side by side: [rows, width] from what `core.types.feeds` names."""

    def __init__(self, blocks: Mapping[str, BlockSpec]) -> None:
        """A module for each block that needs one; `blocks` as `core.types.places` names them.

        Raises:
            RecipeError: a block is of tokens, which only a pretrained network reads.
        """
        super().__init__()
        self.forms = {name: spec.form for name, spec in blocks.items()}
        self.tables = nn.ModuleDict()
        self.width = 0
        for name, spec in blocks.items():
            if spec.form == "codes":
                self.tables[name] = codes = Codes(spec.size)
                self.width += codes.width
            elif spec.form == "bag":
                self.tables[name] = bag = Bag(spec.size)
                self.width += bag.width
            elif spec.form == "numbers":
                self.width += spec.size
            else:
                raise RecipeError(
                    "this model does not read tokens", "model", "use the encoder ngrams, or the model pretrained"
                )

    def forward(self, feeds: dict[str, Tensor]) -> Tensor:
        """Side by side, in the order of the blocks."""
        parts = []
        for name, form in self.forms.items():
            if form == "numbers":
                parts.append(feeds[f"{name}_values"])
            elif form == "codes":
                parts.append(self.tables[name](feeds[f"{name}_codes"]))
            else:
                parts.append(self.tables[name](feeds[f"{name}_ids"], feeds[f"{name}_weights"]))
        return torch.cat(parts, dim=1)
