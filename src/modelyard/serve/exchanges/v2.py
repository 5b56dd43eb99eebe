"""The Open Inference Protocol v2 over HTTP: a tensor a column in, a tensor a part of the answer out.

After kserve/open-inference-protocol, specification/protocol/inference_rest.md. Its extension for binary data is not
spoken; parameters that are not known are left alone, as the protocol leaves them to the servers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelyard.core.errors import DataError, Problems, nearest
from modelyard.serve import media
from modelyard.serve.exchange import Answered, Asked, Exchange
from modelyard.serve.exchanges import plain
from modelyard.serve.exchanges.tensors import OUT, Tensor, column_of
from modelyard.serve.wire import MediaError, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.bundle import Bundle
    from modelyard.serve.infer import Served

Parameters = dict[str, msgspec.Raw]  # left alone, so never built: they may be millions of lists
BINARY = ("binary_data", "binary_data_size", "binary_data_output")
MOST = 10  # outputs that may be asked for
NO = frozenset({b"null", b"false", b"0", b"0.0", b'""', b"[]", b"{}"})  # parameters that ask for nothing
FIRST = "1"  # the version of what is no release of a yard


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """An output that is asked for."""

    name: str
    parameters: Parameters | None = None


class Inference(msgspec.Struct, forbid_unknown_fields=True):
    """A request."""

    inputs: list[Tensor]
    id: str | None = None
    outputs: list[Wanted] | None = None
    parameters: Parameters | None = None


@dataclass(frozen=True)
class Form:
    """What an answer depends on: the request's own id, and the outputs that it asks for, in its order."""

    id: str | None
    outputs: tuple[str, ...]


DECODER = msgspec.json.Decoder(Inference)


class V2(Exchange):
    """Tensors, columns of the schema each."""

    def read(self, served: Served, body: bytes, headers: Mapping[bytes, bytes]) -> Asked:
        """The rows that the tensors hold."""
        if b"inference-header-content-length" in headers:
            raise MediaError("holds binary tensors, an extension that is not spoken here", "body", NO_BINARY)
        media.check(headers)
        asked = plain.decoded(DECODER, body)
        found = Problems(DataError)
        _check(asked, served.bundle, found)
        rows = max((tensor.shape[0] for tensor in asked.inputs if tensor.shape), default=0)
        plain.within(rows, served.limits.rows)
        given = {tensor.name: column_of(place, tensor, served, found) for place, tensor in enumerate(asked.inputs)}
        columns = {name: values for name, values in given.items() if values is not None}
        if len({len(values) for values in columns.values()}) > 1:
            found.add("the tensors hold different numbers of rows", "inputs", "every column has one value a row")
        found.raise_any()
        form = Form(asked.id, tuple(output.name for output in asked.outputs or ()))
        return Asked(plain.records(served, plain.rows_of(columns)), form)

    def write(self, served: Served, asked: Asked, answered: Answered) -> bytes:
        """The outputs that were asked for, or all."""
        form: Form = asked.form
        told = {"model_name": served.name, "model_version": version_of(served)}
        if form.id is not None:
            told["id"] = form.id
        whole = _outputs(served.bundle, answered)
        return encode({**told, "outputs": [whole[name] for name in form.outputs or whole]})

    def explain(self, served: Served, body: bytes, error: Exception) -> Exception:  # noqa: ARG002 - read tells it all
        """Nothing is left to say."""
        return error


NO_BINARY = 'send the values as JSON, under "data"'


def version_of(served: Served) -> str:
    """The number of its release; 1 where it is none."""
    marks = dict(served.marks)
    return marks.get(b"x-modelyard-release", b"").decode().rpartition("@")[2] or FIRST


def output_tensors(bundle: Bundle) -> list[dict[str, Any]]:
    """What is answered, as metadata tells it. A parameter is no list, so the classes are JSON in a text."""
    if not bundle.names:
        return [{"name": name, "datatype": "FP32", "shape": [-1]} for name in bundle.numbers]
    classes = encode(list(bundle.labels)).decode()
    shares = {"name": "probabilities", "datatype": "FP32", "shape": [-1, len(bundle.names)]}
    return [
        {"name": "prediction", "datatype": OUT[bundle.schema.target.storage], "shape": [-1]},
        shares | {"parameters": {"classes": classes}},
    ]


def _check(asked: Inference, bundle: Bundle, found: Problems) -> None:
    """All that can be told of a request without its values."""
    if not asked.inputs:
        found.add("there are no tensors", "inputs", "send one for each column")
    columns = len(bundle.signature.known)
    for noun, many, most in (("inputs", asked.inputs, columns), ("outputs", asked.outputs or (), MOST)):
        if len(many) > most:
            found.add(f"holds {len(many):,} tensors", noun, f"there are {most} at most")
    found.raise_any()
    seen: set[str] = set()
    for place, tensor in enumerate(asked.inputs):
        where = f"inputs[{place}]"
        _no_binary(tensor.parameters, where, found)
        if tensor.name in seen:
            found.add("is given twice", f"{where}.name", "send one tensor for each column")
        seen.add(tensor.name)
    known = [tensor["name"] for tensor in output_tensors(bundle)]
    wanted = [output.name for output in asked.outputs or ()]
    for place, output in enumerate(asked.outputs or ()):
        where = f"outputs[{place}]"
        _no_binary(output.parameters, where, found)
        if output.name not in known:
            found.add("no such output", f"{where}.name", nearest(output.name[: plain.SHOWN], known))
        elif output.name in wanted[:place]:
            found.add("is asked for twice", f"{where}.name")
    _no_binary(asked.parameters, "", found)
    found.raise_any()


def _no_binary(parameters: Parameters | None, where: str, found: Problems) -> None:
    for name in BINARY:
        if parameters and bytes(parameters.get(name, b"null")) not in NO:
            place = f"{where}.parameters.{name}".lstrip(".")
            found.add("binary data is an extension that is not spoken here", place, NO_BINARY)


def _outputs(bundle: Bundle, answered: Answered) -> dict[str, dict[str, Any]]:
    """Every output tensor by its name."""
    rows = len(answered.outputs)
    told = {each["name"]: {"name": each["name"], "datatype": each["datatype"]} for each in output_tensors(bundle)}
    if not bundle.names:
        for place, name in enumerate(bundle.numbers):
            told[name] |= {"shape": [rows], "data": answered.outputs[:, place].tolist()}
        return told
    best = [record["prediction"] for record in bundle.records(answered.outputs, answered.groups)]
    told["prediction"] |= {"shape": [rows], "data": best}
    told["probabilities"] |= {"shape": [rows, len(bundle.names)], "data": np.ravel(answered.outputs).tolist()}
    return told
