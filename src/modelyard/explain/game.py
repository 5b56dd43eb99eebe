"""A row as a game: each player, a column or a piece of a text, is as in the row or as in a row of the background.

What all of them may be is encoded once; a coalition only chooses. A piece of a text that is off is left out of it, and
the text is then encoded again: the background's texts are empty ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.core import events
from modelyard.core.blocks import Codes, Numbers, Raw
from modelyard.core.explaining import Columns, Held, Share, Subject, Why
from modelyard.core.types import Column, Floats, Ints, Kind
from modelyard.data.values import missing
from modelyard.explain import pieces

PIECE = 512  # coalitions that are answered at once: few enough for a processor's cache
MOST = 50  # players whose coalitions are told apart by the bits of a number
TEXTS = 4096  # where there are texts, which are encoded together and answered by their length
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
        self.texts = [column.name for column in model.columns if column.kind is Kind.TEXT]
        even = [column.name for column in model.columns if column.kind is not Kind.TEXT]
        self.background = count(background) if even else 1  # without other columns all rows of it are the same
        self.blocks: dict[str, Held] = {
            name: model.encode(name, np.concatenate([background[name], rows[name]])) for name in even
        }
        self.numbers = Side({name: block for name, block in self.blocks.items() if isinstance(block, Numbers)})
        self.others = {name: block for name, block in self.blocks.items() if not isinstance(block, Numbers)}

    def __len__(self) -> int:
        """How many rows."""
        return count(self.rows)

    def explained(self, why: Callable[[Game, str], Why]) -> tuple[Why, ...]:
        """What `why` says of each row's game, and of the class that is explained there."""
        found = []
        for row in range(len(self)):
            found.append(why(self.game(row), self.model.of[row]))
            events.step("explaining", row + 1, len(self))
        return tuple(found)

    def game(self, row: int) -> Game:
        """One row's."""
        texts = {name: self.rows[name][row] or "" for name in self.texts}
        split = {name: pieces.split(text, self.most) or [""] for name, text in texts.items()}
        players: list[Player] = []
        places: dict[str, Ints] = {}
        for column in self.model.columns:
            if len(parts := split.get(column.name, ())) > 1:
                starts = np.cumsum([0, *map(len, parts)]).tolist()
                told = [Player(column.name, part, start) for part, start in zip(parts, starts, strict=False)]
            else:
                told = [Player(column.name, shown(self.rows[column.name][row], column))]
            places[column.name] = np.arange(len(players), len(players) + len(told))
            players += told
        same = np.zeros((self.background, len(players)), dtype=bool)
        for name, block in self.blocks.items():
            same[:, places[name][0]] = _same(block, self.background, row)
        return Game(self, row, tuple(players), split, places, same)


class Side:
    """Columns of numbers side by side, so that a coalition of them is chosen at once."""

    def __init__(self, blocks: Mapping[str, Numbers]) -> None:
        """Of as many rows each."""
        self.names, self.widths = list(blocks), [block.values.shape[1] for block in blocks.values()]
        self.values = np.hstack([block.values for block in blocks.values()]) if blocks else np.zeros((0, 0))

    def mixed(self, on: Bools, mine: int, against: Ints) -> dict[str, Held]:
        """[asks] rows: a column that is `on` [asks, columns] as in row `mine`, else as in the row `against` [asks]."""
        if not self.names:  # a table of texts or categories alone
            return {}
        wide = np.repeat(on, self.widths, axis=1) if max(self.widths) > 1 else on
        whole = np.where(wide, self.values[mine], self.values[against])
        ends = np.cumsum(self.widths).tolist()
        return {
            name: Numbers(whole[:, end - width : end])
            for name, width, end in zip(self.names, self.widths, ends, strict=True)
        }


@dataclass(frozen=True)
class Game:
    """One row against the background; `places` are those of each column's players."""

    table: Table
    row: int
    players: tuple[Player, ...]
    split: Mapping[str, list[str]]
    places: Mapping[str, Ints]
    same: Bools  # [background, players]: where it makes no difference whether a player is on

    @property
    def background(self) -> int:
        """How many rows it has."""
        return self.table.background

    def ask(self, on: Bools, against: Ints) -> npt.NDArray[np.float64]:
        """What is answered, [asks], with the players `on` [asks, players] and all others as in a row of the background.

        `against` [asks] says which. What comes to the same row is asked once.
        """
        if len(self.players) <= MOST:
            whole = on | self.same[against]
            keys = whole @ (1 << np.arange(len(self.players))) * self.background + against
            _, first, places = np.unique(keys, return_index=True, return_inverse=True)
            return self._all(on[first], against[first])[places]
        return self._all(on, against)

    def _all(self, on: Bools, against: Ints) -> npt.NDArray[np.float64]:
        size = TEXTS if self.table.texts else PIECE
        parts = [slice(start, start + size) for start in range(0, len(on), size)]
        found = self.table.model.many(lambda part: self._ask(on[part], against[part]), parts)
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
        table, mine = self.table, self.table.background + self.row
        numbers = [int(self.places[name][0]) for name in table.numbers.names]
        blocks = table.numbers.mixed(on[:, numbers], mine, against)
        for name, block in table.others.items():
            blocks[name] = block.take(np.where(on[:, self.places[name][0]], mine, against))
        for name in table.texts:
            blocks[name] = self._text(name, on[:, self.places[name]])
        answers = table.model.answers({column.name: blocks[column.name] for column in table.model.columns})
        return np.asarray(answers[:, table.model.output[self.row]])

    def _text(self, name: str, on: Bools) -> Held:
        """A text with the pieces that are `on` [asks, pieces]; what is the same is encoded once."""
        different, places = np.unique(on, axis=0, return_inverse=True)
        told = np.empty(len(different), dtype=object)
        told[:] = ["".join(compress(self.split[name], row)) for row in different]
        return self.table.model.encode(name, told).take(np.asarray(places).ravel())


def _same(block: Held, background: int, row: int) -> Bools:
    """Which rows of the background, at the beginning of a block, are encoded as a row after them is: [background]."""
    if isinstance(block, Codes):
        return np.asarray(block.codes[:background] == block.codes[background + row])
    if isinstance(block, Numbers):
        return np.asarray((block.values[:background] == block.values[background + row]).all(axis=1))
    if isinstance(block, Raw):
        behind, mine = block.values[:background], block.values[background + row : background + row + 1]
        return np.asarray((behind == mine) | (missing(behind) & missing(mine)), dtype=bool)
    return np.zeros(background, dtype=bool)


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
    return "a picture" if column.kind is Kind.IMAGE else str(value)
