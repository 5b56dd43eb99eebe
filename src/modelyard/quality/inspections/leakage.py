"""A column that alone foretells the target too well."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core import events
from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality import codes as coded
from modelyard.quality import encoded, foretelling, remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Floats, Ints, Table
    from modelyard.quality.subject import Subject

FEWEST = 100  # rows by which it can be judged
MOST = 8  # columns that are compared with all others, as each takes a model


@part
class Leakage(Inspection):
    """Foretells the target nearly without a mistake on rows that it was not fitted to, and all others together do not.

    What a column leaves untold is compared with what all others leave: a column of a hundred that is five times as good
    as the rest of a table was most likely made of the target (Kaufman et al. 2012).
    """

    slow: ClassVar[bool] = True
    skill: float = Field(default=0.9, gt=0, le=1, description="2 AUC - 1, or R2 of ranks, from which it is looked at")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The best foreteller first."""
        table, _ = subject.modelled
        if len(table) < FEWEST:
            return
        wanted = foretelling.aim(table, subject.task)
        fold = foretelling.folds(len(table), subject.recipe.seed)
        told = self._alone(subject, table, wanted, fold)
        leaks: list[str] = []  # else two of them would hide each other
        best = sorted(told, key=lambda name: -told[name])
        weak = self._rest(subject, table, best, (wanted, fold)) if told else 0.0
        for name in best[:MOST]:
            alone = told[name]
            rest = self._rest(subject, table, [name, *leaks], (wanted, fold)) if len(told) > 1 else weak
            severity = judged(alone, rest, weak)
            leaks += [name] if severity is Severity.SEVERE else []
            if severity is not None:
                yield Finding(
                    "leakage",
                    severity,
                    f"foretells the target alone ({alone:.1%} of what could be told; all other columns: {rest:.1%})",
                    (name,),
                    {"alone": round(alone, 4), "others": round(rest, 4), "rows": len(table)},
                    remedies.ignore(name),
                    "is it known before the target is? If so, keep it, and be glad",
                )

    def _alone(self, subject: Subject, table: Table, wanted: Floats, fold: Ints) -> dict[str, float]:
        """The columns that foretell enough."""
        columns = subject.having(Kind.NUMBER, Kind.CATEGORY, Kind.BOOLEAN, Kind.TIME)
        found = {}
        for done, column in enumerate(columns):
            events.step("inspecting", done, len(columns), column.name)
            told = foretelling.alone(coded.of_column(table, column), wanted, fold)
            if told >= self.skill:
                found[column.name] = told
        return found

    def _rest(self, subject: Subject, table: Table, gone: list[str], aimed: tuple[Floats, Ints]) -> float:
        """What all columns but those that are `gone` foretell, without those that say the same as the first of them."""
        wanted, fold = aimed
        mine = coded.of_column(table, subject.schema[gone[0]])
        left = [column for column in subject.having() if column.name not in gone]
        others = [column for column in left if not _same(mine, coded.of_column(table, column))]
        if not others:
            return 0.0
        matrix = encoded.for_trees(table, others)
        return foretelling.skill(wanted, foretelling.together(matrix, wanted, fold % 3, subject.recipe.seed))


def judged(alone: float, rest: float, weak: float) -> Severity | None:
    """How bad a column is that foretells so much `alone`.

    The `rest` are all other columns but leaks that were found before; the `weak` are those that foretell little alone.
    Several leaks hide each other in the rest; several good columns, such as two sizes of one petal, shine beside the
    weak. So beside the weak only a column that leaves next to nothing untold is severe.
    """
    untold = 1 - alone
    beside_rest, beside_weak = (untold / max(1 - others, 1e-9) for others in (rest, weak))
    if untold <= 0.0005 or beside_rest <= 0.2 or (untold <= 0.02 and beside_weak <= 0.1):
        return Severity.SEVERE
    return Severity.WARNING if beside_rest <= 0.6 or beside_weak <= 0.2 else None


def _same(one: Ints, other: Ints) -> bool:
    """Whether each code of one goes with one of the other, in nearly all rows."""
    pairs, counts = np.unique(np.stack([one, other]), axis=1, return_counts=True)
    most = np.zeros(int(pairs[0].max()) + 2)
    np.maximum.at(most, pairs[0] + 1, counts)
    return bool(most.sum() >= 0.99 * len(one)) and len(np.unique(other)) > 1
