"""Each group has a threshold of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from modelyard.core.decisions import Decision
from modelyard.core.protocols import Mitigation
from modelyard.core.registry import part
from modelyard.train.decide import thresholds

if TYPE_CHECKING:
    from modelyard.core.blocks import HeldOut
    from modelyard.core.types import Floats

FEWEST = 20  # held-out rows of a group
FEWEST_OF_CLASS = 10  # of those, of each class that the constraint is about
NEVER = 1.5  # a threshold that no probability reaches
STEPS = 2001  # values that the figure is tried to be brought to
Constraint = Literal["demographic_parity", "equalized_odds", "true_positive_rate_parity", "false_positive_rate_parity"]


@part
class GroupThresholds(Mitigation):
    """Thresholds by group that bring a figure of all groups together on held-out rows (Hardt 2016, section 4).

    As many rows are answered positive as by the common threshold. The figure is the selection rate, the true or the
    false positive rate; for equalized odds it is the mean of both rates, which without answers by chance is the least
    that the worse of the two differences can be. Model and probabilities stay as they are. To be answered, a row must
    tell its group; one that does not, or tells one unknown, is answered by the common threshold.
    """

    asks: ClassVar[bool] = True
    refits: ClassVar[bool] = False

    column: str
    constraint: Constraint = "demographic_parity"

    def grouped(self) -> str:
        """The column that the recipe names."""
        return self.column

    def decision(self, held_out: HeldOut, groups: npt.NDArray[Any], usual: Decision | None) -> Decision:
        """The common decision with thresholds for the groups that have rows enough."""
        common = usual or Decision(0.5, "the more probable class")
        weight = np.ones(len(groups)) if held_out.weight is None else held_out.weight
        share = held_out.answers[:, 1]
        curves = {
            name: curve
            for name in sorted(set(groups.tolist()) - {""})
            if (curve := _curve(self.constraint, share, held_out.target, weight, groups == name)) is not None
        }
        wanted = weight @ (share >= np.float32(common.threshold))
        others = wanted - sum(curve.selected_at(common.threshold) for curve in curves.values())
        goals = np.linspace(0, 1, STEPS)
        selected = sum((curve.selected[curve.nearest(goals)] for curve in curves.values()), np.full(STEPS, others))
        goal = goals[int(np.abs(selected - wanted).argmin())]
        chosen = {name: float(curve.tried[curve.nearest(goal)]) for name, curve in curves.items()}
        if not chosen:
            why = f"{common.why}; no group of {self.column} has held-out rows enough for a threshold of its own"
            return replace(common, why=why)
        left = sorted(set(groups.tolist()) - {"", *chosen})
        but = f" (too few for {', '.join(left)})" if left else ""
        rows = f"{len(groups)} held-out rows{but}"
        why = f"{common.why}; by group of {self.column} for {self.constraint}, chosen on {rows}"
        return replace(common, why=why, column=self.column, by_group=chosen)


class _Curve:
    """What a group's figure and its selected weight are at each threshold, [thresholds], the lowest first."""

    def __init__(self, tried: Floats, figure: Floats, selected: Floats) -> None:
        self.tried, self.figure, self.selected = tried, figure, selected

    def nearest(self, goals: Floats | float) -> npt.NDArray[Any]:
        """The place of the threshold whose figure is the nearest to each goal."""
        falling = self.figure[::-1]
        place = np.clip(np.searchsorted(falling, goals), 1, len(falling) - 1)
        before = np.abs(falling[place - 1] - goals) <= np.abs(falling[place] - goals)
        return np.asarray(len(falling) - 1 - (place - before))

    def selected_at(self, threshold: float) -> float:
        """The weight that is answered positive by a threshold, one of those between which nothing lies."""
        return float(self.selected[np.clip(np.searchsorted(self.tried, threshold), 0, len(self.tried) - 1)])


def _curve(
    constraint: Constraint, share: Floats, truth: npt.NDArray[Any], weight: Floats, inside: npt.NDArray[Any]
) -> _Curve | None:
    """The curve of a group; None where it has too few rows to say."""
    sides = {"true_positive_rate_parity": (1,), "false_positive_rate_parity": (0,), "equalized_odds": (0, 1)}
    parts = [inside & (truth == side) for side in sides.get(constraint, ())] or [inside]
    counted = weight > 0
    if (inside & counted).sum() < FEWEST or any((part & counted).sum() < FEWEST_OF_CLASS for part in parts):
        return None
    tried = np.append(thresholds(share[inside]), np.float32(NEVER))
    figures = [_above(share[part], weight[part], tried) / weight[part].sum() for part in parts]
    return _Curve(tried, np.mean(figures, axis=0), _above(share[inside], weight[inside], tried))


def _above(share: Floats, weight: Floats, tried: Floats) -> Floats:
    """The weight of the rows from each threshold on: [thresholds]."""
    order = np.argsort(share, kind="stable")
    under = np.append(0.0, np.cumsum(weight[order]))
    return np.asarray(under[-1] - under[np.searchsorted(share[order], tried, side="left")])
