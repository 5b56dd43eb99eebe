"""Lopsided numbers: in a target they let a few rows decide what is learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.data.read import target_values
from modelyard.quality import remedies, tails
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class Skew(Inspection):
    """A target of numbers that is skewed or has outliers, and features that are skewed."""

    most: float = Field(default=2.0, gt=0, description="skewness of a target, twice as much of a feature")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The target first."""
        if not subject.task.classifies and subject.recipe.target_transform is None:
            yield from self._target(subject)
        skewed = dict(self._skewed(subject))
        if skewed:
            yield Finding(
                "skewed",
                Severity.NOTE,
                f"{counted(len(skewed), 'skewed column')}: trees do not mind, linear models and networks do",
                tuple(skewed),
                {"skewness": [*skewed.values()]},
                remedies.prepare("clip", *skewed),
            )

    def _skewed(self, subject: Subject) -> Iterator[tuple[str, float]]:
        """Features of more than twice the skewness that a target may have."""
        for column in subject.having(Kind.NUMBER):
            skewness = tails.skewness(values.from_series(subject.frame[column.name], column))
            if abs(skewness) > 2 * self.most and subject.frame[column.name].n_unique() > 20:
                yield column.name, round(skewness, 3)

    def _target(self, subject: Subject) -> Iterator[Finding]:
        target = target_values(subject.rows.train, subject.task)
        skewness = tails.skewness(target)
        if skewness > self.most:
            positive = bool((target > 0).all())
            yield Finding(
                "skewed_target",
                Severity.WARNING,
                f"the target is skewed (skewness {skewness:.1f}): a few large rows decide what is learnt",
                (subject.target.name,),
                {"skewness": round(skewness, 3)},
                remedies.lines({"target_transform": "log" if positive else "quantile"}),
            )
        out = tails.beyond(target, 1e-4)
        if len(out):
            yield Finding(
                "target_outliers",
                Severity.WARNING,
                f"the target lies far beyond the tail of the others in {counted(len(out), 'row')}",
                (subject.target.name,),
                {**subject.listed(out), "share": round(float(len(out) / np.float64(len(target))), 6)},
                remedies.lines({"target_transform": "quantile"}),
                "mend or leave out those that are wrong",
            )
