"""What a row alone takes to answer, and what a model takes to hold, as a server would ask and hold it."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import onnxruntime as ort

from modelyard.core.blocks import feeds
from modelyard.core.protocols import Predictor
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.blocks import Inputs
    from modelyard.core.types import Floats, Table
    from modelyard.features.fit import Features

ROWS = 40  # that are asked for, one by one: texts differ in length
ROUNDS = 5  # in which each is asked for; its median counts
SPAN = 3.0  # seconds after which no further round is begun


@dataclass(frozen=True)
class Asked:
    """Milliseconds for one row on one thread, encoding included: the median, and those of a core in the mean; bytes."""

    latency: float
    core: float
    size: int


@dataclass(frozen=True)
class Once(Predictor):
    """A predictor whose graph is made once, however often it is written: a network's takes seconds."""

    bare: Predictor

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        return self.bare(inputs)

    def to_onnx(self, path: Path) -> None:
        """Write the graph."""
        path.write_bytes(self.content)

    @cached_property
    def content(self) -> bytes:
        """The graph as it is written."""
        return written(self.bare)


def written(predictor: Predictor) -> bytes:
    """The graph that a predictor writes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        predictor.to_onnx(file)
        return file.read_bytes()


def asked(features: Features, predictor: Predictor, table: Table) -> Asked:
    """Ask a model's graph for rows of `table`, spread evenly over it, each alone."""
    content = written(predictor)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    wanted = {node.name for node in session.get_inputs()}
    places = np.unique(np.linspace(0, len(table) - 1, ROWS).astype(int))
    rows = [_row(table, int(place)) for place in places]

    def ask(row: dict[str, Any]) -> None:
        given = feeds(features(row))
        session.run(["answers"], {name: array for name, array in given.items() if name in wanted})

    spent = _spent(ask, rows)
    entries, files = features.state()
    size = len(content) + len(msgspec.json.encode(entries)) + sum(map(len, files.values()))
    middle = np.median(spent, axis=0)  # [clock and core, rows]
    return Asked(1000 * float(np.median(middle[0])), 1000 * float(np.mean(middle[1])), size)


def _row(table: Table, place: int) -> dict[str, Any]:
    frame = table.frame.slice(place, 1)
    return {column.name: values.from_series(frame[column.name], column) for column in table.schema.features}


def _spent(ask: Callable[[dict[str, Any]], None], rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - numpy's array
    """Seconds by the clock and of a core: [rounds, 2, rows]."""
    ask(rows[0])  # what is made on first use is made
    rounds: list[list[list[float]]] = []
    began = time.perf_counter()
    while len(rounds) < ROUNDS and (not rounds or time.perf_counter() - began < SPAN):
        clock, core = [], []
        for row in rows:
            before = time.perf_counter(), time.process_time()
            ask(row)
            clock.append(time.perf_counter() - before[0])
            core.append(time.process_time() - before[1])
        rounds.append([clock, core])
    return np.array(rounds)
