"""A plan written back as a recipe: every default in its place, secrets as they were written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from modelyard.core.registry import settings_of
from modelyard.data import joining
from modelyard.recipe import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from modelyard.assemble import Plan
    from modelyard.recipe.schema import PartSpec


def filled(plan: Plan) -> dict[str, Any]:
    """The recipe with every default in its place."""
    recipe = plan.recipe
    whole = {
        "version": recipe.version,
        "name": recipe.name,
        "data": _data(plan),
        "target": recipe.target,
        "positive": recipe.positive,
        "task": str(recipe.task) if recipe.task else None,
        "columns": _columns(plan),
        "checks": _each("check", recipe.checks, plan.expectations),
        "split": recipe.split.filled(),
        "hygiene": recipe.hygiene.model_dump(mode="json"),
        "protect": fill.protect(recipe.protect),
        "inspect": {name: settings_of(one) if one else False for name, one in plan.inspections.items()},
        "prepare": _each("step", recipe.prepare, plan.steps),
        "augment": _named("augment", plan.augments),
        "model": fill.part("name", recipe.model.name, settings_of(plan.model)),
        "training": asdict(plan.training) if plan.training else {},
        "compare": _others(plan),
        "prices": recipe.prices.model_dump(),
        "class_weight": recipe.class_weight,
        "calibration": recipe.calibration,
        "target_transform": recipe.target_transform,
        "intervals": recipe.intervals,
        "costs": recipe.costs.model_dump() if recipe.costs else None,
        "decision": _decision(plan),
        "mitigation": _mitigation(plan),
        "metrics": _named("name", plan.metrics),
        "evidence": {
            **recipe.evidence.model_dump(mode="json", exclude={"robustness"}),
            "robustness": _named("perturbation", plan.perturbations),
        },
        "gates": _each("gate", recipe.gates, plan.gates),
        "risks": [risk.model_dump() for risk in recipe.risks],
        "card": recipe.card.model_dump(mode="json"),
        "language": recipe.language,
        "keep": recipe.keep,
        "seed": recipe.seed,
    }
    return fill.with_raw(whole, recipe.raw)


def _each(key: str, specs: Iterable[PartSpec], parts: Sequence[object]) -> list[dict[str, Any]]:
    """Parts in the order in which the recipe names them, a name as often as it likes."""
    return [fill.part(key, spec.name, settings_of(part)) for spec, part in zip(specs, parts, strict=True)]


def _named(key: str, parts: Mapping[str, object]) -> list[dict[str, Any]]:
    """Parts that are named once each."""
    return [fill.part(key, name, settings_of(part)) for name, part in parts.items()]


def _data(plan: Plan) -> dict[str, Any]:
    data, sources = plan.recipe.data, plan.sources
    told: dict[str, Any] = {
        part: fill.part("source", spec.name, settings_of(joining.bare(sources[part])))
        for part in sources
        if (spec := getattr(data, part))
    }
    if data.join:
        told["join"] = [
            {"data": fill.part("source", spec.data.name, settings_of(join.source)), **join.how.told()}
            for spec, join in zip(data.join, joining.joins(sources["train"]), strict=True)
        ]
    return told


def _columns(plan: Plan) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, given in plan.recipe.columns.items():
        told = given.model_dump(mode="json", exclude_none=True, exclude={"encoder", "clean"})
        if given.clean:
            told["clean"] = _each("clean", given.clean, plan.cleaners[name])
        if given.encoder is not None:
            told["encoder"] = fill.part("name", given.encoder.name, settings_of(plan.encoders[name]))
        columns[name] = told
    return columns


def _others(plan: Plan) -> list[dict[str, Any]]:
    return [
        fill.part("name", spec.name, {**({"as": spec.shown} if spec.shown else {}), **settings_of(other)})
        for spec, other in zip(plan.recipe.compare, plan.others, strict=True)
    ]


def _decision(plan: Plan) -> dict[str, Any] | None:
    if plan.aim is None:
        return None
    return {"metric": fill.part("name", plan.aim.name, settings_of(plan.aim.metric))}


def _mitigation(plan: Plan) -> dict[str, Any] | None:
    if plan.recipe.mitigation is None:
        return None
    return fill.part("mitigation", plan.recipe.mitigation.name, settings_of(plan.mitigation))
