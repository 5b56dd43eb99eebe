"""Figures of groups of rows over resamples of all rows, with as few passes over the rows as there can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.intervals import RESAMPLES
from modelyard.core.seeds import generator
from modelyard.data.read import target_values, weight_values
from modelyard.evaluate.pairs import figure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats
    from modelyard.evaluate.score import Measured

CELLS = 2_000_000  # of a matrix of draws that is held at once
WORK = 20_000_000  # rows that metrics of probabilities are asked about: of many rows there are fewer resamples
FEWEST = 100  # resamples of those


def figures(
    measured: Measured, metrics: Mapping[str, Metric], masks: Sequence[npt.NDArray[Any]], seed: int
) -> dict[str, Floats]:
    """By metric, [1 + resamples, groups]: the figure of each group of rows, then what it is on each resample.

    `masks` are the groups, [rows] bool. All groups and metrics share one set of draws, and so do all calls with as many
    rows and the same seed. Metrics about decisions see a table of what was answered to which truth, never the rows; of
    the others there are fewer resamples where rows are many, from 20,000 on. NaN where a figure is not defined.
    """
    truth, weight = target_values(measured.table, measured.task), weight_values(measured.table)
    base = np.ones(len(truth)) if weight is None else weight.astype(np.float64)
    kept = [np.flatnonzero(mask) for mask in masks]
    decided = {name: metric for name, metric in metrics.items() if metric.decides}
    others = {name: metric for name, metric in metrics.items() if not metric.decides}
    out: dict[str, list[list[float]]] = {name: [] for name in metrics}
    most = int(np.clip(WORK // max(len(truth), 1), FEWEST, RESAMPLES))
    codes, truths, answered = _cells(measured, truth) if decided else (None, None, None)
    for drawn in _draws(len(truth), seed):
        weighed = drawn * base
        for sums in _by_cell(weighed, codes, kept) if codes is not None else ():  # of one draw: [groups, cells]
            for name, metric in decided.items():
                out[name].append([figure_of(metric, truths, answered, row) for row in sums])
        for row in weighed:
            for name, metric in others.items():
                if len(out[name]) <= most:
                    out[name].append([_of_rows(metric, truth, measured.answers, row, some) for some in kept])
    return {name: np.array(rows) for name, rows in out.items()}


def _of_rows(metric: Metric, truth: npt.NDArray[Any], answers: Floats, weight: Floats, some: npt.NDArray[Any]) -> float:
    return figure_of(metric, truth[some], answers[some], weight[some])


def _cells(measured: Measured, truth: npt.NDArray[Any]) -> tuple[Any, Any, Any]:
    """Each row's cell, [rows], and what is true and answered in each: [cells], and [cells, classes] of a one."""
    given = measured.decided().astype(np.int64)
    classes = measured.answers.shape[1]
    found, codes = np.unique(truth * classes + given, return_inverse=True)
    return codes, found // classes, np.eye(classes, dtype=np.float32)[found % classes]


def _by_cell(weighed: Floats, codes: npt.NDArray[Any], kept: Sequence[npt.NDArray[Any]]) -> Floats:
    """The weight in each cell, [draws, groups, cells], of weights [draws, rows]."""
    ones = np.eye(int(codes.max()) + 1)[codes]
    return np.stack([weighed[:, some] @ ones[some] for some in kept], axis=1)


def _draws(rows: int, seed: int) -> Iterator[Floats]:
    """How often each row is drawn, [draws, rows], some draws at a time; the first draw holds each row once."""
    random, left = generator(seed, "groups"), RESAMPLES
    yield np.ones((1, rows))
    while left:
        draws = min(left, max(CELLS // max(rows, 1), 1))
        places = random.integers(0, rows, (draws, rows)) + rows * np.arange(draws)[:, None]
        yield np.bincount(places.ravel(), minlength=draws * rows).reshape(draws, rows).astype(np.float64)
        left -= draws
