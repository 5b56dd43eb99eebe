"""ONNX graphs written node by node: what a model that is no torch module leaves as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import onnx
import onnx.inliner
from onnx import TensorProto, compose, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import BlockSpec

OPSET = 20
ML_OPSET = 5  # of the domain ai.onnx.ml: ensembles of trees with set membership
IR = 10


class Graph:
    """A graph in the making. Every method that makes something returns the name under which it is known."""

    def __init__(self, name: str) -> None:
        """An empty graph."""
        self.name = name
        self.nodes: list[onnx.NodeProto] = []
        self.inputs: dict[str, onnx.ValueInfoProto] = {}
        self.constants: dict[str, onnx.TensorProto] = {}
        self.outputs: list[onnx.ValueInfoProto] = []

    def block(self, place: str, spec: BlockSpec) -> tuple[str, ...]:
        """The inputs of a block, named as `core.blocks.feeds` names them: `place` is its `x0`, `x1` and so on."""
        if spec.form == "numbers":
            return (self._input(f"{place}_values", TensorProto.FLOAT, ["rows", spec.size]),)
        if spec.form == "codes":
            return (self._input(f"{place}_codes", TensorProto.INT64, ["rows"]),)
        second, kind = ("mask", TensorProto.INT64) if spec.form == "tokens" else ("weights", TensorProto.FLOAT)
        shape: list[str | int] = ["rows", f"{place}_length"]
        ids = self._input(f"{place}_ids", TensorProto.INT64, shape)
        return (ids, self._input(f"{place}_{second}", kind, shape))

    def constant(self, array: npt.ArrayLike, dtype: npt.DTypeLike = np.float32, name: str = "") -> str:
        """A constant; floats are float32 where nothing else is said."""
        name = name or f"{self.name}_c{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(np.array(array, dtype=dtype, order="C"), name)
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401 - ONNX's
        """A node with one output, whose name it returns."""
        output = f"{self.name}_n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], domain=domain, **attributes))
        return output

    def absorb(self, model: onnx.ModelProto, prefix: str) -> str:
        """Take in a whole graph that reads the same feeds, and return the name of its answers.

        Its own names get a `prefix`, which must be another for each graph taken in.
        """
        inlined = onnx.inliner.inline_local_functions(model)
        renamed = compose.add_prefix_graph(inlined.graph, f"{prefix}_", rename_inputs=False)
        self.nodes += renamed.node
        self.constants |= {tensor.name: tensor for tensor in renamed.initializer}
        self.inputs = {value.name: value for value in renamed.input} | self.inputs
        return str(renamed.output[0].name)

    def answer(self, name: str, outputs: int) -> None:
        """Say what the graph answers, [rows, outputs] float32."""
        self.nodes.append(helper.make_node("Identity", [name], ["answers"]))
        self.outputs = [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows", outputs])]

    def model(self) -> onnx.ModelProto:
        """The whole, checked."""
        inputs = [self.inputs[name] for name in sorted(self.inputs, key=_place)]
        graph = helper.make_graph(self.nodes, self.name, inputs, self.outputs, list(self.constants.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="modelyard")
        onnx.checker.check_model(made)
        return made

    def save(self, path: Path) -> None:
        """Write it, the same bytes for the same graph."""
        path.write_bytes(self.model().SerializeToString(deterministic=True))

    def _input(self, name: str, kind: int, shape: list[str | int]) -> str:
        self.inputs[name] = helper.make_tensor_value_info(name, kind, shape)
        return name


def _place(name: str) -> tuple[int, str]:
    """Inputs in the order of the blocks: `x2_codes` before `x10_values`."""
    place, _, half = name.partition("_")
    return int(place.removeprefix("x")), half
