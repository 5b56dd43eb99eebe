"""A LightGBM ensemble as the arrays of ONNX's TreeEnsemble, deciding the same for every float32."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, numpy_helper

from modelyard.core.types import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from modelyard.models.layers.graph import Graph

LEQ, MEMBER = 0, 6  # modes of a node: whether `x <= split`, whether x is one of a set
TOGETHER = 32  # trees of a node
NOUGHT = np.float32(1e-35)  # LightGBM's kZeroThreshold
SET = 1  # the bit of LightGBM's decision_type that tells a node of categories
# A tree that is one leaf, as a node both of whose branches end there.
SINGLE = {"split_feature": "0", "threshold": "0", "decision_type": "0", "left_child": "-1", "right_child": "-1"}


@dataclass(frozen=True)
class Trees:
    """Nodes and leaves of all trees, end to end.

    A node's branches, `children` [nodes, 2], are the leaf `-1 - child` where they are negative. `sets` has an entry for
    each node of categories, in the order of the nodes. `leaves` [leaves] is what a leaf adds to its of `outputs`.
    """

    feature: Ints
    split: Floats
    children: Ints
    sets: tuple[Ints, ...]
    in_set: npt.NDArray[np.bool_]
    roots: Ints
    leaves: Floats
    output: Ints
    outputs: int

    @classmethod
    def of(cls, model: str, outputs: int) -> Self:
        """From what LightGBM writes of a model: the trees of each round follow each other, one an output."""
        told = [dict(_entries(text)) for text in _sections(model)]
        parts = [{**entries, **SINGLE} if entries["num_leaves"] == "1" else entries for entries in told]
        kinds = _joined(parts, "decision_type", np.int64)
        sizes, counts = _lengths(parts, "left_child"), _lengths(parts, "leaf_value")
        roots, ends = np.cumsum(sizes) - sizes, np.cumsum(counts) - counts
        children = np.stack([_joined(parts, side, np.int64) for side in ("left_child", "right_child")], axis=1)
        shifts = np.where(children < 0, -np.repeat(ends, sizes)[:, None], np.repeat(roots, sizes)[:, None])
        return cls(
            feature=_joined(parts, "split_feature", np.int64),
            split=_joined(parts, "threshold", np.float64),
            children=children + shifts,
            sets=tuple(members for entries in parts for members in _sets(entries)),
            in_set=kinds & SET == SET,
            roots=roots,
            leaves=_joined(parts, "leaf_value", np.float64),
            output=np.repeat(np.arange(len(parts)) % outputs, counts),
            outputs=outputs,
        )

    def node(self, graph: Graph, matrix: str) -> str:
        """The sums of leaves, [rows, outputs] float64, of a matrix [rows, columns] of float32.

        A node of the graph adds up some trees: the sum of few sums is rounded less than that of many leaves.
        """
        starts = range(0, len(self.roots), TOGETHER)
        sums = [self._part(start, start + TOGETHER)._node(graph, matrix) for start in starts]  # noqa: SLF001 - its own
        return graph.node("Sum", *(graph.node("Cast", each, to=TensorProto.DOUBLE) for each in sums))

    def _part(self, first: int, last: int) -> Self:
        """The trees from `first` on, up to `last`."""
        roots = self.roots[first:last]
        nodes = slice(roots[0], self.roots[last] if last < len(self.roots) else len(self.feature))
        children = self.children[nodes]
        leaves = -1 - children[children < 0]
        low = int(leaves.min())
        before = int(self.in_set[: nodes.start].sum())
        sets = self.sets[before : before + int(self.in_set[nodes].sum())]
        return replace(
            self,
            feature=self.feature[nodes],
            split=self.split[nodes],
            children=np.where(children < 0, children + low, children - nodes.start),
            sets=sets,
            in_set=self.in_set[nodes],
            roots=roots - nodes.start,
            leaves=self.leaves[low : int(leaves.max()) + 1],
            output=self.output[low : int(leaves.max()) + 1],
        )

    def _node(self, graph: Graph, matrix: str) -> str:
        ends = self.children < 0
        places = np.where(ends, -1 - self.children, self.children)
        members = [number for each in self.sets for number in (*each.tolist(), np.nan)]
        sets: dict[str, Any] = {}
        if members:
            sets["membership_values"] = _tensor(members, np.float32)
        return graph.node(
            "TreeEnsemble",
            matrix,
            domain="ai.onnx.ml",
            n_targets=self.outputs,
            aggregate_function=1,  # the sum
            post_transform=0,  # none
            tree_roots=self.roots.tolist(),
            nodes_featureids=self.feature.tolist(),
            nodes_modes=_tensor(np.where(self.in_set, MEMBER, LEQ), np.uint8),
            nodes_splits=_tensor(np.where(self.in_set, np.nan, below(self.split)), np.float32),
            nodes_truenodeids=places[:, 0].tolist(),
            nodes_falsenodeids=places[:, 1].tolist(),
            nodes_trueleafs=ends[:, 0].astype(np.int64).tolist(),
            nodes_falseleafs=ends[:, 1].astype(np.int64).tolist(),
            leaf_targetids=self.output.tolist(),
            leaf_weights=_tensor(self.leaves, np.float32),
            **sets,
        )


def below(splits: Floats) -> Floats:
    """The greatest float32 that is not above, so that `x <= split` says of every float32 x what LightGBM says.

    LightGBM takes all up to 1e-35 on either side of nought for nought.

    >>> float(below(np.array([0.1]))[0]) <= 0.1 < float(np.float32(0.1))
    True
    """
    with np.errstate(over="ignore"):
        nearest = splits.astype(np.float32)
    down = np.float32(-np.inf)
    found = np.where(nearest > splits, np.nextafter(nearest, down), nearest)
    tiny = np.where(splits < 0, np.nextafter(-NOUGHT, down), NOUGHT)
    return np.where(np.abs(splits) <= NOUGHT, tiny, found)


def _sections(model: str) -> list[str]:
    return re.split(r"^Tree=\d+\n", model.partition("end of trees")[0], flags=re.MULTILINE)[1:]


def _entries(section: str) -> list[tuple[str, str]]:
    lines = [line.partition("=") for line in section.splitlines() if line]
    return [(name, value) for name, _, value in lines]


def _sets(entries: Mapping[str, str]) -> list[Ints]:
    """The categories that go left, for each node of categories: LightGBM keeps them as bits."""
    if entries.get("num_cat", "0") == "0":
        return []
    bounds = np.array(entries["cat_boundaries"].split(), dtype=np.int64)
    words = np.array(entries["cat_threshold"].split(), dtype=np.uint32)
    order = [int(float(split)) for split in _of_sets(entries)]
    bits = [
        np.unpackbits(words[bounds[n] : bounds[n + 1]].astype("<u4").view(np.uint8), bitorder="little") for n in order
    ]
    return [np.flatnonzero(each) for each in bits]


def _of_sets(entries: Mapping[str, str]) -> list[str]:
    """Which set each node of categories asks for: there its threshold says so."""
    both = zip(entries["threshold"].split(), entries["decision_type"].split(), strict=True)
    return [split for split, kind in both if int(kind) & SET]


def _joined(parts: list[dict[str, str]], name: str, dtype: type[np.generic]) -> npt.NDArray[Any]:
    return np.array(" ".join(entries[name] for entries in parts).split(), dtype=dtype)


def _lengths(parts: list[dict[str, str]], name: str) -> Ints:
    return np.array([len(entries[name].split()) for entries in parts], dtype=np.int64)


def _tensor(values: npt.ArrayLike, dtype: type[np.generic]) -> Any:  # noqa: ANN401 - a TensorProto
    return numpy_helper.from_array(np.asarray(values, dtype=dtype))
