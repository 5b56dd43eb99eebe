"""Metrics on a thousand draws of the rows: those that are functions of sums, on all draws at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import intervals
from modelyard.core.types import Floats
from modelyard.evaluate.rows import Term
from modelyard.evaluate.sums import over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.evaluate.rows import Rows

FEW = 4  # sums of which the products of each two are summed too
STEP = 1e-4  # of a sum's size, by which a derivative is taken


@dataclass(frozen=True)
class Drawn:
    """A figure on every draw, [resamples], and where that can be told its standard error there, [resamples]."""

    figures: Floats
    spreads: Floats | None


@dataclass(frozen=True)
class _Asked:
    """A term with what its rows add to sums, [rows, sums], and to sums of products of each two."""

    term: Term
    counts: Floats | None
    columns: Floats

    @property
    def spread(self) -> bool:
        return self.counts is not None and self.columns.shape[1] > self.counts.shape[1]


def draws(rows: Rows, asked: Sequence[Sequence[Term]]) -> list[Drawn]:
    """Sums of terms, all on the same draws, each term measured once; NaN where one is not defined."""
    if not asked:
        return []
    singles = [id(terms[0].answers) for terms in asked if len(terms) == 1]
    alone = {(id(term.metric), id(term.answers)): term for terms in asked for term in terms}
    asking = [_asking(rows, term, spread=id(term.answers) in singles) for term in alone.values()]
    each = dict(zip(alone, _drawn(rows, asking), strict=True))
    found = []
    for terms in asked:
        drawn = [each[id(term.metric), id(term.answers)] for term in terms]
        figures = np.sum([term.sign * one.figures for term, one in zip(terms, drawn, strict=True)], axis=0)
        found.append(Drawn(figures, drawn[0].spreads if len(drawn) == 1 else None))
    return found


def _asking(rows: Rows, term: Term, *, spread: bool) -> _Asked:
    counts = term.counts(rows)
    if counts is None:
        return _Asked(term, None, np.empty((len(rows.truth), 0)))
    if not spread or counts.shape[1] > FEW:
        return _Asked(term, counts, counts)
    products = (counts[:, :, None] * counts[:, None, :]).reshape(len(counts), -1)
    return _Asked(term, counts, np.concatenate([counts, products], axis=1))


def _drawn(rows: Rows, asking: Sequence[_Asked]) -> list[Drawn]:
    columns = np.concatenate([rows.weight[:, None], *(one.columns for one in asking)], axis=1)
    orders = [np.argsort(-one.term.answers[:, -1], kind="stable") if one.counts is None else None for one in asking]
    figures, spreads = (np.full((len(asking), intervals.RESAMPLES), math.nan) for _ in range(2))
    start = 0
    for drawn in intervals.chunks(len(rows.truth), rows.seed):
        sums, here, column = drawn @ columns, slice(start, start + len(drawn)), 1
        for place, (one, order) in enumerate(zip(asking, orders, strict=True)):
            if order is not None:  # a metric that sorts rows a thousand times does so sooner when they lie in order
                there, answers = rows.taken(order), one.term.answers[order]
                figures[place, here] = [there.figure(one.term.metric, answers, draw[order]) for draw in drawn]
                continue
            mine = sums[:, column : column + one.columns.shape[1]]
            figures[place, here] = one.term.of(mine[:, : _width(one)], sums[:, 0])
            if one.spread:
                spreads[place, here] = spread(one.term, mine, sums[:, 0])
            column += one.columns.shape[1]
        start += len(drawn)
    return [
        Drawn(figure, error if one.spread else None)
        for figure, error, one in zip(figures, spreads, asking, strict=True)
    ]


def _width(one: _Asked) -> int:
    return 0 if one.counts is None else one.counts.shape[1]


def spread(term: Term, sums: Floats, mass: Floats) -> Floats:
    """The standard error [draws] of a figure, from `sums` [draws, k + k * k] of its rows and of their products.

    The figure is the same for twice the rows, so that its slopes `g` have `g . sums = 0` (Euler), and its variance by
    the delta method is `g' M g`, M being the sums of products.
    """
    width = round((math.sqrt(1 + 4 * sums.shape[1]) - 1) / 2)
    plain, products = sums[:, :width], sums[:, width:].reshape(-1, width, width)
    slopes = np.empty_like(plain)
    for one in range(width):
        step = np.zeros_like(plain)
        root = np.sqrt(products[:, one, one])  # 0 where all rows of the draw are: then no step is taken
        step[:, one] = np.where(root > 0, STEP * np.maximum(np.abs(plain[:, one]), STEP * root), 0.0)
        apart = term.of(plain + step, mass) - term.of(plain - step, mass)
        slopes[:, one] = over(apart, 2 * step[:, one])
    variance: Floats = np.einsum("di,dij,dj->d", slopes, products, slopes)
    return np.sqrt(np.maximum(variance, 0.0))
