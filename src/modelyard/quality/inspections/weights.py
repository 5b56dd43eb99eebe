"""Weights by which few rows decide all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Role
from modelyard.data.read import weight_values
from modelyard.quality import codes as coded
from modelyard.quality import foretelling
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class Weights(Inspection):
    """How many rows the weights leave, as Kish (1965) counts them: (sum w)^2 / sum w^2; and what they tell."""

    share: float = Field(default=0.2, gt=0, lt=1, description="of the rows that are left, below which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Few effective rows, rows without weight, weights that tell the target."""
        weight = weight_values(subject.rows.train)
        if weight is None:
            return
        name = subject.schema.having(Role.WEIGHT)[0].name
        left = float(weight.sum() ** 2 / (weight**2).sum())
        if left < self.share * len(weight):
            yield Finding(
                "few_effective_rows",
                Severity.SEVERE if left < 30 else Severity.WARNING,
                f"the weights leave as much as {left:,.0f} rows of {len(weight):,} would tell",
                (name,),
                {"effective": round(left, 1), **subject.listed(np.argsort(-weight)[:5])},
                hint="cap the weights, or leave the column out",
            )
        zero = np.flatnonzero(weight == 0)
        if len(zero) > 0.01 * len(weight):
            said = f"{len(zero):,} of {len(weight):,} rows have no weight: nothing is learnt from them"
            yield Finding("no_weight", Severity.NOTE, said, (name,), subject.listed(zero))
        fold = foretelling.folds(len(weight), subject.recipe.seed)
        told = foretelling.alone(coded.binned(weight), foretelling.aim(subject.rows.train, subject.task), fold)
        if told >= 0.5:
            yield Finding(
                "telling_weight",
                Severity.WARNING,
                f"the weight of a row tells its target ({told:.0%} of what could be told)",
                (name,),
                {"skill": round(told, 4)},
                hint="fine where it balances classes; then class_weight does the same and is known in advance",
            )
