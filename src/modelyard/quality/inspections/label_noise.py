"""Rows whose label is most likely wrong, by confident learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core import events
from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.data.read import target_values
from modelyard.quality import confident, encoded, foretelling
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Floats, Table
    from modelyard.quality.subject import Subject

FEWEST = 100  # rows by which it can be judged
SUSPECTS = 5  # rows below which nothing is told


@part
class LabelNoise(Inspection):
    """Models that have not seen a row are sure that it is of another class than it says (Northcutt et al. 2021).

    The probabilities are the geometric mean of a logistic regression's and of boosted trees', cross-validated. Where
    classes overlap, rows of one look like another though nothing is wrong; there it is no more than a note.
    """

    slow: ClassVar[bool] = True
    share: float = Field(default=0.01, gt=0, lt=1, description="of suspect rows from which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """One finding: the share of wrong labels, and the likeliest rows, the worst first."""
        table, drawn = subject.modelled
        if not subject.task.classifies or len(table) < FEWEST:
            return
        labels = target_values(table, subject.task)
        if np.bincount(labels).min() < foretelling.FOLDS or len(subject.target.levels) > 50:
            return
        told = probabilities(subject, table)
        suspects = confident.suspects(labels, told)
        share = len(suspects) / len(labels)
        if share < self.share or len(suspects) < SUSPECTS:
            return
        clear = confident.clear(labels, told, suspects)
        yield Finding(
            "label_noise",
            Severity.NOTE if not clear else Severity.SEVERE if share >= 0.2 else Severity.WARNING,
            f"{len(suspects):,} of {len(labels):,} rows look like another class than their label says ({share:.1%})"
            + ("" if clear else "; or the columns cannot tell the classes apart"),
            (subject.target.name,),
            {"share": round(share, 4), **subject.listed(drawn[suspects])},
            hint="look at these rows and mend the labels that are wrong",
        )


def probabilities(subject: Subject, table: Table) -> Floats:
    """What two models say of rows that they have not seen, [rows, classes]."""
    from sklearn.linear_model import LogisticRegression

    columns = subject.having()
    wanted = foretelling.aim(table, subject.task)
    fold = foretelling.folds(len(table), subject.recipe.seed)
    events.step("inspecting", 0, 2, "labels")
    trees = foretelling.together(encoded.for_trees(table, columns), wanted, fold, subject.recipe.seed)
    events.step("inspecting", 1, 2, "labels")
    labels = wanted.argmax(axis=1)
    make = lambda: LogisticRegression(C=1.0, max_iter=200)  # noqa: E731
    lines = foretelling.crossed(encoded.for_lines(table, columns), labels, fold, make, wanted.shape[1])
    both = np.sqrt(np.maximum(trees, 1e-9) * np.maximum(lines, 1e-9))
    told: Floats = both / both.sum(axis=1, keepdims=True)
    return told
