"""A row as a game: each player, a column or a piece of a text, is as in the row or as in a row of the background.

What all of them may be is encoded once; a coalition only chooses. A piece of a text that is off is left out of it, and
the text is then encoded again: the background's texts are empty ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.explaining import Columns, Share, Subject, chosen
from modelyard.core.types import Column, Floats, Ints, Kind
from modelyard.explain import pieces

if TYPE_CHECKING:
    from modelyard.core.blocks import Block

PIECE = 4096  # coalitions that are answered at once
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Player:
    """A column, or the piece of its text that begins at `start`."""

    column: str
    value: str
    start: int | None = None


class Table:
    """Rows and a background, encoded once for the games of all rows."""

    def __init__(self, model: Subject, rows: Columns, background: Columns, most: int) -> None:
        """`most` pieces of a text; the background's texts are not looked at."""
        self.model, self.rows, self.most = model, rows, most
        self.background = count(background)
        self.texts = [column.name for column in model.columns if column.kind is Kind.TEXT]
        even = [column.name for column in model.columns if column.kind is not Kind.TEXT]
        if not even:
            self.background = 1  # all rows of it are the same
        self.blocks: dict[str, Block] = {
            name: model.encode(name, np.concatenate([background[name], rows[name]])) for name in even
        }
        self.empty = {name: model.encode(name, np.array([""], dtype=object)) for name in self.texts}

    def __len__(self) -> int:
        """How many rows."""
        return count(self.rows)

    def game(self, row: int) -> Game:
        """One row's."""
        texts = {name: self.rows[name][row] or "" for name in self.texts}
        split = {name: pieces.split(text, self.most) for name, text in texts.items()}
        players = []
        for column in self.model.columns:
            if column.name in split and len(split[column.name]) > 1:
                starts = np.cumsum([0, *map(len, split[column.name])]).tolist()
                parts = zip(split[column.name], starts, strict=False)
                players += [Player(column.name, part, start) for part, start in parts]
            else:
                players.append(Player(column.name, shown(self.rows[column.name][row], column)))
        return Game(self, row, tuple(players), split)


@dataclass(frozen=True)
class Game:
    """One row against the background."""

    table: Table
    row: int
    players: tuple[Player, ...]
    split: Mapping[str, list[str]]

    @property
    def background(self) -> int:
        """How many rows it has."""
        return self.table.background

    def ask(self, on: Bools, against: Ints) -> npt.NDArray[np.float64]:
        """What is answered, [asks], with the players `on` [asks, players] and all others as in a row of the background.

        `against` [asks] says which.
        """
        parts = range(0, len(on), PIECE)
        found = [self._ask(on[start : start + PIECE], against[start : start + PIECE]) for start in parts]
        return np.concatenate(found) if found else np.zeros(0)

    def worth(self, on: Bools) -> npt.NDArray[np.float64]:
        """The mean answer over the background, [coalitions], with the players `on` [coalitions, players]."""
        every = np.tile(np.arange(self.background), len(on))
        asked = self.ask(np.repeat(on, self.background, axis=0), every)
        return np.asarray(asked.reshape(len(on), self.background).mean(axis=1))

    def shares(self, amounts: Floats, errors: Floats | None = None) -> tuple[Share, ...]:
        """What each player adds, [players], with the standard errors of that."""
        spread = np.zeros(len(self.players)) if errors is None else errors
        return tuple(
            Share(player.column, float(amount), player.value, player.start, float(error))
            for player, amount, error in zip(self.players, amounts, spread, strict=True)
        )

    def _ask(self, on: Bools, against: Ints) -> npt.NDArray[np.float64]:
        mine = self.table.background if not self.table.blocks else self.table.background + self.row
        blocks: dict[str, Block] = {}
        for column in self.table.model.columns:
            places = [place for place, player in enumerate(self.players) if player.column == column.name]
            if column.name in self.table.blocks:
                here = np.where(on[:, places[0]], mine, against)
                blocks[column.name] = self.table.blocks[column.name].take(here)
            else:
                blocks[column.name] = self._text(column, on[:, places])
        output = np.full(len(on), self.table.model.output[self.row])
        return chosen(self.table.model.answers(blocks), output)

    def _text(self, column: Column, on: Bools) -> Block:
        """The text with the pieces that are `on` [asks, pieces]; what is the same is encoded once."""
        different, places = np.unique(on, axis=0, return_inverse=True)
        parts = self.split[column.name]
        if len(parts) <= 1:  # the text, or none
            parts = [self.table.rows[column.name][self.row] or ""]
        told = np.empty(len(different), dtype=object)
        told[:] = ["".join(part for part, here in zip(parts, row, strict=True) if here) for row in different]
        return self.table.model.encode(column.name, told).take(np.asarray(places).ravel())


def count(columns: Columns) -> int:
    """How many rows."""
    return len(next(iter(columns.values()), ()))


def shown(value: Any, column: Column) -> str:  # noqa: ANN401 - one of Values
    """A value as a person reads it; empty where it is missing."""
    plain = restored(value, column)
    return "" if plain is None else f"{plain:.6g}" if isinstance(plain, float) else str(plain)


def restored(value: Any, column: Column) -> Any:  # noqa: ANN401 - one of Values to plain JSON
    """A value as the source held it."""
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT
        return None
    if column.kind is Kind.TIME:
        return str(value.astype("datetime64[s]"))
    if column.kind is Kind.BOOLEAN:
        return bool(value)
    if column.kind is Kind.NUMBER:
        whole = column.storage == "integer" and float(value).is_integer()
        return int(value) if whole else float(value)
    return str(value)
