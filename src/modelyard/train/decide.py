"""From which probability on the positive class is answered: what mistakes cost, or a metric, says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.decisions import Decision

if TYPE_CHECKING:
    from modelyard.core.blocks import HeldOut
    from modelyard.core.finish import Aim, Costs
    from modelyard.core.types import Floats

MOST = 2000  # thresholds that are tried
TRUTH = np.array([0, 0, 1, 1])
ANSWERED = np.eye(2, dtype=np.float32)[[0, 1, 0, 1]]


def by_costs(costs: Costs) -> Decision:
    """The threshold at which either answer costs the same, of probabilities that mean what they say.

    fp / (fp + fn), where right answers are free (Elkan 2001, equation 2).
    """
    threshold = costs.false_positive / (costs.false_positive + costs.false_negative)
    why = f"a missed one costs {costs.false_negative:g}, a false alarm {costs.false_positive:g}"
    return Decision(float(np.float32(threshold)), why)


def by_metric(held_out: HeldOut, aim: Aim) -> Decision:
    """The threshold of the best value on held-out rows; of equally good ones the nearest to a half."""
    weight = np.ones(len(held_out.target)) if held_out.weight is None else held_out.weight
    if not weight.any():
        return Decision(0.5, f"no held-out row weighs anything that {aim.name} could be measured on")
    share = held_out.answers[:, 1]
    tried = thresholds(share[weight > 0])
    sign = 1.0 if aim.metric.higher_is_better else -1.0
    values = [sign * aim.metric(TRUTH, ANSWERED, counted) for counted in _counts(share, held_out.target, weight, tried)]
    value = np.nan_to_num(np.array(values), nan=-np.inf)
    best = np.flatnonzero(value >= value.max())
    threshold = tried[best[np.abs(tried[best] - 0.5).argmin()]]
    return Decision(float(threshold), f"the best {aim.name} on {len(share)} held-out rows")


def thresholds(share: Floats) -> Floats:
    """0, and between each two probabilities that follow one another, 0 and 1 among them; a few of them where many."""
    levels = np.unique(np.concatenate([[0.0], share, [1.0]]).astype(np.float32))
    if len(levels) > MOST:
        levels = levels[np.linspace(0, len(levels) - 1, MOST).astype(np.int64)]
    middles = ((levels[:-1].astype(np.float64) + levels[1:]) / 2).astype(np.float32)
    between = np.where(middles > levels[:-1], middles, levels[1:])  # of neighbours there is no number between
    return np.append(np.float32(0), between)


def _counts(share: Floats, target: Floats, weight: Floats, tried: Floats) -> Floats:
    """At each threshold the weights of the four sorts of rows, as TRUTH and ANSWERED have them: [thresholds, 4].

    A metric about decisions is the same on four rows of these weights as on all.
    """
    order = np.argsort(share, kind="stable")
    place = np.searchsorted(share[order], tried, side="left")  # so many rows are answered negative
    under = [np.append(0.0, np.cumsum((weight * (target == one))[order])) for one in (0, 1)]
    sides = [column for below in under for column in (below[place], below[-1] - below[place])]
    return np.stack(sides, axis=1)
