"""A recipe to every part built and checked: every error that a recipe can cause happens here, before a row is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from modelyard import coherence
from modelyard.core.errors import Problems, RecipeError, nearest
from modelyard.core.featuring import Augmenter, Cleaner, Encoder, Step
from modelyard.core.finish import Aim, Costs, Finish
from modelyard.core.protocols import Gate, Metric, Mitigation, Model, Network, Perturbation, Search
from modelyard.core.sources import Source
from modelyard.core.training import PACES, Training
from modelyard.core.types import Column, Schema, Task
from modelyard.data import joining
from modelyard.data.cleaning import CLEANERS
from modelyard.economics.cost import Prices
from modelyard.families import (
    AUGMENTS,
    BOUNDS,
    COST,
    DEFAULT_METRICS,
    GATES,
    INTERVAL_METRICS,
    METRICS,
    MITIGATIONS,
    MODELS,
    PERTURBATIONS,
    RATES,
    SOURCES,
    Learner,
    default_encoder,
    encoders_for,
)
from modelyard.features.fit import ENCODERS, STEPS, Making
from modelyard.quality.expectation import EXPECTATIONS, Expectation
from modelyard.quality.inspection import INSPECTIONS, Inspection
from modelyard.recipe import parse
from modelyard.recipe.schema import PartSpec, Recipe

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Form
    from modelyard.core.registry import Family


@dataclass(frozen=True)
class Plan:
    """A recipe with every part it names."""

    recipe: Recipe
    sources: Mapping[str, Source]
    model: Learner
    training: Training | None  # for a network
    encoders: Mapping[str, Encoder]  # for columns whose encoder the recipe names
    metrics: Mapping[str, Metric]
    gates: tuple[Gate, ...]
    aim: Aim | None = None
    others: tuple[Learner, ...] = ()  # what the recipe compares its model with
    where: str = "model"  # the key that named the model
    augments: Mapping[str, Augmenter] = field(default_factory=dict)
    perturbations: Mapping[str, Perturbation] = field(default_factory=dict)
    mitigation: Mitigation | None = None
    cleaners: Mapping[str, Sequence[Cleaner]] = field(default_factory=dict)  # of columns that are to be mended
    steps: tuple[Step, ...] = ()
    expectations: tuple[Expectation, ...] = ()  # what the rows must keep
    inspections: Mapping[str, Inspection | None] = field(default_factory=dict)  # named; None: off

    def metrics_for(self, task: Task) -> dict[str, Metric]:
        """What is measured: the recipe's metrics or the task's usual ones, those that gates judge, and rates of slices.

        Raises:
            RecipeError: a metric, the model or a gate is not for this task.
        """
        names = list(self.metrics) or self._usual(task)
        rates = RATES if task is Task.BINARY and coherence.sliced(self.recipe) else ()
        judged = [metric for gate in self.gates for metric in gate.metrics()]
        names = list(dict.fromkeys([*names, *judged, *rates]))
        chosen = {name: self.metrics.get(name) or metric_of(self.recipe, name) for name in names}
        found = Problems(RecipeError)
        coherence.fits(self.recipe, task, self.model, chosen, found)
        coherence.fits_others(self.recipe, task, self.others, found)
        found.raise_any()
        return chosen

    def _usual(self, task: Task) -> list[str]:
        """The task's metrics, and those of what the recipe wishes beside: what mistakes cost, what intervals hold."""
        told = self.recipe.costs is not None and task is Task.BINARY
        ranged = self.recipe.intervals is not None
        return [*DEFAULT_METRICS[task], *([COST] if told else []), *(INTERVAL_METRICS if ranged else ())]

    @property
    def prices(self) -> Prices:
        """What work is reckoned by."""
        return Prices(**self.recipe.prices.model_dump())

    def instead(self, place: int) -> Plan:
        """The same plan with the model that stands at a place of `compare`, trained as it usually is.

        The recipe's encoders stay for columns where the model reads what they make.
        """
        model, spec = self.others[place], self.recipe.compare[place]
        recipe = self.recipe.model_copy(update={"model": spec, "compare": ()})
        kept = {column: encoder for column, encoder in self.encoders.items() if encoder.makes in model.reads}
        columns = {
            name: column if name in kept else column.model_copy(update={"encoder": None})
            for name, column in recipe.columns.items()
        }
        recipe = recipe.model_copy(update={"columns": columns})
        training = model.training() if isinstance(model, Network) and model.learns != "nothing" else None
        return replace(
            self, recipe=recipe, model=model, training=training, encoders=kept, others=(), where=f"compare.{place}"
        )

    @property
    def finish(self) -> Finish:
        """What the recipe wishes of the model beside its fit."""
        costs = self.recipe.costs
        return Finish(
            calibration=self.recipe.calibration,
            class_weight=self.recipe.class_weight,
            costs=Costs(costs.false_negative, costs.false_positive) if costs else None,
            aim=self.aim,
            intervals=self.recipe.intervals,
            quantile_model=_of_quantile,
            seconds=self.model.effort().seconds if isinstance(self.model, Search) else math.inf,
            mitigation=self.mitigation,
        )

    def making(self, model: Learner) -> Making:
        """How columns become what a model reads."""
        steps = [(spec.name, step) for spec, step in zip(self.recipe.prepare, self.steps, strict=False)]
        return Making(self.chooser(model), steps, self.recipe.seed)

    def chooser(self, model: Learner) -> Callable[[Column], tuple[str, Encoder]]:
        """For each column the recipe's encoder, else the one that `model` wants, else its kind's usual one."""
        wanted = model.encoders()

        def choose(column: Column) -> tuple[str, Encoder]:
            place = self.recipe.place(f"columns.{column.name}")
            if column.name in self.encoders:
                spec = self.recipe.columns[column.name].encoder
                name, encoder = spec.name if spec else "", self.encoders[column.name]
            elif column.kind in wanted:
                settings = dict(wanted[column.kind])
                name = str(settings.pop("name"))
                encoder = ENCODERS.build(name, settings, place)
            else:
                name = default_encoder(column.kind)
                encoder = ENCODERS.build(name, {}, place)
            if column.kind not in encoder.kinds:
                hint = f"it reads {', '.join(sorted(encoder.kinds))}; " + nearest("", encoders_for(column.kind))
                raise RecipeError(f"the encoder '{name}' does not read the kind '{column.kind}'", place, hint)
            return name, encoder

        return choose

    def check_columns(self, columns: Sequence[Column]) -> None:
        """Every feature column has an encoder that reads it, and the model reads what they make.

        Raises:
            RecipeError: for each that has not.
        """
        found, choose = Problems(RecipeError), self.chooser(self.model)
        made: set[Form] = set()
        for column in columns:
            try:
                name, encoder = choose(column)
            except RecipeError as error:
                found.absorb(error)
                continue
            made.add(encoder.makes)
            if self.recipe.intervals is not None and encoder.makes not in MODELS.part(BOUNDS).reads:
                hint = "leave the intervals out, or let the column be read by another encoder, such as ngrams"
                problem = f"intervals are learnt by {BOUNDS}, which does not read the {encoder.makes} of {column.name}"
                found.add(problem, self.recipe.place("intervals"), hint)
            coherence.reads(self.recipe, self.model, column.name, name, encoder, found)
        coherence.check_augmented(self.recipe, self.augments, columns, found)
        for form in sorted(self.model.needs - made):
            hint = "say columns: {NAME: {kind: text}}, or choose another model"
            problem = f"'{self.recipe.model.name}' reads {form}, and no column is read as such"
            found.add(problem, self.recipe.place(self.where), hint)
        for place in range(len(self.others)):
            try:
                self.instead(place).check_columns(columns)
            except RecipeError as error:
                found.absorb(error)
        found.raise_any()

    def check_groups(self, schema: Schema) -> None:
        """The column that is mitigated has groups as it is.

        Raises:
            RecipeError: it holds numbers, times or texts.
        """
        found = Problems(RecipeError)
        if self.mitigation is not None:
            column = schema[self.mitigation.grouped()]
            coherence.check_grouped(self.recipe, column.name, column.kind, found)
        found.raise_any()

    def unmitigated(self) -> Plan:
        """The same plan without its mitigation."""
        return replace(self, mitigation=None)

    def without_encoders(self) -> Plan:
        """The same plan with the usual encoders and no steps: what a baseline model reads."""
        return replace(self, encoders={}, steps=())


def assemble(recipe: str | Path | Mapping[str, Any] | Recipe, overrides: Sequence[str] = ()) -> Plan:
    """Build every part that a recipe names.

    Raises:
        RecipeError: whatever is wrong with it, all at once, each with its file and line.
        MissingExtraError: a part needs a package that is not installed.
    """
    whole = parse.load(recipe, overrides)
    found = Problems(RecipeError)
    build = _Builder(whole, found)
    parts = {part: spec for part in ("train", "valid", "test") if (spec := getattr(whole.data, part)) is not None}
    joins = [build(SOURCES, one.data, f"data.join.{place}.data") for place, one in enumerate(whole.data.join)]
    model = build(MODELS, whole.model, "model")
    mitigated = whole.mitigation
    plan = Plan(
        recipe=whole,
        sources={
            part: joining.over(build(SOURCES, spec, f"data.{part}"), joins, whole.data.join)
            for part, spec in parts.items()
        },
        model=model,
        training=_training(whole, model, found),
        encoders=_encoders(whole, build),
        metrics=build.named(METRICS, [_costed(whole, spec) for spec in whole.metrics], "metrics"),
        gates=tuple(build.listed(GATES, whole.gates, "gates")),
        aim=_aim(whole, build),
        others=tuple(build.listed(MODELS, whole.compare, "compare")),
        augments=build.named(AUGMENTS, whole.augment, "augment"),
        perturbations=build.named(PERTURBATIONS, _perturbations(whole), "evidence.robustness"),
        mitigation=None if mitigated is None else build(MITIGATIONS, mitigated, "mitigation"),
        cleaners={
            name: build.listed(CLEANERS, column.clean, f"columns.{name}.clean")
            for name, column in whole.columns.items()
            if column.clean
        },
        steps=tuple(build.listed(STEPS, whole.prepare, "prepare")),
        expectations=tuple(build.listed(EXPECTATIONS, whole.checks, "checks")),
        inspections={name: _inspection(build, name, said) for name, said in whole.inspect.items()},
    )
    _check(plan, found)
    found.raise_any()
    return plan


@dataclass(frozen=True)
class _Builder:
    """Builds the parts that a recipe names; what does not fit is `found`, with its place, and the part is None."""

    recipe: Recipe
    found: Problems

    def __call__(self, family: Family[Any], spec: PartSpec, where: str) -> Any:  # noqa: ANN401 - each family's own part
        try:
            return family.build(spec.name, spec.settings, where)
        except RecipeError as error:
            told = [parse.masked(problem, self.recipe.raw) for problem in error.problems]
            self.found.found.extend(replace(problem, where=self.recipe.place(problem.where)) for problem in told)
            return None

    def listed(self, family: Family[Any], specs: Sequence[PartSpec], where: str) -> list[Any]:
        """The parts of a list."""
        return [self(family, spec, f"{where}.{place}") for place, spec in enumerate(specs)]

    def named(self, family: Family[Any], specs: Sequence[PartSpec], where: str) -> dict[str, Any]:
        """The parts of a list by their names."""
        return {spec.name: self(family, spec, f"{where}.{place}") for place, spec in enumerate(specs)}


def _encoders(recipe: Recipe, build: _Builder) -> dict[str, Any]:
    """Those of columns whose encoder the recipe names."""
    named = {name: column.encoder for name, column in recipe.columns.items() if column.encoder is not None}
    return {name: build(ENCODERS, spec, f"columns.{name}.encoder") for name, spec in named.items()}


def _aim(recipe: Recipe, build: _Builder) -> Aim | None:
    """What decisions are to be best by."""
    if recipe.decision is None:
        return None
    spec = _costed(recipe, recipe.decision.metric)
    return Aim(spec.name, build(METRICS, spec, "decision.metric"))


def _check(plan: Plan, found: Problems) -> None:
    """What is built fits together; a part that could not be built is None, and was told."""
    recipe, model, gates = plan.recipe, plan.model, plan.gates
    models = [model, *plan.others]
    if plan.aim is not None:
        coherence.check_aim(recipe, plan.aim, found)
    coherence.check_searches(recipe, models, found)
    coherence.check_protect(recipe, found)
    coherence.check_augments(recipe, models, found)
    coherence.check_mitigation(recipe, plan.mitigation, models, found)
    coherence.check_secrets(recipe, found)
    coherence.check_twice(recipe, found)
    coherence.check_gates(recipe, gates, found)
    coherence.check_needs(recipe, gates, plan.perturbations, found)
    coherence.check_grid(recipe, found)
    coherence.check_columns(recipe, plan.encoders, found)
    coherence.check_split(recipe, found)
    coherence.check_untaught(recipe, model, found)
    _check_encoders(plan, found)
    if recipe.task is not None:
        judged = {name for gate in gates if isinstance(gate, Gate) for name in gate.metrics()}
        coherence.fits(recipe, recipe.task, model, [*plan.metrics, *sorted(judged - set(plan.metrics))], found)
        coherence.fits_others(recipe, recipe.task, plan.others, found)


def _check_encoders(plan: Plan, found: Problems) -> None:
    """The model reads what the encoders make that the recipe names."""
    for name, encoder in plan.encoders.items():
        spec = plan.recipe.columns[name].encoder
        if isinstance(encoder, Encoder) and isinstance(plan.model, (Model, Network, Search)) and spec is not None:
            coherence.reads(plan.recipe, plan.model, name, spec.name, encoder, found)


def _inspection(build: Callable[..., Any], name: str, said: object) -> Inspection | None:
    """An inspection with the settings that a recipe gives it; None where it is switched off."""
    settings = dict(said) if isinstance(said, Mapping) else {}
    built: Inspection | None = build(INSPECTIONS, PartSpec(name=name, settings=settings), f"inspect.{name}")
    return None if said is False else built


def _perturbations(recipe: Recipe) -> Sequence[PartSpec]:
    """Those that the recipe names; all of them where it says no more than that there are any."""
    said = recipe.evidence.robustness
    if isinstance(said, bool):
        return [PartSpec(name=name) for name in PERTURBATIONS.names] if said else []
    return said


def _of_quantile(share: float) -> Model:
    """What learns a bound of intervals, whatever the model is."""
    return cast("Model", MODELS.build(BOUNDS, {"loss": "quantile", "quantile": share}))


def metric_of(recipe: Recipe, name: str) -> Metric:
    """A metric with the settings that a recipe has for it, if any."""
    said = next((spec for spec in recipe.metrics if spec.name == name), PartSpec(name=name))
    return METRICS.build(name, _costed(recipe, said).settings)


def _costed(recipe: Recipe, spec: PartSpec) -> PartSpec:
    """A metric as the recipe names it; where nothing else is said of its costs, they are the recipe's."""
    if spec.name != COST or recipe.costs is None:
        return spec
    return PartSpec(name=spec.name, settings={**recipe.costs.model_dump(), **spec.settings})


def _training(recipe: Recipe, model: Learner | None, found: Problems) -> Training | None:
    said = recipe.training.model_dump(exclude_none=True)
    if isinstance(model, Network) and model.learns != "nothing":
        usual = model.training()
        if "regularisation" in said:
            said["regularisation"] = replace(usual.regularisation, **said["regularisation"])
        settled: Training = replace(usual, **said)
        if "learning_rate" in said:
            return settled
        return replace(settled, learning_rate=usual.learning_rate * PACES[settled.optimizer] / PACES[usual.optimizer])
    if said and model is not None:
        problem = f"the model '{recipe.model.name}' is not trained by epochs, so it takes no training"
        found.add(problem, recipe.place("training"), "leave it out, or choose a network such as mlp")
    return None
