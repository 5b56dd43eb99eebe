"""Training rows with augmented ones beside them, kept only where they help on the validation rows.

A model is fitted twice, with and without; all else is the same. A difference of less than two standard errors of the
rows' paired differences is noise, and then the plain model stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events
from modelyard.data.read import target_values, weight_values
from modelyard.train import augmenting, objective

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.core.featuring import Augmenter
    from modelyard.core.types import Floats, Parts, Table
    from modelyard.train.fit import Trained

ERRORS = 2.0  # standard errors from which a difference is more than noise


def fit(
    fitted: Callable[[Table | None], Trained], parts: Parts, augments: Mapping[str, Augmenter], seed: int
) -> Trained:
    """What `fitted` gives without more rows, or with the augmented ones where those make it better; noted which."""
    plain = fitted(None)
    if not augments:
        return plain
    more, notes = augmenting.rows(parts.train, plain.task, augments, seed)
    for note in notes:
        events.note(note)
    plain = replace(plain, notes=(*plain.notes, *notes))
    if len(more) == 0:
        return plain
    helped = fitted(more)
    helped = replace(helped, notes=(*helped.notes, *notes))
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
