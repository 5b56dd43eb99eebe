"""Training rows weigh so that group and label are independent of each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from modelyard.core.protocols import Informed, Mitigation, Model, Predictor
from modelyard.core.registry import part
from modelyard.core.types import Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.blocks import Examples, HeldOut
    from modelyard.core.finish import Costs
    from modelyard.core.types import Floats


@part
class Reweighing(Mitigation):
    """Rows of a group and a label that meet more seldom than by chance count more, and those that meet oftener less.

    A row of group g and label y weighs P(g) P(y) / P(g, y) of the training rows (Kamiran and Calders 2012, section 4).
    Answers do not ask for the group. What a model learns from other columns alike may keep the groups apart still.
    """

    column: str

    def grouped(self) -> str:
        """The column that the recipe names."""
        return self.column

    def fit(self, model: Model, train: Examples, valid: Examples, *, costs: Costs | None, seed: int) -> Predictor:  # noqa: ARG002
        """The model, fitted on rows of these weights; what it tells of held-out rows has their own again."""
        factors = _factors(train)
        ours = [_each(factors, rows) for rows in (train, valid)]
        learnt, watched = (
            replace(rows, weight=_weight(rows) * each) for rows, each in zip((train, valid), ours, strict=True)
        )
        predictor = model.fit(learnt, watched, Task.BINARY, seed=seed)
        if not isinstance(predictor, Informed):
            return predictor
        return cast(
            "Predictor", replace(cast("Any", predictor), held_out=_own(predictor.held_out, np.concatenate(ours)))
        )


def _factors(rows: Examples) -> Mapping[tuple[str, int], float]:
    weight, whole = _weight(rows), _weight(rows).sum()
    found = {}
    for group in set(rows.named_groups.tolist()):
        inside = rows.named_groups == group
        for label in (0, 1):
            both = weight[inside & (rows.target == label)].sum()
            expected = weight[inside].sum() * weight[rows.target == label].sum() / whole
            found[group, label] = float(expected / both) if both > 0 else 1.0
    return found


def _each(factors: Mapping[tuple[str, int], float], rows: Examples) -> Floats:
    cells = zip(rows.named_groups.tolist(), rows.target.tolist(), strict=True)
    return np.array([factors.get(cell, 1.0) for cell in cells], dtype=np.float64)


def _weight(rows: Examples) -> Floats:
    return np.ones(len(rows)) if rows.weight is None else rows.weight


def _own(held_out: HeldOut, factors: Floats) -> HeldOut:
    if held_out.weight is None or held_out.places is None:
        return held_out
    return replace(held_out, weight=held_out.weight / factors[held_out.places])
