"""Parts to something trained: encoders first, then the model, then what is wished of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from modelyard.core import deadline, events
from modelyard.core.blocks import Examples, HeldOut, join
from modelyard.core.decisions import Decision
from modelyard.core.featuring import Limited
from modelyard.core.finish import Finish
from modelyard.core.protocols import Informed, Model, Predictor
from modelyard.core.types import Floats, Kind, Parts, Schema, Table, Task
from modelyard.data import values
from modelyard.data.read import group_values, target_values, weight_values
from modelyard.features import fit as features
from modelyard.features.fit import Features, Making
from modelyard.train import decide, heed, thin

BARE = Finish()
UNTAUGHT = "answers are similarities with descriptions of the labels: no label was learnt from"


@dataclass(frozen=True)
class Trained:
    """Fitted encoders and a fitted model.

    `bare` is what the model's own fit gave, before it was finished to be the `predictor`; `notes` tell of the finish.
    `cut` says how many training texts of a column are longer than what its encoder reads.
    """

    schema: Schema
    task: Task
    features: Features
    predictor: Predictor
    bare: Predictor
    decision: Decision | None = None
    notes: tuple[str, ...] = ()
    cut: Mapping[str, int] = field(default_factory=dict)

    def __call__(self, table: Table) -> Floats:
        """Answers for a table's rows: [rows, outputs] float32."""
        return self.predictor(self.features.of_table(table))


def fit(
    model: Model,
    parts: Parts,
    task: Task,
    making: Making,
    seed: int,
    finish: Finish = BARE,
    more: Table | None = None,
) -> Trained:
    """Fit steps and encoders, as `making` says, on the training rows, then the model, and finish it.

    `more` are rows that the model alone learns from beside them.

    Raises:
        DataError, RecipeError: a column or a model cannot be fitted, or a class has a weight that is none.
    """
    schema, target = parts.train.schema, target_values(parts.train, task)
    factors = heed.factors(finish.class_weight, schema.target, target, weight_values(parts.train))
    fitted = features.fit(parts.train, target, making)
    grouped = finish.mitigation.grouped() if finish.mitigation is not None else ""
    train, valid = (_examples(part, fitted, task, grouped) for part in (parts.train, parts.valid))
    train = replace(train, inputs={**train.inputs, **features.crossed(parts.train, target, making, fitted)})
    rows = train if more is None else join(train, _examples(more, fitted, task, grouped))
    learnt = thin.thinned(rows, thin.most(model, rows), seed)
    if len(learnt) < len(rows):
        events.note(f"memory holds no more than {len(learnt)} of the {len(rows)} training rows: they are learnt from")
    watched = thin.watched(model, valid, seed)
    with deadline.within(finish.seconds):
        heeded = heed.weighed(learnt, factors), heed.weighed(watched, factors)
        if finish.mitigation is None:
            bare = model.fit(*heeded, task, seed=seed)
        else:
            bare = finish.mitigation.fit(model, *heeded, costs=finish.costs, seed=seed)
        trained = Trained(schema, task, fitted, bare, bare)
        if model.learns == "nothing":  # neither does anything after it
            return _decided(replace(trained, notes=(UNTAUGHT,)), None, finish)
        if task.classifies:
            trained = _meant(trained, valid, factors, finish, seed)
            trained = _fair(trained, _held_out(bare, valid, factors), (learnt, watched, valid), finish)
        else:
            trained = _spanned(trained, (train, valid), finish, seed)
    return _told(trained, parts.train)


def _told(trained: Trained, table: Table) -> Trained:
    """With what steps did, and a word on each column whose texts are longer than what is read of them."""
    cut, notes = dict[str, int](), list(trained.features.notes)
    for column in table.schema.features:
        if column.name not in trained.features.fitted:
            continue
        encoder = trained.features.fitted[column.name]
        if column.kind is Kind.TEXT and isinstance(encoder, Limited):
            cut[column.name] = count = encoder.cut(values.from_series(table.frame[column.name], column))
            if count:
                many = f"{count:,} of {len(table):,} texts of '{column.name}' are longer than {encoder.limit}"
                notes.append(f"{many}: only their beginnings are read")
    return replace(trained, notes=(*trained.notes, *notes), cut=cut)


def _spanned(trained: Trained, parts: tuple[Examples, Examples], finish: Finish, seed: int) -> Trained:
    """With an interval around each value, where one is wished."""
    if finish.intervals is None or finish.quantile_model is None:
        return trained
    from modelyard.train import interval  # onnx, where there is a graph to write

    rows = join(*parts)
    return replace(trained, predictor=interval.fit(trained.bare, rows, finish.intervals, finish.quantile_model, seed))


def _meant(trained: Trained, valid: Examples, factors: Floats | None, finish: Finish, seed: int) -> Trained:
    """With probabilities that mean what they say of rows as they come, and the threshold for them."""
    if finish.calibration == "none" and finish.aim is None:
        return _decided(trained, None, finish)
    from modelyard.train import calibrate  # scipy and scikit-learn, where there is something to fit

    held_out = _held_out(trained.bare, valid, factors)
    name, calibrator, crossed = calibrate.fit(held_out, finish.calibration, seed)
    if name != "none":
        predictor = calibrate.Calibrated(trained.bare, calibrator, valid.outputs)
        told = f"probabilities are calibrated on {len(crossed.target)} held-out rows: {name}"
        trained = replace(trained, predictor=predictor, notes=(told,))
    elif finish.calibration not in {"auto", "none"}:
        told = f"too few held-out rows for {finish.calibration}, {len(crossed.target)}: probabilities are the model's"
        trained = replace(trained, notes=(told,))
    return _decided(trained, crossed, finish)


def _fair(trained: Trained, held_out: HeldOut, rows: tuple[Examples, ...], finish: Finish) -> Trained:
    """With decisions by group, where a mitigation wishes them; `rows` are those learnt from, watched, and valid."""
    if finish.mitigation is None:
        return trained
    learnt, watched, valid = (part.named_groups for part in rows)
    groups = valid if held_out.places is None else np.concatenate([learnt, watched])[held_out.places]
    if trained.predictor is not trained.bare:
        from modelyard.train import calibrate

        held_out = calibrate.meant(trained.predictor, held_out)
    return replace(trained, decision=finish.mitigation.decision(held_out, groups, trained.decision))


def _decided(trained: Trained, held_out: HeldOut | None, finish: Finish) -> Trained:
    if finish.costs is not None:
        return replace(trained, decision=decide.by_costs(finish.costs))
    if finish.aim is not None and held_out is not None:
        return replace(trained, decision=decide.by_metric(held_out, finish.aim))
    return trained


def _held_out(predictor: Predictor, valid: Examples, factors: Floats | None) -> HeldOut:
    """Answers to rows that were not learnt from: the predictor's own, or else those to the valid rows."""
    if isinstance(predictor, Informed):
        return heed.unweighed(predictor.held_out, factors)
    return HeldOut(valid.target, predictor(valid.inputs), valid.weight)


def _examples(table: Table, fitted: Features, task: Task, grouped: str = "") -> Examples:
    classes = table.schema.target.levels if task.classifies else ()
    inputs, target = fitted.of_table(table), target_values(table, task)
    groups = group_values(table, grouped) if grouped else None
    return Examples(inputs, target, len(classes) or 1, weight_values(table), classes, groups)
