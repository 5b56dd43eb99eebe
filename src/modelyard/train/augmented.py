"""Training rows with changed texts beside them, kept only where they help on the validation rows.

A model is fitted twice, with and without; all else is the same. A difference of less than two standard errors of the
rows' paired differences is noise, and then the plain model stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelyard.core import events
from modelyard.core.seeds import generator
from modelyard.core.types import Floats, Kind, Parts, Table
from modelyard.data import values
from modelyard.data.read import target_values, weight_values
from modelyard.train import objective

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.core.protocols import Augment
    from modelyard.train.fit import Trained

ERRORS = 2.0  # standard errors from which a difference is more than noise


def fit(fitted: Callable[[Table | None], Trained], parts: Parts, augments: Mapping[str, Augment], seed: int) -> Trained:
    """What `fitted` gives without more rows, or with the augmented ones where those make it better; noted which."""
    plain = fitted(None)
    if not augments:
        return plain
    more = rows(parts.train, augments, seed)
    helped = fitted(more)
    before, after = losses(plain, parts.valid), losses(helped, parts.valid)
    weight = weight_values(parts.valid)
    gain, error = _paired(before - after, np.ones(len(before)) if weight is None else weight)
    better = gain > ERRORS * error
    what = f"{len(more):,} augmented rows ({', '.join(augments)})"
    scale = f"{np.average(after, weights=weight):.4f} with them and {np.average(before, weights=weight):.4f} without"
    if better:
        verdict = "they are learnt from"
    elif gain < -ERRORS * error:
        verdict = "they hurt and are left out"
    else:
        verdict = f"within noise (the difference has a standard error of {error:.4f}), so they are left out"
    told = f"{what}: the loss on {len(before):,} validation rows is {scale}: {verdict}"
    events.note(told)
    kept = helped if better else plain
    return replace(kept, notes=(*kept.notes, told))


def rows(table: Table, augments: Mapping[str, Augment], seed: int) -> Table:
    """The rows again with their texts changed, as often as each augment makes copies; all else is as it was."""
    texts = [column for column in table.schema.features if column.kind is Kind.TEXT]
    made = []
    for done, (name, augment) in enumerate(augments.items()):
        events.step("augmenting", done, len(augments), name)
        changed = {
            column.name: augment(
                values.from_series(table.frame[column.name], column), generator(seed, "augment", name, column.name)
            )
            for column in texts
        }
        copies = len(next(iter(changed.values()))) // max(len(table), 1)
        series = [pl.Series(column, told.tolist(), dtype=pl.String) for column, told in changed.items()]
        made.append(pl.concat([table.frame] * copies).with_columns(series))
    events.step("augmenting", len(augments), len(augments))
    return Table(pl.concat(made), table.schema)


def losses(trained: Trained, table: Table) -> Floats:
    """What the bare model loses on each row, [rows]: -ln of the true class's probability, or the squared error."""
    answers, truth = trained.bare(trained.features.of_table(table)), target_values(table, trained.task)
    if trained.task.classifies:
        return objective.log_losses(truth, answers)
    return objective.losses(truth, answers, "squared")


def _paired(difference: Floats, weight: Floats) -> tuple[float, float]:
    """The weighted mean of differences [rows], and its standard error."""
    share = weight / weight.sum()
    mean = float((share * difference).sum())
    return mean, float(np.sqrt((share**2 * (difference - mean) ** 2).sum()))
