"""The recipe's model beside those that it is compared with: fitted on the same rows, measured, timed and priced."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from modelyard.core import energy, events
from modelyard.core.errors import Problems, RecipeError
from modelyard.core.registry import defaults_of, settings_of
from modelyard.core.worth import Alternative
from modelyard.evaluate import worth
from modelyard.evaluate.score import Measured
from modelyard.recipe.schema import OtherSpec
from modelyard.train import asked
from modelyard.train.fit import Trained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from modelyard.assemble import Plan
    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats, Json, Table

LONGEST = 24  # signs of a setting's value in a name


@dataclass(frozen=True)
class Fitted:
    """Something trained, with the seconds and the watt-hours that its fit took."""

    trained: Trained
    seconds: float
    energy: float


def fitted(plan: Plan, fit: Callable[[Plan], Trained]) -> Fitted:
    """Fit a plan's model and tell what that took."""
    began = time.perf_counter()
    with energy.metered(plan.prices.draw) as meter:
        trained = fit(plan)
    seconds = time.perf_counter() - began
    if plan.others:  # then its graph is asked and packed
        trained = replace(trained, predictor=asked.Once(trained.predictor))
    return Fitted(trained, seconds, meter.watt_hours())


def against(
    plan: Plan,
    chosen: Fitted,
    answers: Floats,
    test: Table,
    metrics: Mapping[str, Metric],
    fit: Callable[[Plan], Trained],
) -> tuple[Alternative, ...]:
    """The chosen model, whose `answers` to the test rows are [rows, outputs], and each that it is compared with.

    Nothing where nothing is compared. Whatever the chosen model is itself is not fitted twice.

    Raises:
        DataError, RecipeError: a model cannot be fitted to these columns.
    """
    plans = _plans(plan)
    if len(plans) < 2:
        return ()
    lines: list[Alternative] = []
    models: dict[str, worth.Judged] = {}
    for done, (name, other) in enumerate(plans.items()):
        events.step("comparing", done, len(plans), name)
        one = chosen if other is plan else fitted(other, fit)
        given = answers if other is plan else one.trained(test)
        measured = Measured(test, one.trained.task, given, decision=one.trained.decision)
        models[name] = worth.judged(measured, metrics, plan.recipe.seed)
        lines.append(_line(name, other, one, test, chosen=other is plan))
    events.step("comparing", len(plans), len(plans))
    over_chosen, over_best = worth.leads(models, next(iter(plans))), worth.leads(models, worth.best(models))
    return tuple(
        replace(
            line,
            figures=models[line.name].figures,
            over_chosen=over_chosen.get(line.name),
            over_best=over_best.get(line.name),
        )
        for line in lines
    )


def check(plan: Plan) -> None:
    """Each model that is compared has a name of its own.

    Raises:
        RecipeError: two have one.
    """
    _plans(plan)


def _line(name: str, plan: Plan, made: Fitted, test: Table, *, chosen: bool) -> Alternative:
    took = asked.asked(made.trained.features, made.trained.predictor, test)
    return Alternative(
        name=name,
        model=plan.recipe.model.name,
        settings=settings_of(plan.model),
        chosen=chosen,
        seconds=round(made.seconds, 3),
        energy=made.energy,
        latency=took.latency,
        core=took.core,
        size=took.size,
        cost=plan.prices.million(took.core / 1000),
        currency=plan.prices.currency,
    )


def _plans(plan: Plan) -> dict[str, Plan]:
    """By the names that they are shown by: the plan itself, then one for each other model."""
    others = [plan.instead(place) for place in range(len(plan.others))]
    kept = [plan, *(other for other in others if other.model != plan.model)]
    found: dict[str, Plan] = {}
    clash = Problems(RecipeError)
    for one in kept:
        name = _shown(one) or _name(one, [other for other in kept if not _shown(other)])
        if name in found:
            hint = "leave it out, or give it a name of its own: {name: ..., as: ...}"
            clash.add(f"'{name}' is compared twice", plan.recipe.place(one.where), hint)
        found[name] = one
    clash.raise_any()
    return found


def _shown(plan: Plan) -> str | None:
    return plan.recipe.model.shown if isinstance(plan.recipe.model, OtherSpec) else None


def _name(plan: Plan, kept: Iterable[Plan]) -> str:
    """A model's name with the settings that tell it from others of that name, or else that are not its usual ones."""
    settings = settings_of(plan.model)
    alike = [settings_of(one.model) for one in kept if type(one.model) is type(plan.model) and one is not plan]
    beside = alike or [defaults_of(type(plan.model))]
    told = [
        _told(key, value) for key, value in settings.items() if any(other.get(key, value) != value for other in beside)
    ]
    return f"{plan.recipe.model.name} ({', '.join(told)})" if told else plan.recipe.model.name


def _told(key: str, value: Json) -> str:
    """A setting in few letters: words stand for themselves, of a path the last part.

    >>> _told("tuning", "full"), _told("members", 4), _told("weights", "/srv/weights/my-bert")
    ('full', 'members 4', 'my-bert')
    """
    if isinstance(value, str):
        return PurePath(value).name[:LONGEST]
    return f"{key} {value}"[: len(key) + LONGEST]
