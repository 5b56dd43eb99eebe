"""What the model's figures are in folds: how they vary, and what they are of rows that no fit has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.release.card.blocks import Block, Figure, Line, Table, span, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.evidence import FoldScore
    from modelyard.release.card.told import Told


def blocks(told: Told) -> Iterator[Block]:
    """A paragraph and a table; nothing where there were no folds."""
    words, found = told.words, told.report.folds
    if found is None:
        return
    counts = Figure(found.folds, "count"), words(found.by), Figure(found.repeats, "count"), Figure(found.rows, "count")
    yield text(
        *words.line(
            "In {} folds ({}, dealt {} times) the whole plan was fitted anew, every choice made inside the fold; the "
            "interval of the mean allows for the rows that fits share. Out of fold, {} rows were each answered by a "
            "model that had not seen them. The model of this card is none of these: it is that of the one split.",
            *counts,
        )
    )
    heads = ("metric", "mean of folds", "95% interval", "out of fold", "95% interval")
    yield Table(tuple(words(head) for head in heads), tuple(_row(told, one) for one in found.scores), frozenset({1, 3}))


def _row(told: Told, one: FoldScore) -> tuple[Line, ...]:
    between, doubtful = told.words(" to "), bool(told.report.doubt)
    return (
        (one.metric,),
        (Figure(one.mean, doubtful=doubtful),),
        span(one.low, one.high, between),
        (Figure(one.out_of_fold, doubtful=doubtful),),
        span(one.out_of_fold_low, one.out_of_fold_high, between),
    )
