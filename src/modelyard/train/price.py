"""What a model costs to ask: one row's time and a graph's size as they are, and the work that follows from a graph."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

from modelyard.core.blocks import feeds
from modelyard.models.layers.trees import MEMBER
from modelyard.train.ensemble import graph_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.blocks import Examples
    from modelyard.core.protocols import Predictor

# Microseconds of a core for a row among many (measured, onnxruntime 1.32): for a tree of one leaf, which grows with the
# root of the leaves; how many times that is where every node asks for a set; for a product in a matrix product; for a
# number that any other node makes; for a node.
TREE, SETS = 0.0045, 2.0
PRODUCT, NUMBER, NODE = 3.6e-5, 3e-4, 0.011


@dataclass(frozen=True)
class Price:
    """`latency` is milliseconds for one row, `size` bytes, `work` microseconds of a core for a row among many.

    The work is reckoned from the graph and not measured, so that what is chosen by it does not hang on the hour.
    """

    latency: float
    size: int
    work: float


def price(predictor: Predictor, rows: Examples) -> Price:
    """The price of a predictor; the first of `rows` is asked for."""
    graph = graph_of(predictor)
    content = graph.SerializeToString()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    wanted = {node.name for node in session.get_inputs()}
    given: dict[str, Any] = {k: v for k, v in feeds(rows.take(np.arange(1)).inputs).items() if k in wanted}
    return Price(1000 * _median_seconds(lambda: session.run(["answers"], given)), len(content), work(graph))


def work(graph: onnx.ModelProto) -> float:
    """Microseconds of a core for a row among many: trees, products of matrices, and what else is made."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(graph)
    for value in fixed.graph.input:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param:
                dimension.dim_value = 1
    inferred = onnx.shape_inference.infer_shapes(fixed).graph
    shapes = {value.name: _shape(value) for value in (*inferred.value_info, *inferred.input, *inferred.output)}
    shapes |= {tensor.name: list(tensor.dims) for tensor in inferred.initializer}
    return NODE * len(inferred.node) + sum(_work(node, shapes) for node in inferred.node)


def _work(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> float:
    if node.op_type == "TreeEnsemble":
        told = {attribute.name: attribute for attribute in node.attribute}
        trees, leaves = len(told["tree_roots"].ints), len(told["leaf_targetids"].ints)
        sets = float(np.mean(numpy_helper.to_array(told["nodes_modes"].t) == MEMBER))
        return float(TREE * np.sqrt(trees * leaves) * (1 + (SETS - 1) * sets))
    if node.op_type in {"MatMul", "Gemm"}:
        inner = (shapes.get(node.input[0]) or [1])[-1]
        return PRODUCT * float(np.prod(shapes.get(node.output[0]) or [1])) * inner
    return NUMBER * sum(float(np.prod(shapes.get(output) or [1])) for output in node.output)


def _shape(value: onnx.ValueInfoProto) -> list[int]:
    return [max(dimension.dim_value, 1) for dimension in value.type.tensor_type.shape.dim]


def _median_seconds(ask: Callable[[], object], times: int = 20) -> float:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - began)
    return float(np.median(spent))
