"""Blocks to one vector a row: numbers, and categories and bags through embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from modelyard.core import blocks as formed
from modelyard.core.blocks import UNSEEN_CODE, Block
from modelyard.core.errors import RecipeError
from modelyard.models.layers.numbers import Straight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modelyard.core.types import Floats, Ints
    from modelyard.models.layers.graph import Graph
    from modelyard.models.layers.numbers import Numbers

MOST = 200_000  # rows that tell the quantiles of all
UNSEEN_RATE = 0.02  # share of codes that training turns into the unseen level, so that it means something


def width_of(levels: int) -> int:
    """An embedding's width for a number of levels: about 1.6 * levels ** 0.56 (the rule that fastai uses).

    It is a power of two, at most 64, so that columns share a width and are looked up together.
    """
    return int(min(64, 2 ** round(np.log2(1.6 * levels**0.56))))


class Codes(nn.Module):
    """Columns of codes whose embeddings are equally wide: [rows, columns] int64 to [rows, columns * width]."""

    starts: Tensor  # of each column's embeddings

    def __init__(self, levels: Sequence[int], width: int) -> None:
        """An embedding a level of each column, small at first."""
        super().__init__()
        self.width = width
        self.table = nn.Embedding(sum(levels), width)
        nn.init.normal_(self.table.weight, std=width**-0.5)
        self.register_buffer("starts", torch.from_numpy(np.cumsum([0, *levels[:-1]])))

    def forward(self, codes: Tensor) -> Tensor:
        """Look up; while training, some codes count as unseen."""
        if self.training:
            lost = torch.rand(codes.shape, device=codes.device) < UNSEEN_RATE
            codes = torch.where(lost, UNSEEN_CODE, codes)
        looked_up: Tensor = self.table(codes + self.starts)
        return looked_up.flatten(1)

    def draw(self, graph: Graph, codes: Sequence[str]) -> str:
        """The same, from the columns one by one."""
        axis = graph.constant([1], np.int64)
        side_by_side = graph.node("Concat", *(graph.node("Unsqueeze", column, axis) for column in codes), axis=1)
        places = graph.node("Add", side_by_side, graph.constant(self.starts.numpy(), np.int64))
        looked_up = graph.node("Gather", graph.constant(self.table.weight.detach().numpy()), places)
        return graph.node("Reshape", looked_up, graph.constant([-1, len(codes) * self.width], np.int64))


class Bag(nn.Module):
    """[rows, length] ids and weights to [rows, width]: a weighted sum of embeddings, as fastText's (Joulin 2017).

    Buckets that no training row shows share one embedding, which stays at zero.
    """

    places: Tensor  # of each bucket's embedding

    def __init__(self, size: int, seen: Ints, width: int = 32) -> None:
        """An embedding for each bucket of `seen`, small at first."""
        super().__init__()
        self.width = width
        self.table = nn.Embedding(1 + len(seen), width, padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.1)
        places = torch.zeros(size, dtype=torch.int64)
        places[torch.from_numpy(seen)] = torch.arange(1, 1 + len(seen))
        self.register_buffer("places", places)
        with torch.no_grad():
            self.table.weight[0] = 0.0

    def forward(self, ids: Tensor, weights: Tensor) -> Tensor:
        """Sum over a row's items."""
        summed: Tensor = torch.matmul(weights.unsqueeze(1), self.table(self.places[ids])).squeeze(1)
        return summed

    def draw(self, graph: Graph, ids: str, weights: str) -> str:
        """The same."""
        places = graph.node("Gather", graph.constant(self.places.numpy(), np.int64), ids)
        items = graph.node("Gather", graph.constant(self.table.weight.detach().numpy()), places)
        axis = graph.constant([1], np.int64)
        return graph.node("Squeeze", graph.node("MatMul", graph.node("Unsqueeze", weights, axis), items), axis)


class Embed(nn.Module):
    """Every block of a row, side by side: numbers, then codes by their embeddings' widths, then bags.

    [rows, sum of `widths`] from what `core.blocks.feeds` names; `widths` holds one a feature.
    """

    def __init__(self, blocks: Mapping[str, Block], numbers: Callable[[Floats], Numbers] = Straight) -> None:
        """`blocks` are the training rows', by the names that `core.blocks.places` gives; `numbers` makes their module.

        Raises:
            RecipeError: a block is of tokens, which only a pretrained network reads.
        """
        super().__init__()
        if any(isinstance(block, formed.Tokens) for block in blocks.values()):
            hint = "use the encoder ngrams, or the model pretrained"
            raise RecipeError("this model does not read tokens", "model", hint)
        values = {name: block.values for name, block in blocks.items() if isinstance(block, formed.Numbers)}
        self.values = [f"{name}_values" for name in values]
        self.numbers = numbers(np.hstack([some[:: _step(some)] for some in values.values()])) if values else None
        levels = {name: block.levels for name, block in blocks.items() if isinstance(block, formed.Codes)}
        equal = {width: [n for n in levels if width_of(levels[n]) == width] for width in map(width_of, levels.values())}
        self.codes = [[f"{name}_codes" for name in names] for names in equal.values()]
        tables = [Codes([levels[name] for name in names], width) for width, names in equal.items()]
        self.tables = nn.ModuleList(tables)
        bags = {name: block for name, block in blocks.items() if isinstance(block, formed.Bag)}
        summed = {name: Bag(block.size, np.unique(block.ids)) for name, block in bags.items()}
        self.bags = nn.ModuleDict(summed)
        self.widths = list(self.numbers.widths) if self.numbers is not None else []
        self.widths += [table.width for table, names in zip(tables, self.codes, strict=True) for _ in names]
        self.widths += [bag.width for bag in summed.values()]

    def forward(self, feeds: dict[str, Tensor]) -> Tensor:
        """Side by side."""
        parts = []
        if self.numbers is not None:
            parts.append(self.numbers(torch.cat([feeds[name] for name in self.values], dim=1)))
        for table, names in zip(self.tables, self.codes, strict=True):
            parts.append(table(torch.stack([feeds[name] for name in names], dim=1)))
        parts += [bag(feeds[f"{name}_ids"], feeds[f"{name}_weights"]) for name, bag in self.bags.items()]
        return torch.cat(parts, dim=1)

    def draw(self, graph: Graph) -> str:
        """The same, from the graph's inputs."""
        parts = []
        if self.numbers is not None:
            parts.append(self.numbers.draw(graph, graph.node("Concat", *self.values, axis=1)))
        parts += [table.draw(graph, names) for table, names in zip(self.tables, self.codes, strict=True)]  # type: ignore[operator]
        for name, bag in self.bags.items():
            parts.append(bag.draw(graph, f"{name}_ids", f"{name}_weights"))  # type: ignore[operator]
        return graph.node("Concat", *parts, axis=1)


def _step(values: Floats) -> int:
    """Which rows show what quantiles are wanted of: all of them, or every so many."""
    return max(len(values) // MOST, 1)
