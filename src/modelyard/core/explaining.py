"""What an explanation is made of, and what explainers are given. All frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from modelyard.core.blocks import Block, Raw
from modelyard.core.evidence import Importance
from modelyard.core.types import Column, Floats, Ints, Json, Values

# How a person can change a column: freely, up or down alone, or not at all.
Way: TypeAlias = Literal["free", "up", "down", "never"]
WAYS: tuple[Way, ...] = ("free", "up", "down", "never")
Columns: TypeAlias = "Mapping[str, Values]"
Held: TypeAlias = Block | Raw  # a column of rows that are chosen among: encoded, or as it was read
BAR = 16  # signs of a bar in text
WIDEST = 40  # signs of a value that are shown


@dataclass(frozen=True)
class Share:
    """What a column, or a piece of a text, adds to the answer; `value` is what the row holds there.

    `start` is where a piece begins in its text, in characters, or which token it is; None for a whole column. `error`
    is the standard error of `amount` by the sampling, zero where nothing was sampled.
    """

    column: str
    amount: float
    value: str = ""
    start: int | None = None
    error: float = 0.0


@dataclass(frozen=True)
class Why:
    """One answer and what it is made of: `answer` is the probability of the class `of`, or the value.

    `base` is what is answered where nothing is known of the row. Where an explainer adds up, `base` and the shares sum
    to the answer; what they sum to is `total`. `fit` is the share of what happens near the row that a linear model
    explains, where the shares are one's weights.
    """

    of: str
    answer: float
    base: float
    shares: tuple[Share, ...]
    fit: float | None = None

    @property
    def total(self) -> float:
        """The base and all shares."""
        return self.base + sum(share.amount for share in self.shares)

    @property
    def columns(self) -> dict[str, float]:
        """What each column adds, its pieces together."""
        found: dict[str, float] = {}
        for share in self.shares:
            found[share.column] = found.get(share.column, 0.0) + share.amount
        return found

    def __str__(self) -> str:
        """The shares as lines with bars, the largest first."""
        largest = max((abs(share.amount) for share in self.shares), default=0.0)
        lines = [f"{named(self.of)}: {self.answer:.4f}, from {self.base:.4f}"]
        for share in ordered(self.shares):
            bar = "#" * round(BAR * abs(share.amount) / largest) if largest else ""
            lines.append(f"  {share.amount:>+9.4f}  {bar:<{BAR}}  {label(share)}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Move:
    """A column's value before and after."""

    column: str
    before: Json
    after: Json


@dataclass(frozen=True)
class Otherwise:
    """The nearest row that was found with the other answer: what moves, and what is then answered.

    `before` and `after` are the probabilities of the class `of`, or the values. `distance` is in quantile units: one is
    the way from the lowest to the highest value of a column, or another category. Without moves none was found.
    """

    of: str
    before: float
    after: float
    moves: tuple[Move, ...] = ()
    distance: float = float("nan")

    @property
    def found(self) -> bool:
        """Whether there is such a row."""
        return bool(self.moves)

    def __str__(self) -> str:
        """The moves as lines."""
        head = f"{named(self.of)}: {self.before:.4f}"
        if not self.found:
            return f"{head}; no row with the other answer was found among the changes that are allowed"
        lines = [f"{head}, and {self.after:.4f} with"]
        return "\n".join([*lines, *(f"  {move.column}: {move.before} -> {move.after}" for move in self.moves)])


Reason: TypeAlias = Why | Otherwise | Importance


@dataclass(frozen=True)
class Explanation:
    """Why a model answers rows as it does: a reason a row; `notes` are what a reader must not miss."""

    name: str
    method: str
    adds_up: bool
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Reason]:
        """The reasons in the order of the rows."""
        return iter(self.reasons)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.reasons)

    def __getitem__(self, row: int) -> Reason:
        """The reason of one row, from 0."""
        return self.reasons[row]

    @property
    def overall(self) -> dict[str, float]:
        """How much a column adds to an answer or takes from it, on average over the rows; the largest first."""
        rows = [reason.columns for reason in self.reasons if isinstance(reason, Why)]
        names = dict.fromkeys(name for row in rows for name in row)
        mean = {name: float(np.mean([abs(row.get(name, 0.0)) for row in rows])) for name in names}
        return dict(sorted(mean.items(), key=lambda item: -item[1]))

    def __str__(self) -> str:
        """Each reason, one below the other."""
        notes = [f"note: {note}" for note in self.notes]
        return "\n".join([f"{self.name}: {self.method}", *map(str, self.reasons), *notes])

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(map(_html, self.reasons))
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<div><strong>{escape(self.name)}: {escape(self.method)}</strong>{rows}{notes}</div>"


@dataclass(frozen=True)
class Subject:
    """A model that is asked why.

    `encode` makes a column's values [rows] a block, or holds them as they are where columns are prepared together;
    `run` answers these: [rows, outputs]. `output` [rows] is which
    output is explained of each row, and `of` what it is called; `decide` says what is answered, [rows] of outputs, to
    answers [rows, outputs] and which of the explained rows each of them is of, [rows], as its group may decide with it.
    `known` are the summaries that a bundle keeps of each column, `ways` how a person can change it. `network` is the
    fitted network, where training handed it over, and `worse` how bad answers [rows, outputs] are on rows of known
    truth, by weights [rows], where that is to be judged.
    """

    columns: tuple[Column, ...]
    encode: Callable[[str, Values], Held]
    run: Callable[[dict[str, Held]], Floats]
    output: Ints
    of: tuple[str, ...]
    decide: Callable[[Floats, Ints], Ints]
    classes: tuple[str, ...] = ()
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=dict)
    network: object | None = None
    tokens: Callable[[str, Ints], list[str]] | None = None
    worse: Callable[[Floats, Floats], float] | None = None
    metric: str = ""
    workers: int = 1

    def many(self, ask: Callable[[slice], Floats], parts: Sequence[slice]) -> list[Floats]:
        """What is answered to each part, by as many workers as there are."""
        if self.workers == 1 or len(parts) < 2:
            return [ask(part) for part in parts]
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(ask, parts))

    def answers(self, blocks: Mapping[str, Held]) -> Floats:
        """[rows, outputs] float64."""
        return np.asarray(self.run(dict(blocks)), dtype=np.float64)


def named(of: str) -> str:
    """How an answer is called that may have no class."""
    return f"probability of {of}" if of else "value"


def label(share: Share) -> str:
    """A share's column and value in a line."""
    value = " ".join(share.value.split())
    shown = value if len(value) <= WIDEST else f"{value[: WIDEST - 3]}..."
    if share.start is not None:
        return f"{share.column}: {shown!r}"
    return f"{share.column} = {shown}" if shown else share.column


def ordered(shares: tuple[Share, ...]) -> list[Share]:
    """The largest first, whichever way they point."""
    return sorted(shares, key=lambda share: -abs(share.amount))


def _html(reason: Reason) -> str:
    from html import escape

    if not isinstance(reason, Why):
        return f"<pre>{escape(str(reason))}</pre>"
    largest = max((abs(share.amount) for share in reason.shares), default=0.0) or 1.0
    lines = "".join(
        f"<tr><td>{escape(label(share))}</td><td style='text-align:right'>{share.amount:+.4f}</td>"
        f"<td style='width:12em'><div style='height:.8em;width:{100 * abs(share.amount) / largest:.0f}%;"
        f"background:{'#2563eb' if share.amount >= 0 else '#dc2626'}'></div></td></tr>"
        for share in ordered(reason.shares)
    )
    caption = f"{escape(named(reason.of))}: {reason.answer:.4f}, from {reason.base:.4f}"
    return f"<table><caption>{caption}</caption>{lines}</table>"
