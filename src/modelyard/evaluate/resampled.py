"""Figures of groups of rows over resamples of all rows, with as few passes over the rows as there can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.intervals import RESAMPLES
from modelyard.core.protocols import Counted
from modelyard.core.seeds import generator
from modelyard.core.types import Floats
from modelyard.evaluate.rows import Rows, figure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelyard.core.protocols import Metric
    from modelyard.evaluate.score import Measured

CELLS = 2_000_000  # of a matrix of draws that is held at once
WORK = 20_000_000  # rows that metrics of probabilities are asked about: of many rows there are fewer resamples
FEWEST = 100  # resamples of those


@dataclass(frozen=True)
class _Answered:
    """What was answered to which truth, a cell for each pair that there is.

    `truth` [cells], `answered` [cells, classes] a one for the class; `groups` are for each its rows, and a one for the
    cell of each of them [rows of it, cells].
    """

    truth: npt.NDArray[Any]
    answered: Floats
    groups: tuple[tuple[npt.NDArray[Any], Floats], ...]

    @classmethod
    def of(cls, measured: Measured, truth: npt.NDArray[Any], kept: Sequence[npt.NDArray[Any]]) -> _Answered:
        """The cells of all rows; `kept` are the rows of each group."""
        classes = measured.answers.shape[1]
        found, codes = np.unique(truth * classes + measured.decided(), return_inverse=True)
        ones = np.eye(len(found))
        groups = tuple((some, ones[codes[some]]) for some in kept)
        return cls(found // classes, np.eye(classes, dtype=np.float32)[found % classes], groups)

    def figures(self, metrics: Mapping[str, Metric], weighed: Floats) -> dict[str, Floats]:
        """Each metric of each group on each draw, [draws, groups], by weights [draws, rows]."""
        sums = np.stack([weighed[:, some] @ ones for some, ones in self.groups], axis=1)  # [draws, groups, cells]
        rows = Rows(self.truth, np.ones(len(self.truth)), 0)
        return {name: _figures(rows, metric, self.answered, sums) for name, metric in metrics.items()}


def figures(
    measured: Measured, metrics: Mapping[str, Metric], masks: Sequence[npt.NDArray[Any]], seed: int
) -> dict[str, Floats]:
    """By metric, [1 + resamples, groups]: the figure of each group of rows, then what it is on each resample.

    `masks` are the groups, [rows] bool. All groups and metrics share one set of draws, and so do all calls with as many
    rows and the same seed. Metrics about decisions see a table of what was answered to which truth, never the rows; of
    the others there are fewer resamples where rows are many, from 20,000 on. NaN where a figure is not defined.
    """
    whole = measured.rows(seed)
    truth, base = whole.truth, whole.weight
    kept = [np.flatnonzero(mask) for mask in masks]
    decided = {name: metric for name, metric in metrics.items() if metric.decides}
    others = {name: metric for name, metric in metrics.items() if not metric.decides}
    out: dict[str, list[Floats]] = {name: [] for name in metrics}
    most = int(np.clip(WORK // max(len(truth), 1), FEWEST, RESAMPLES))
    table = _Answered.of(measured, truth, kept) if decided else None
    done = 0
    for drawn in _draws(len(truth), seed):
        weighed = drawn * base
        if table is not None:
            for name, rows in table.figures(decided, weighed).items():
                out[name].append(rows)
        for name, metric in others.items():
            few = weighed if isinstance(metric, Counted) else weighed[: max(most + 1 - done, 0)]
            groups = [_figures(whole.taken(some), metric, measured.answers[some], few[:, some]) for some in kept]
            out[name].append(np.stack(groups, axis=1))
        done += len(drawn)
    return {name: np.concatenate(rows) for name, rows in out.items()}


def _figures(rows: Rows, metric: Metric, answers: Floats, weighed: Floats) -> Floats:
    """A metric of rows by weights [..., rows]: [...]; at once where it is a function of sums."""
    if isinstance(metric, Counted):
        sums = weighed @ metric.counts(rows.truth, answers, rows.weight)
        return np.asarray(np.where(weighed.any(axis=-1), metric.of(sums), np.nan))
    flat = weighed.reshape(-1, weighed.shape[-1])
    each = np.array([figure_of(metric, rows.truth, answers, weight) for weight in flat])
    return each.reshape(weighed.shape[:-1])


def _draws(rows: int, seed: int) -> Iterator[Floats]:
    """How often each row is drawn, [draws, rows], some draws at a time; the first draw holds each row once."""
    random, left = generator(seed, "groups"), RESAMPLES
    yield np.ones((1, rows))
    while left:
        draws = min(left, max(CELLS // max(rows, 1), 1))
        places = random.integers(0, rows, (draws, rows)) + rows * np.arange(draws)[:, None]
        yield np.bincount(places.ravel(), minlength=draws * rows).reshape(draws, rows).astype(np.float64)
        left -= draws
