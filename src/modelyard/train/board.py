"""The leaderboard: every candidate with its loss and interval, its price, and its weight in the ensemble."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.tuning import Candidate

if TYPE_CHECKING:
    from modelyard.core.blocks import Examples
    from modelyard.core.types import Floats
    from modelyard.train.judging import Judging
    from modelyard.train.notebook import Record

WIDE = 1.96  # standard errors on either side of a 95% interval
MEASURES = {"squared": "rmse", "absolute": "mae", "huber": "huber", "quantile": "pinball"}


def lines(
    judging: Judging, found: list[Record], chosen: list[tuple[float, Record]], answers: Floats, seconds: float
) -> list[Candidate]:
    """The ensemble, whose held-out `answers` are [judged rows, outputs], then candidates from best to worst."""
    shares = {record.key: share for share, record in chosen}
    each = [
        _line(
            judging,
            record.answers,
            Candidate(
                record.name,
                dict(record.settings),
                seconds=record.seconds,
                latency=record.price.latency,
                size=record.price.size,
                weight=shares.get(record.key, 0.0),
            ),
        )
        for record in found
    ]
    each.append(_line(judging, _constant(judging), Candidate("constant", {})))
    whole = _line(judging, answers, Candidate("ensemble", {}, seconds=seconds, weight=1.0))
    return [whole, *sorted(each, key=lambda line: line.loss if line.loss is not None else np.inf)]


def _line(judging: Judging, answers: Floats, about: Candidate) -> Candidate:
    mean, error = judging.mean(judging.losses(answers))
    low, high = max(mean - WIDE * error, 0.0), mean + WIDE * error
    if judging.task.classifies:
        return replace(about, measure="log_loss", loss=mean, low=low, high=high)
    if judging.loss == "squared":
        mean, low, high = (float(np.sqrt(figure)) for figure in (mean, low, high))
    return replace(about, measure=MEASURES[judging.loss], loss=mean, low=low, high=high)


def _constant(judging: Judging) -> Floats:
    """The answer that reads nothing, learnt on each fold's complement: [judged rows, outputs]."""
    return np.concatenate(
        [np.tile(_middle(judging, learn), (len(held), 1)) for learn, held in map(judging.part, range(judging.used))]
    )


def _middle(judging: Judging, learn: Examples) -> Floats:
    if judging.task.classifies:
        counts = np.bincount(learn.target, weights=learn.weight, minlength=learn.outputs) + 1.0
        return np.asarray(counts / counts.sum())
    if judging.loss == "squared":
        return np.array([np.average(learn.target, weights=learn.weight)])
    return np.array([np.quantile(learn.target, judging.quantile if judging.loss == "quantile" else 0.5)])
