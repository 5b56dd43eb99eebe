"""A torch module as a graph. In training alone: what serves imports this file and never calls it."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPSET = 20


def written(
    module: Any,  # noqa: ANN401 - a torch module
    given: Mapping[str, Any],
    shapes: Mapping[str, Any],
    inputs: Sequence[str],
    output: str,
) -> bytes:
    """The graph of a module that is called with `given` keywords, whose `shapes` say which axes are free.

    It keeps no trace of the machine that made it.
    """
    import torch

    with _quietly():
        program = torch.onnx.export(
            module,
            (),
            kwargs=dict(given),
            dynamic_shapes=dict(shapes),
            input_names=list(inputs),
            output_names=[output],
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:  # the dynamo exporter always returns one
        raise RuntimeError("the exporter returned no program")
    content: bytes = _clean(program.model_proto).SerializeToString(deterministic=True)
    return content


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the exporter's own deprecations and chatter."""
    levels = {name: logging.getLogger(name).level for name in ("torch.onnx", "onnxscript", "onnx_ir")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in levels:
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def _clean(model: Any) -> Any:  # noqa: ANN401 - onnx.ModelProto, a package that serving does without
    """Drop stack traces, paths and versions: they would make a digest depend on the machine."""
    model.ClearField("metadata_props")
    model.ClearField("doc_string")
    model.producer_name, model.producer_version = "modelyard", ""
    model.graph.ClearField("doc_string")
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    for holder in (model.graph, *model.functions):
        for node in holder.node:
            node.ClearField("metadata_props")
            node.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.ClearField("metadata_props")
        value.ClearField("doc_string")
    return model
