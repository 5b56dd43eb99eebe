"""Texts as the vector that a frozen sentence encoder makes of them: numbers, which every model of tables reads.

The network goes into the bundle as a graph beside its tokenizer, so serving needs no torch. The vectors of length one
are centred and scaled by the training rows, all by one figure, as their angles are what they say; with `dimensions`
they are turned to the directions in which the training rows differ most (principal components, Hotelling 1933).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from modelyard.core import events, seeds
from modelyard.core.blocks import Block, Numbers
from modelyard.core.featuring import Encoder, FittedEncoder, Limited, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import sentences
from modelyard.features import weights as pretrained
from modelyard.features.tokenizing import FittedTokens, compact
from modelyard.features.vectors import Vectors

ROWS = 2000  # that the centre and the directions are learnt from, by chance


@dataclass(frozen=True)
class FittedEmbedding(FittedEncoder, Limited):
    """(vector - centre) / scale, or `turn` [width, dimensions] instead of all of them; zeros for a missing text."""

    tokens: FittedTokens
    graph: bytes = field(repr=False)
    centre: Floats  # [width]
    scale: float
    turn: Floats | None
    vectors: Vectors = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Open the graph once."""
        object.__setattr__(self, "vectors", Vectors(self.graph, self.tokens))

    def __call__(self, values: Values) -> Block:
        """[rows] of text or None to Numbers [rows, dimensions]."""
        there = np.fromiter((value is not None for value in values), dtype=bool, count=len(values))
        width = self.vectors.width if self.turn is None else self.turn.shape[1]
        out = np.zeros((len(values), width), dtype=np.float32)
        apart = (self.vectors(values[there]).astype(np.float64) - self.centre) / self.scale
        if self.turn is not None:  # row by row, as a product of many may sum in another order
            apart = np.array([row @ self.turn for row in apart]).reshape(len(apart), width)
        out[there] = apart
        return Numbers(out)

    @property
    def limit(self) -> str:
        """How much of a text is read."""
        return self.tokens.limit

    def cut(self, values: Values) -> int:
        """How many texts have more tokens than are read."""
        return self.tokens.cut(values)

    def state(self) -> State:
        """The tokenizer's own state, the graph, a figure, and NumPy files."""
        arrays = {"centre.npy": _file(self.centre), **({} if self.turn is None else {"turn.npy": _file(self.turn)})}
        return {**self.tokens.state(), "graph.onnx": self.graph, "scale": self.scale, **arrays}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the state."""
        graph = state["graph.onnx"]
        if not isinstance(graph, bytes):
            raise TypeError("no state of an embedding")
        turn = _array(state["turn.npy"]) if "turn.npy" in state else None
        scale = float(str(state["scale"]))
        return cls(FittedTokens.restore(state), graph, _array(state["centre.npy"]), scale, turn)


@part
class Embedding(Encoder):
    """The vector that the pretrained `weights` make of the first `max_length` tokens of a text."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})
    fitted: ClassVar[type[FittedEncoder]] = FittedEmbedding

    weights: str = Field(default=pretrained.DEFAULT, description="a name in the table, a local folder, or a hub name")
    max_length: int = Field(default=128, ge=2, le=8192)
    dimensions: int | None = Field(default=None, ge=1, le=8192, description="principal components; all if not said")
    prefix: str | None = Field(
        default=None,
        max_length=200,
        description="stands before every text; left out: what the table says of the weights",
    )

    @model_validator(mode="after")
    def _reads_so_far(self) -> Self:
        sentences.check_length(self.weights, self.max_length, pretrained.longest(self.weights), "encoder.max_length")
        return self

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedEmbedding:  # noqa: ARG002
        """Write the graph of the weights, and learn where the training rows' vectors lie.

        Raises:
            RecipeError: the weights are not to be had, or bring no tokenizer.json.
            ParityError: the graph does not say what the network says.
            MissingExtraError: what reads them is not installed.
        """
        prefix = pretrained.prefix(self.weights) if self.prefix is None else self.prefix
        tokens = FittedTokens(compact(pretrained.tokenizer_json(self.weights)), self.max_length, prefix)
        events.step("exporting", 0, 1, column.name)
        graph = sentences.graph(self.weights, self.max_length)
        events.step("exporting", 1, 1, column.name)
        found = Vectors(graph, tokens)(_some(values)).astype(np.float64)
        centre = found.mean(axis=0) if len(found) else np.zeros(found.shape[1])
        spread = float((found - centre).std()) if len(found) else 0.0
        turn = self._directions(found - centre)
        return FittedEmbedding(tokens, graph, centre, spread if spread > 1e-6 else 1.0, turn)

    def _directions(self, apart: Floats) -> Floats | None:
        """The directions that are kept, the widest first, each pointing where its largest part is above zero."""
        if self.dimensions is None or self.dimensions >= apart.shape[1]:
            return None
        _, vectors = np.linalg.eigh(apart.T @ apart)
        kept = vectors[:, ::-1][:, : self.dimensions]
        signs = np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])
        return np.ascontiguousarray(kept * np.where(signs == 0, 1.0, signs))


def _some(values: Values) -> Values:
    """At most so many of the texts that are there."""
    there = np.array([*(value for value in values if value is not None), None], dtype=object)[:-1]
    if len(there) <= ROWS:
        return there
    return there[np.sort(seeds.generator(0, "embedding").choice(len(there), ROWS, replace=False))]


def _file(array: Floats) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _array(content: object) -> Floats:
    if not isinstance(content, bytes):
        raise TypeError("no state of an embedding")
    found: Floats = np.load(io.BytesIO(content), allow_pickle=False)
    return found
