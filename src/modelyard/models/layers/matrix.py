"""Blocks as one dense matrix, and the same in a graph: what trees read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import room
from modelyard.core.blocks import Bag, BlockSpec, Codes, Inputs, Numbers, places, take
from modelyard.core.errors import RecipeError
from modelyard.models.layers.levels import Levels

if TYPE_CHECKING:
    from modelyard.core.blocks import Block, Form
    from modelyard.core.types import Floats
    from modelyard.models.layers.graph import Graph

FIRST = 1  # the number of code 0: onnxruntime looks up sets of 1 to 32 as bits, and compares others one by one


@dataclass(frozen=True)
class Matrix:
    """All numbers, then a number a code, then what levels foretell, then a column for each of a text's buckets.

    A bag of more than `buckets` has them folded: bucket `b` becomes `b % buckets`.
    """

    specs: Mapping[str, BlockSpec]
    levels: Mapping[str, Levels]
    buckets: int

    def __post_init__(self) -> None:
        """Refuse what no matrix can hold.

        Raises:
            RecipeError: a block is of tokens.
        """
        if self._having("tokens"):
            raise RecipeError("trees do not read tokens", "model", "use the encoder ngrams, or the model pretrained")

    @property
    def categories(self) -> list[int]:
        """The columns that are codes."""
        first = sum(self.specs[name].size for name in self._having("numbers"))
        return list(range(first, first + len(self._having("codes"))))

    def __call__(self, inputs: Inputs, foretold: Mapping[str, Floats] | None = None) -> Floats:
        """[rows, columns] float32; `foretold` stands in for what levels say."""
        foretold = foretold or {}
        rows = len(next(iter(inputs.values())))
        if rows <= room.PIECE:
            return self._filled(inputs, foretold, rows)
        matrix: Floats = room.empty((rows, self._columns), np.float32)
        for start in range(0, rows, room.PIECE):
            some = np.arange(start, min(start + room.PIECE, rows))
            known = {name: columns[some] for name, columns in foretold.items()}
            matrix[some[0] : some[-1] + 1] = self._filled(take(inputs, some), known, len(some))
        return matrix

    @property
    def _columns(self) -> int:
        return sum(map(self._width, self.specs)) + sum(each.width for each in self.levels.values())

    def _filled(self, inputs: Inputs, foretold: Mapping[str, Floats], rows: int) -> Floats:
        matrix = np.zeros((rows, self._columns), np.float32)
        start = 0
        for name in (*self._having("numbers"), *self._having("codes")):
            width = self._width(name)
            matrix[:, start : start + width] = _plain(inputs[name])
            start += width
        for name, levels in self.levels.items():
            known = foretold.get(name)
            matrix[:, start : start + levels.width] = _foretold(levels, inputs[name]) if known is None else known
            start += levels.width
        for name in self._having("bag"):
            _pour(inputs[name], matrix[:, start : start + self._width(name)])
            start += self._width(name)
        return matrix

    def node(self, graph: Graph) -> str:
        """The same, [rows, columns]."""
        placed = dict(zip(self.specs, places(self.specs).items(), strict=True))
        fed = {name: graph.block(place, spec) for name, (place, spec) in placed.items()}
        parts = [fed[name][0] for name in self._having("numbers")]
        codes = [fed[name][0] for name in self._having("codes")]
        if codes:
            ends = graph.node("Concat", *codes, axis=0)
            shape = graph.constant([len(codes), -1], np.int64)
            columns = graph.node("Transpose", graph.node("Reshape", ends, shape), perm=[1, 0])
            parts.append(graph.node("Add", graph.node("Cast", columns, to=1), graph.constant([FIRST])))
        for name, levels in self.levels.items():
            parts.append(graph.node("Gather", graph.constant(levels.table), fed[name][0], axis=0))
        parts += [self._poured(graph, name, *fed[name]) for name in self._having("bag")]
        return graph.node("Concat", *parts, axis=1)

    def _having(self, form: Form) -> list[str]:
        return [name for name, spec in self.specs.items() if spec.form == form]

    def _width(self, name: str) -> int:
        spec = self.specs[name]
        return {"numbers": spec.size, "codes": 1, "bag": min(spec.size, self.buckets)}[spec.form]

    def _poured(self, graph: Graph, name: str, ids: str, weights: str) -> str:
        width = graph.constant([self._width(name)], np.int64)
        rows = graph.node("Shape", ids, end=1)
        empty = graph.node("ConstantOfShape", graph.node("Concat", rows, width, axis=0))
        folded = graph.node("Mod", ids, width)
        return graph.node("ScatterElements", empty, folded, weights, axis=1, reduction="add")


def _plain(block: Block) -> Floats:
    if isinstance(block, Codes):
        return (block.codes + FIRST)[:, None].astype(np.float32)
    if isinstance(block, Numbers):
        return block.values
    raise TypeError(f"no columns of {block.spec.form}")


def _foretold(levels: Levels, block: Block) -> Floats:
    if isinstance(block, Codes):
        return levels(block)
    raise TypeError(f"no levels of {block.spec.form}")


def _pour(block: Block, into: Floats) -> None:
    """Add up the weights of each bucket, item by item as the graph does."""
    if isinstance(block, Bag):
        rows = np.repeat(np.arange(len(block)), block.lengths())
        np.add.at(into, (rows, block.ids % into.shape[1]), block.weights)
