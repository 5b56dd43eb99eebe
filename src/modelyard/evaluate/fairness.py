"""For whom is it worse, and by how much? How far each figure lies apart between the groups of a column.

Names and definitions are Fairlearn's (Bird 2020): the difference is the largest figure of a group less the smallest,
the ratio the smallest by the largest. Of `selection_rate` these are the demographic parity difference and ratio, of
`true_positive_rate` equal opportunity; `equalized_odds` is the worse of true and false positive rate (Hardt 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from modelyard.core import events
from modelyard.core.evidence import ODDS, ODDS_RATES, Apart, Disparity
from modelyard.core.intervals import COVERAGE
from modelyard.core.types import Floats
from modelyard.evaluate import between, resampled, slices
from modelyard.evaluate.pairs import undrawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Table
    from modelyard.evaluate.pairs import Figure
    from modelyard.evaluate.score import Measured

KINDS: tuple[Literal["difference"], Literal["ratio"]] = ("difference", "ratio")
FEWEST = 100  # resamples on which all groups' figures must be defined


@dataclass(frozen=True)
class Groups:
    """The groups of a column that have rows enough: names as slices have them, and [rows] bool each."""

    names: tuple[str, ...]
    masks: tuple[Floats, ...]

    @property
    def rows(self) -> int:
        """Those of the smallest group."""
        return min(int(mask.sum()) for mask in self.masks)


def groups(table: Table) -> dict[str, Groups]:
    """By column with the role slice, where there are two groups at least."""
    found = {}
    for column, parts in slices.groups(table).items():
        enough = [(name, mask) for name, mask in parts if mask.sum() >= slices.FEWEST]
        if len(enough) > 1:
            found[column] = Groups(tuple(name for name, _ in enough), tuple(mask for _, mask in enough))
    return found


def disparities(measured: Measured, metrics: Mapping[str, Metric], seed: int) -> tuple[Disparity, ...]:
    """Every metric between the groups of every column with the role slice, and equalized odds for two classes."""
    found: list[Disparity] = []
    columns = groups(measured.table)
    for done, (column, parts) in enumerate(columns.items()):
        events.step("comparing groups", done, len(columns), column)
        drawn = resampled.figures(measured, metrics, parts.masks, seed)
        for name, rows in families(drawn):
            rates = ODDS_RATES if name == ODDS else (name,)
            two = _two_alone(measured, parts, [metrics[rate] for rate in rates], rows, seed)
            found += [_disparity(column, parts, name, kind, rows, two) for kind in KINDS]
    if columns:
        events.step("comparing groups", len(columns), len(columns))
    return tuple(found)


def uncompared(table: Table) -> list[str]:
    """The columns with the role slice that have not two groups with rows enough."""
    known = groups(table)
    return [column for column in slices.groups(table) if column not in known]


def families(drawn: Mapping[str, Floats]) -> list[tuple[str, list[Floats]]]:
    """What is told of each metric, by the name of it: the figures of groups, [1 + resamples, groups], for odds both."""
    told = [(name, [rows]) for name, rows in drawn.items()]
    if all(rate in drawn for rate in ODDS_RATES):
        told.append((ODDS, [drawn[rate] for rate in ODDS_RATES]))
    return told


def _two_alone(
    measured: Measured, parts: Groups, metrics: Sequence[Metric], rows: Sequence[Floats], seed: int
) -> list[tuple[Figure, Figure]]:
    """The figures of two groups with their own intervals, by metric; none where there are more, or one has no such."""
    whole, found = measured.rows(seed), []
    for metric, figures in zip(metrics, rows, strict=True):
        known = [parts.masks[place] for place in np.flatnonzero(~np.isnan(figures[0]))]
        if len(known) != 2:
            return []
        answers = measured.judged(metric, measured.answers)
        one, other = (undrawn(whole.taken(mask), metric, answers[mask]) for mask in known)
        if one is None or other is None:
            return []
        found.append((one, other))
    return found


def _disparity(
    column: str, parts: Groups, metric: str, kind: Apart, rows: Sequence[Floats], two: Sequence[tuple[Figure, Figure]]
) -> Disparity:
    least, most, value = widest([one[0] for one in rows], kind)
    low, high = (between.span(two, kind) if two else None) or interval(rows, kind)
    names = ("", "") if np.isnan(value) else (parts.names[least], parts.names[most])
    return Disparity(column, metric, kind, value, low, high, parts.rows, *names)


def widest(figures: Sequence[Floats], kind: Apart) -> tuple[int, int, float]:
    """The groups of the least and the largest figure, and how far apart these are; of several metrics the worst.

    A group whose figure is not defined is left out; NaN where there are not two. A ratio of figures that may be
    negative says nothing, and neither does one of nothing by nothing.
    """
    found = [(int(np.nanargmin(one)), int(np.nanargmax(one)), one) for one in figures if (~np.isnan(one)).sum() > 1]
    told = [(least, most, float(_apart(one[least], one[most], kind))) for least, most, one in found]
    known = [one for one in told if not np.isnan(one[2])]
    if len(known) < len(figures):
        return 0, 0, float("nan")
    return (min if kind == "ratio" else max)(known, key=lambda one: one[2])


def interval(rows: Sequence[Floats], kind: Apart) -> tuple[float, float]:
    """The 95% interval of how far groups lie apart, of figures [1 + resamples, groups] for each metric.

    It is for several groups, and for two of which a figure has no interval of its own (see `between`).

    Two groups: the percentiles of their signed difference (or ratio), which may have 0 (or 1) inside: then which group
    has more is not certain. The plain percentiles of a largest less a smallest figure could not say so, and lie too
    high the more groups there are, as chance alone draws groups apart. So for several groups there is an interval for
    each pair, all of them true at once in 95% of cases (by ranks of the resamples: Mandel and Betensky 2008): what
    truly lies between the outermost groups is at least the largest lower end and at most the largest upper end. It is
    wider than it need be, and widest where groups are many. Resamples on which a figure is not defined are left out;
    (NaN, NaN) where fewer than a hundred remain.
    """
    shortest = min(len(one) for one in rows)
    pairs = [column for one in rows for column in _pairs(one[:shortest], kind)]
    if not pairs:
        return float("nan"), float("nan")
    drawn = np.stack(pairs, axis=1)
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    if len(drawn) < FEWEST:
        return float("nan"), float("nan")
    order = np.sort(drawn, axis=0)
    ranks = drawn.argsort(axis=0, kind="stable").argsort(axis=0) + 1
    outermost = np.maximum(ranks, len(drawn) + 1 - ranks).max(axis=1)
    place = int(np.quantile(outermost, COVERAGE, method="higher"))
    low, high = order[len(drawn) - place], order[place - 1]
    return (float(low.min()), float(high.min())) if kind == "ratio" else (float(low.max()), float(high.max()))


def _pairs(rows: Floats, kind: Apart) -> list[Floats]:
    """How far each pair of groups lies apart on each resample, [resamples], the one with more on all rows first."""
    told, drawn = rows[0], rows[1:]
    known = np.flatnonzero(~np.isnan(told))
    if kind == "ratio" and (told[known] < 0).any():
        return []
    ordered = [(a, b) if told[a] <= told[b] else (b, a) for a, b in combinations(known, 2)]
    return [_apart(drawn[:, less], drawn[:, more], kind) for less, more in ordered]


def _apart(less: Floats, more: Floats, kind: Apart) -> Floats:
    if kind == "difference":
        return more - less
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.minimum(less, more) < 0, np.nan, np.divide(less, more))
