"""What encoders make of columns and models read: blocks of rows, and examples to learn from. All frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from modelyard.core import room
from modelyard.core.types import Floats, Ints, Values

# The codes that every category has before those of its levels.
MISSING_CODE = 0
UNSEEN_CODE = 1

Form = Literal["numbers", "codes", "tokens", "bag"]  # of blocks


@dataclass(frozen=True)
class BlockSpec:
    """What a network must know of a block before any row: `size` is its width, levels, vocabulary or buckets."""

    form: Form
    size: int


@dataclass(frozen=True)
class Numbers:
    """Numbers, `values` [rows, width] float32."""

    values: Floats

    def __len__(self) -> int:
        """How many rows."""
        return len(self.values)

    @property
    def spec(self) -> BlockSpec:
        """Its width."""
        return BlockSpec("numbers", int(self.values.shape[1]))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What a graph is fed."""
        return {"values": self.values}

    def take(self, rows: Ints) -> Numbers:
        """Some of the rows: [rows] int."""
        return Numbers(room.taken(self.values, rows))

    def spread(self, rows: int) -> Numbers:
        """Room for as many rows like these, to be written into."""
        return Numbers(room.empty((rows, self.values.shape[1]), np.float32))

    def write(self, start: int, block: Numbers) -> None:
        """Put a block's rows in place, from row `start` on."""
        self.values[start : start + len(block)] = block.values

    def join(self, *below: Numbers) -> Numbers:
        """These rows, then those of blocks of the same width."""
        return Numbers(room.joined([block.values for block in (self, *below)]))


@dataclass(frozen=True)
class Codes:
    """One level a row, `codes` [rows] int64 below `levels`."""

    codes: Ints
    levels: int

    def __len__(self) -> int:
        """How many rows."""
        return len(self.codes)

    @property
    def spec(self) -> BlockSpec:
        """Its number of levels."""
        return BlockSpec("codes", self.levels)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What a graph is fed."""
        return {"codes": self.codes}

    def take(self, rows: Ints) -> Codes:
        """Some of the rows: [rows] int."""
        return Codes(room.taken(self.codes, rows), self.levels)

    def spread(self, rows: int) -> Codes:
        """Room for as many rows like these, to be written into."""
        return Codes(room.empty((rows,), np.int64), self.levels)

    def write(self, start: int, block: Codes) -> None:
        """Put a block's rows in place, from row `start` on."""
        self.codes[start : start + len(block)] = block.codes

    def join(self, *below: Codes) -> Codes:
        """These rows, then those of blocks of the same levels."""
        return Codes(room.joined([block.codes for block in (self, *below)]), self.levels)


@dataclass(frozen=True)
class _Ragged:
    """Items of differing number a row, end to end: row r's are `items[offsets[r]:offsets[r + 1]]`."""

    ids: Ints  # [items]
    offsets: Ints  # [rows + 1]

    def __len__(self) -> int:
        """How many rows."""
        return len(self.offsets) - 1

    def lengths(self) -> Ints:
        """How many items each row has: [rows]."""
        return np.diff(self.offsets)

    def _picked(self, rows: Ints) -> tuple[Ints, Ints]:
        """The positions of some rows' items, and the offsets they then have."""
        starts, lengths = self.offsets[:-1][rows], self.lengths()[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        return np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths), offsets

    def _joined(self, *below: _Ragged) -> tuple[Ints, Ints]:
        """The items of these rows and of those below, and the offsets they then have."""
        lengths = np.concatenate([block.lengths() for block in (self, *below)])
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        return room.joined([block.ids for block in (self, *below)]), offsets

    def _padded(self, items: npt.NDArray[Any], fill: float) -> npt.NDArray[Any]:
        """Items as [rows, longest row], filled up at the end."""
        lengths = self.lengths()
        width = max(int(lengths.max(initial=0)), 1)
        out = np.full((len(self), width), fill, dtype=items.dtype)
        out[np.arange(width) < lengths[:, None]] = items
        return out


@dataclass(frozen=True)
class Tokens(_Ragged):
    """Tokens of a text, `ids` [tokens] int32, `offsets` [rows + 1]; a graph gets `ids` and `mask` [rows, length]."""

    vocabulary: int
    padding: int = 0

    @property
    def spec(self) -> BlockSpec:
        """Its vocabulary."""
        return BlockSpec("tokens", self.vocabulary)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What a graph is fed: padded to the longest of these rows."""
        present = np.ones(len(self.ids), dtype=np.int64)
        return {"ids": self._padded(self.ids.astype(np.int64), self.padding), "mask": self._padded(present, 0)}

    def take(self, rows: Ints) -> Tokens:
        """Some of the rows: [rows] int."""
        positions, offsets = self._picked(rows)
        return Tokens(room.taken(self.ids, positions), offsets, self.vocabulary, self.padding)

    def join(self, *below: Tokens) -> Tokens:
        """These rows, then those of blocks of the same vocabulary."""
        return Tokens(*self._joined(*below), self.vocabulary, self.padding)


@dataclass(frozen=True)
class Bag(_Ragged):
    """A weighted set a row, `ids` [items] int64 below `size` with `weights` [items] float32 and `offsets` [rows + 1].

    A graph gets both as [rows, length], filled up with id 0 at weight 0.
    """

    weights: Floats
    size: int

    @property
    def spec(self) -> BlockSpec:
        """Its number of buckets."""
        return BlockSpec("bag", self.size)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What a graph is fed."""
        return {"ids": self._padded(self.ids, 0), "weights": self._padded(self.weights, 0.0)}

    def take(self, rows: Ints) -> Bag:
        """Some of the rows: [rows] int."""
        positions, offsets = self._picked(rows)
        return Bag(room.taken(self.ids, positions), offsets, room.taken(self.weights, positions), self.size)

    def join(self, *below: Bag) -> Bag:
        """These rows, then those of blocks of the same size."""
        weights = room.joined([block.weights for block in (self, *below)])
        return Bag(*self._joined(*below), weights, self.size)


@dataclass(frozen=True)
class Raw:
    """A column's `values` [rows] as they are before steps prepare them: what an explanation chooses among.

    No model reads it, and so it has no form: it becomes blocks when it is answered.
    """

    values: Values

    def __len__(self) -> int:
        """How many rows."""
        return len(self.values)

    def take(self, rows: Ints) -> Raw:
        """Some of the rows: [rows] int."""
        return Raw(self.values[rows])


Block = Numbers | Codes | Tokens | Bag
Inputs = Mapping[str, Block]


def places(blocks: Mapping[str, BlockSpec]) -> dict[str, BlockSpec]:
    """Blocks by the first half of their feeds' names, `x0`, `x1` and so on."""
    return {f"x{place}": spec for place, spec in enumerate(blocks.values())}


def feeds(inputs: Inputs) -> dict[str, npt.NDArray[Any]]:
    """What a graph is fed, named by place so that any column name will do.

    >>> sorted(feeds({"年龄": Numbers(np.zeros((1, 2), np.float32)), "Home": Codes(np.array([3]), 5)}))
    ['x0_values', 'x1_codes']
    """
    return {
        f"x{place}_{part}": array
        for place, block in enumerate(inputs.values())
        for part, array in block.arrays().items()
    }


def take(inputs: Inputs, rows: Ints) -> dict[str, Block]:
    """Some of the rows of every block: [rows] int."""
    return {name: block.take(rows) for name, block in inputs.items()}


@dataclass(frozen=True)
class Examples:
    """What a model learns from.

    `target` is [rows] int64 class codes below `outputs`, or [rows] float64 with `outputs` 1; `weight` [rows] float64.
    `classes` are the names of the codes, `groups` [rows] of str the rows' own of a column that the model does not read.
    """

    inputs: Inputs
    target: npt.NDArray[Any]
    outputs: int
    weight: Floats | None = None
    classes: tuple[str, ...] = ()
    groups: npt.NDArray[Any] | None = None

    def __len__(self) -> int:
        """How many rows."""
        return len(self.target)

    def take(self, rows: Ints) -> Examples:
        """Some of the rows: [rows] int."""
        weight = None if self.weight is None else self.weight[rows]
        groups = None if self.groups is None else self.groups[rows]
        return replace(self, inputs=take(self.inputs, rows), target=self.target[rows], weight=weight, groups=groups)

    @property
    def named_groups(self) -> npt.NDArray[Any]:
        """The groups where there are some, else one for all: [rows] of str."""
        return np.full(len(self), "", dtype=object) if self.groups is None else self.groups


def join(first: Examples, second: Examples) -> Examples:
    """The rows of both, the first's first; where only one has weights, a row of the other weighs one."""
    inputs = {name: joined([block, second.inputs[name]]) for name, block in first.inputs.items()}
    weight = None
    if first.weight is not None or second.weight is not None:
        weight = np.concatenate(
            [np.ones(len(part)) if part.weight is None else part.weight for part in (first, second)]
        )
    target = np.concatenate([first.target, second.target])
    groups = None if first.groups is None else np.concatenate([first.groups, second.named_groups])
    return replace(first, inputs=inputs, target=target, weight=weight, groups=groups)


def stacked(pieces: Iterable[Inputs], rows: int) -> dict[str, Block]:
    """The blocks of pieces that follow each other and have so many rows in all; what has an even width is written once.

    Raises:
        ValueError: a block is of another size in one piece than in another.
    """
    even: dict[str, Any] = {}  # Numbers or Codes
    ragged: dict[str, list[Block]] = {}
    names, start = list[str](), 0
    for piece in pieces:
        names = list(piece)
        if len(next(iter(piece.values()))) == rows:
            return dict(piece)
        for name, block in piece.items():
            if isinstance(block, (Numbers, Codes)):
                if name not in even:
                    even[name] = block.spread(rows)
                even[name].write(start, block)
            else:
                ragged.setdefault(name, []).append(block)
        start += len(next(iter(piece.values())))
    return {name: even[name] if name in even else joined(ragged[name]) for name in names}


def joined(blocks: Sequence[Any]) -> Block:
    """The rows of blocks of one form and size, one block's after the other's.

    Raises:
        ValueError: one is of another form or size.
    """
    first, *below = blocks
    for block in below:
        if block.spec != first.spec:
            raise ValueError(f"a block of {block.spec} cannot follow one of {first.spec}")
    whole: Block = first.join(*below)
    return whole


@dataclass(frozen=True)
class HeldOut:
    """Answers [rows, outputs] to rows that a model did not learn from, beside what is true of them.

    `places` [rows] says which they are among the rows that were joined for learning, train before valid.
    """

    target: npt.NDArray[Any]
    answers: Floats
    weight: Floats | None = None
    places: Ints | None = None
