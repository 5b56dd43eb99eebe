"""What each column adds to an answer by Shapley's rule: its mean marginal share over all orders of the columns.

phi_i = mean over orders of v(before i and i) - v(before i), where v(S) is the mean answer over the background with the
columns of S as in the row (Strumbelj and Kononenko 2014, equation 6; the interventional value of Lundberg 2017). Orders
are drawn with their reverses (antithetic, Mitchell 2022, section 4.1), and each walk along one is against one row of
the background, every row of it equally often: so the shares sum exactly to the answer less the base.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core import seeds
from modelyard.core.explaining import Columns, Reason, Subject, Why
from modelyard.core.protocols import Explainer
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.explain import background as backgrounds
from modelyard.explain.game import Bools, Game, Table

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints

USUAL = 100  # orders that are walked, and at least two against each row of the background
TEXTS = 1000  # asks for a row with texts, which are encoded again for each
SHORT, FEW = 25, 6  # rows of the background for a row with texts, and with one of more than so many characters
LONG = 4000
MOST = 16  # players up to which all coalitions can be counted at all


@part
class Shapley(Explainer):
    """Exact where all coalitions of the columns against all of the background are at most `exact` rows to ask."""

    adds_up: ClassVar[bool] = True

    permutations: int | None = Field(
        default=None,
        ge=2,
        le=1_000_000,
        description="orders that are walked; two against each row of the background, for texts some 1,000 asks in all",
    )
    exact: int = Field(default=1 << 15, ge=0, le=1 << 24, description="rows to ask up to which nothing is sampled")
    pieces: int = Field(default=40, ge=1, le=1000, description="groups of words that a text is split into at most")
    seed: int = Field(default=7, ge=0, lt=2**32)

    def __call__(self, model: Subject, rows: Columns, background: Columns) -> tuple[Reason, ...]:
        """A `Why` a row."""
        texts = [rows[column.name] for column in model.columns if column.kind is Kind.TEXT]
        if texts:
            longest = max((len(text or "") for held in texts for text in held.tolist()), default=0)
            background = backgrounds.thinned(background, SHORT if longest <= LONG else FEW, self.seed)
        return Table(model, rows, background, self.pieces).explained(self._why)

    def _why(self, game: Game, of: str) -> Why:
        players = len(game.players)
        if players <= MOST and game.background << players <= self.exact:
            return _exact(game, of)
        usual = max(USUAL, 2 * game.background) if not game.table.texts else max(TEXTS // players, 2)
        return _sampled(game, of, self.permutations or usual, self.seed)


def _exact(game: Game, of: str) -> Why:
    """All coalitions: phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))."""
    players = len(game.players)
    numbers = np.arange(1 << players)
    on: Bools = (numbers[:, None] >> np.arange(players)) & 1 > 0
    worth = game.worth(on)
    size = on.sum(axis=1)
    weight = np.ones(players)  # of a coalition without i by its size: 1 / (n * (n - 1 over size))
    for before in range(1, players):
        weight[before] = weight[before - 1] * before / (players - before)
    weight /= players
    amounts = np.zeros(players)
    for place in range(players):
        without = numbers[~on[:, place]]
        amounts[place] = weight[size[without]] @ (worth[without | 1 << place] - worth[without])
    return Why(of, float(worth[-1]), float(worth[0]), game.shares(amounts))


def _sampled(game: Game, of: str, permutations: int, seed: int) -> Why:
    """Walks along orders and their reverses, as many against each row of the background."""
    players, random = len(game.players), seeds.generator(seed, "shapley")
    if permutations <= game.background and game.background % 2 == 0:  # an order and its reverse against two rows
        pairs, against = game.background // 2, random.permutation(game.background)
    else:  # against the same row, which is surer
        rounds = -(-permutations // (2 * game.background))
        pairs, against = game.background * rounds, np.tile(np.arange(game.background), 2 * rounds)
    orders = random.permuted(np.tile(np.arange(players), (pairs, 1)), axis=1)
    orders = np.concatenate([orders, orders[:, ::-1]])  # [walks, players]
    steps = _steps(game, orders, against)
    amounts = np.empty_like(steps)
    np.put_along_axis(amounts, orders, steps, axis=1)  # [walks, players]
    both = (amounts[:pairs] + amounts[pairs:]) / 2
    errors = both.std(axis=0, ddof=1) / np.sqrt(pairs) if pairs > 1 else np.zeros(players)
    ends = game.ask(np.ones((1, players), dtype=bool), np.zeros(1, dtype=np.int64))
    mean = both.mean(axis=0)
    return Why(of, float(ends[0]), float(ends[0] - mean.sum()), game.shares(mean, errors))


def _steps(game: Game, orders: Ints, against: Ints) -> Floats:
    """What each step along each walk adds: [walks, players]."""
    walks, players = orders.shape
    rank = np.argsort(orders, axis=1)
    on = rank[:, None, :] < np.arange(1, players)[:, None]  # [walks, players - 1, players]
    inner = game.ask(on.reshape(-1, players), np.repeat(against, players - 1)).reshape(walks, players - 1)
    empty = game.ask(np.zeros((game.background, players), dtype=bool), np.arange(game.background))
    full = game.ask(np.ones((1, players), dtype=bool), np.zeros(1, dtype=np.int64))
    path = np.concatenate([empty[against][:, None], inner, np.full((walks, 1), full[0])], axis=1)
    return np.diff(path, axis=1)
