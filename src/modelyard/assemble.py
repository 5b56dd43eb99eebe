"""A recipe to every part built and checked: every error that a recipe can cause happens here, before a row is read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from modelyard.core.errors import ModelyardError, Problems, RecipeError, nearest
from modelyard.core.finish import Aim, Costs, Finish
from modelyard.core.protocols import Augment, Encoder, Gate, Metric, Model, Network, Search, Source
from modelyard.core.registry import Family, schema_of, settings_of
from modelyard.core.training import PACES, Training
from modelyard.core.types import Column, Form, Kind, Role, Task
from modelyard.economics.cost import Prices
from modelyard.features.fit import ENCODERS
from modelyard.recipe import fill, parse
from modelyard.recipe.schema import PartSpec, Recipe

if TYPE_CHECKING:
    from pathlib import Path

SOURCES: Family[Source] = Family("modelyard.data.sources", Source, "source")
Learner: TypeAlias = Model | Network | Search
MODELS: Family[Learner] = Family("modelyard.models", (Model, Network, Search), "name")
METRICS: Family[Metric] = Family("modelyard.evaluate.metrics", Metric, "name")
AUGMENTS: Family[Augment] = Family("modelyard.features.augments", Augment, "augment")
GATES: Family[Gate] = Family("modelyard.release.gates", Gate, "gate")
FAMILIES: tuple[Family[Any], ...] = (SOURCES, ENCODERS, AUGMENTS, MODELS, METRICS, GATES)

BASELINE = "linear"
INTERVAL_METRICS = ("coverage", "interval_width")
BOUNDS = "boosting"  # the model that learns where intervals begin and end
COST = "expected_cost"  # the metric that costs are measured by
DEFAULT_METRICS: Mapping[Task, tuple[str, ...]] = {
    Task.BINARY: ("roc_auc", "accuracy", "f1", "precision", "recall", "log_loss", "brier"),
    Task.MULTICLASS: ("accuracy", "f1", "log_loss", "roc_auc"),
    Task.REGRESSION: ("rmse", "mae", "r2"),
}


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
    augments: Mapping[str, Augment] = field(default_factory=dict)

    def metrics_for(self, task: Task) -> dict[str, Metric]:
        """What is measured: the recipe's metrics or the task's usual ones, and those that gates judge.

        Raises:
            RecipeError: a metric, the model or a gate is not for this task.
        """
        names = list(self.metrics) or self._usual(task)
        names += [metric for gate in self.gates for metric in gate.metrics() if metric not in names]
        chosen = {name: self.metrics.get(name) or metric_of(self.recipe, name) for name in names}
        found = Problems(RecipeError)
        _fits(self.recipe, task, self.model, chosen, found)
        _fits_others(self.recipe, task, self.others, found)
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
        )

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
            _reads(self.recipe, self.model, column.name, name, encoder, found)
        if self.augments and not any(column.kind is Kind.TEXT for column in columns):
            hint = "say columns: {NAME: {kind: text}}, or leave it out"
            found.add("changes texts, and no column is one", self.recipe.place("augment"), hint)
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

    def without_encoders(self) -> Plan:
        """The same plan with the usual encoders: what a baseline model reads."""
        return replace(self, encoders={})

    def filled(self) -> dict[str, Any]:
        """The recipe with every default in its place."""
        recipe = self.recipe
        data = {
            part: fill.part("source", spec.name, settings_of(self.sources[part]))
            for part in self.sources
            if (spec := getattr(recipe.data, part))
        }
        columns: dict[str, Any] = {}
        for name, given in recipe.columns.items():
            said = given.model_dump(mode="json", exclude_none=True, exclude={"encoder"})
            if given.encoder is not None:
                said["encoder"] = fill.part("name", given.encoder.name, settings_of(self.encoders[name]))
            columns[name] = said
        whole = {
            "version": recipe.version,
            "name": recipe.name,
            "data": data,
            "target": recipe.target,
            "positive": recipe.positive,
            "task": str(recipe.task) if recipe.task else None,
            "columns": columns,
            "split": recipe.split.model_dump(mode="json"),
            "hygiene": recipe.hygiene.model_dump(mode="json"),
            "augment": [fill.part("augment", name, settings_of(augment)) for name, augment in self.augments.items()],
            "model": fill.part("name", recipe.model.name, settings_of(self.model)),
            "training": asdict(self.training) if self.training else {},
            "compare": [
                fill.part("name", spec.name, {**({"as": spec.shown} if spec.shown else {}), **settings_of(other)})
                for spec, other in zip(recipe.compare, self.others, strict=True)
            ],
            "prices": recipe.prices.model_dump(),
            "class_weight": recipe.class_weight,
            "calibration": recipe.calibration,
            "target_transform": recipe.target_transform,
            "intervals": recipe.intervals,
            "costs": recipe.costs.model_dump() if recipe.costs else None,
            "decision": {"metric": fill.part("name", self.aim.name, settings_of(self.aim.metric))}
            if self.aim
            else None,
            "metrics": [fill.part("name", name, settings_of(metric)) for name, metric in self.metrics.items()],
            "gates": [
                fill.part("gate", spec.name, settings_of(gate))
                for spec, gate in zip(recipe.gates, self.gates, strict=True)
            ],
            "seed": recipe.seed,
        }
        return fill.with_raw(whole, recipe.raw)


def assemble(recipe: str | Path | Mapping[str, Any] | Recipe, overrides: Sequence[str] = ()) -> Plan:
    """Build every part that a recipe names.

    Raises:
        RecipeError: whatever is wrong with it, all at once, each with its file and line.
        MissingExtraError: a part needs a package that is not installed.
    """
    whole = parse.load(recipe, overrides)
    found = Problems(RecipeError)

    def build(family: Family[Any], spec: PartSpec, where: str) -> Any:  # noqa: ANN401 - each family's own part
        try:
            return family.build(spec.name, spec.settings, where)
        except RecipeError as error:
            told = [parse.masked(problem, whole.raw) for problem in error.problems]
            located = [replace(problem, where=whole.place(problem.where)) for problem in told]
            found.found.extend(located)
            return None

    parts = {part: spec for part in ("train", "valid", "test") if (spec := getattr(whole.data, part)) is not None}
    sources = {part: build(SOURCES, spec, f"data.{part}") for part, spec in parts.items()}
    model = build(MODELS, whole.model, "model")
    others = [build(MODELS, spec, f"compare.{place}") for place, spec in enumerate(whole.compare)]
    encoders = {
        name: build(ENCODERS, column.encoder, f"columns.{name}.encoder")
        for name, column in whole.columns.items()
        if column.encoder is not None
    }
    metrics = {
        spec.name: build(METRICS, _costed(whole, spec), f"metrics.{place}") for place, spec in enumerate(whole.metrics)
    }
    aim = None
    if whole.decision is not None:
        spec = _costed(whole, whole.decision.metric)
        aim = Aim(spec.name, build(METRICS, spec, "decision.metric"))
        _check_aim(whole, aim, found)
    _check_searches(whole, [model, *others], found)
    gates = [build(GATES, spec, f"gates.{place}") for place, spec in enumerate(whole.gates)]
    augments = {spec.name: build(AUGMENTS, spec, f"augment.{place}") for place, spec in enumerate(whole.augment)}
    _check_augments(whole, [model, *others], found)
    _check_twice(whole, found)
    _check_gates(whole, gates, found)
    _check_columns(whole, encoders, found)
    for name, encoder in encoders.items():
        spec = whole.columns[name].encoder
        if encoder is not None and model is not None and spec is not None:
            _reads(whole, model, name, spec.name, encoder, found)
    training = _training(whole, model, found)
    _check_untaught(whole, model, found)
    if whole.task is not None:
        judged = {name for gate in gates if gate is not None for name in gate.metrics()}
        _fits(whole, whole.task, model, [*metrics, *sorted(judged - set(metrics))], found)
        _fits_others(whole, whole.task, others, found)
    found.raise_any()
    return Plan(whole, sources, model, training, encoders, metrics, tuple(gates), aim, tuple(others), augments=augments)


def _of_quantile(share: float) -> Model:
    """What learns a bound of intervals, whatever the model is."""
    return cast("Model", MODELS.build(BOUNDS, {"loss": "quantile", "quantile": share}))


def metric_of(recipe: Recipe, name: str) -> Metric:
    """A metric with the settings that a recipe has for it, if any."""
    said = next((spec for spec in recipe.metrics if spec.name == name), PartSpec(name=name))
    return METRICS.build(name, _costed(recipe, said).settings)


def default_encoder(kind: Kind) -> str:
    """The encoder that a kind gets unasked."""
    for name in ENCODERS.names:
        if kind in ENCODERS.part(name).default_for:
            return name
    raise ModelyardError(f"no encoder is the default for the kind '{kind}'")


def encoders_for(kind: Kind) -> list[str]:
    """The encoders that read a kind."""
    return [name for name in ENCODERS.names if kind in ENCODERS.part(name).kinds]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of recipes, every part and its settings included, for editors."""
    schema = Recipe.model_json_schema(mode="validation")
    definitions = schema.setdefault("$defs", {})
    for family in FAMILIES:
        options: list[dict[str, Any]] = [{"enum": list(family.names)}]
        for name in family.names:
            try:
                settings = schema_of(family.part(name))
            except ModelyardError:  # its extra is not installed: the name alone
                options.append(
                    {"type": "object", "properties": {family.key: {"const": name}}, "required": [family.key]}
                )
                continue
            definitions |= settings.pop("$defs", {})
            settings["properties"] = {family.key: {"const": name}, **settings.get("properties", {})}
            settings["required"] = [family.key, *settings.get("required", [])]
            options.append(settings)
        definitions[f"{family.noun}"] = {"anyOf": options}
    properties = schema["properties"]
    properties["model"] = {"$ref": "#/$defs/model", "default": Recipe.model_fields["model"].default.name}
    named = {"type": "object", "properties": {"as": {"type": "string"}}, "required": ["name", "as"]}
    properties["compare"]["items"] = {"anyOf": [{"$ref": "#/$defs/model"}, named]}
    properties["metrics"]["items"] = {"$ref": "#/$defs/metric"}
    properties["augment"]["items"] = {"$ref": "#/$defs/augment"}
    properties["gates"]["items"] = {"$ref": "#/$defs/gate"}
    path_or_source: dict[str, Any] = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/source"}]}
    parts: dict[str, Any] = {"type": "object", "properties": dict.fromkeys(("train", "valid", "test"), path_or_source)}
    parts |= {"required": ["train"], "additionalProperties": False}
    properties["data"] = {"anyOf": [*path_or_source["anyOf"], parts]}
    definitions["ColumnSpec"]["properties"]["encoder"] = {"$ref": "#/$defs/encoder"}
    definitions["DecisionSpec"]["properties"]["metric"] = {"$ref": "#/$defs/metric"}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema


def _fits(recipe: Recipe, task: Task, model: Learner | None, metrics: Iterable[str], found: Problems) -> None:
    """The model and the metrics are for the task."""
    if model is not None and task not in model.tasks:
        hint = nearest("", [name for name in MODELS.names if task in MODELS.part(name).tasks])
        found.add(f"the model '{recipe.model.name}' does not do the task '{task}'", recipe.place("model"), hint)
    for name in metrics:
        if name in METRICS.names and task not in METRICS.part(name).tasks:
            hint = "such as " + ", ".join(DEFAULT_METRICS[task])
            found.add(f"the metric '{name}' is not for the task '{task}'", recipe.place("metrics"), hint)
    _fits_finish(recipe, task, found)


def _fits_others(recipe: Recipe, task: Task, others: Sequence[Learner | None], found: Problems) -> None:
    """The models that are compared are for the task."""
    for place, (spec, other) in enumerate(zip(recipe.compare, others, strict=True)):
        if other is not None and task not in other.tasks:
            hint = nearest("", [name for name in MODELS.names if task in MODELS.part(name).tasks])
            found.add(f"the model '{spec.name}' does not do the task '{task}'", recipe.place(f"compare.{place}"), hint)


def _fits_finish(recipe: Recipe, task: Task, found: Problems) -> None:
    """What is wished of probabilities and of decisions is for the task."""
    classes = {
        "class_weight": recipe.class_weight is not None,
        "calibration": recipe.calibration not in {"auto", "none"},
    }
    for key, wished in classes.items():
        if wished and not task.classifies:
            found.add(f"is for classes, and the task is '{task}'", recipe.place(key), "leave it out")
    numbers = {"target_transform": recipe.target_transform, "intervals": recipe.intervals}
    for key, said in numbers.items():
        if said is not None and task.classifies:
            found.add(f"is for numbers, and the task is '{task}'", recipe.place(key), "leave it out")
    for key, wish in {"costs": recipe.costs, "decision": recipe.decision}.items():
        if wish is not None and task is not Task.BINARY:
            found.add(f"is for two classes, and the task is '{task}'", recipe.place(key), "leave it out")


def _check_aim(recipe: Recipe, aim: Aim, found: Problems) -> None:
    """A threshold is chosen by one thing, and that changes with it."""
    if recipe.costs is not None:
        problem = "a threshold is chosen by costs or by a metric, not by both"
        found.add(problem, recipe.place("decision"), "keep costs, or decision")
    if aim.metric is not None and not aim.metric.decides:
        hint = "such as f1 or balanced_accuracy"
        found.add(f"'{aim.name}' is the same whatever the threshold", recipe.place("decision.metric"), hint)


def _costed(recipe: Recipe, spec: PartSpec) -> PartSpec:
    """A metric as the recipe names it; where nothing else is said of its costs, they are the recipe's."""
    if spec.name != COST or recipe.costs is None:
        return spec
    return PartSpec(name=spec.name, settings={**recipe.costs.model_dump(), **spec.settings})


def _reads(recipe: Recipe, model: Learner, column: str, name: str, encoder: Encoder, found: Problems) -> None:
    """The model reads what an encoder makes."""
    if encoder.makes not in model.reads:
        reading = [part for part in MODELS.names if encoder.makes in MODELS.part(part).reads]
        given = column in recipe.columns and recipe.columns[column].encoder is not None
        otherwise = "leave the encoder out" if given else f"say columns: {{{column}: {{role: ignore}}}}"
        hint = f"{otherwise}, or choose the model {' or '.join(reading)}"
        problem = f"the model '{recipe.model.name}' does not read the {encoder.makes} that '{name}' makes"
        found.add(problem, recipe.place(f"columns.{column}.encoder"), hint)


def _check_untaught(recipe: Recipe, model: Learner | None, found: Problems) -> None:
    """What learns from no label is not made to by what is wished beside."""
    if model is None or isinstance(model, Search) or model.learns != "nothing":
        return
    wishes = {
        "calibration": recipe.calibration not in {"auto", "none"},
        "decision": recipe.decision is not None,
        "class_weight": recipe.class_weight is not None,
    }
    for key, wished in wishes.items():
        if wished:
            problem = f"needs labels, and the model '{recipe.model.name}' learns from none"
            found.add(problem, recipe.place(key), "leave it out, or choose another model, such as setfit")


def _check_searches(recipe: Recipe, models: Sequence[Learner | None], found: Problems) -> None:
    """The recipe's model first, then those that it is compared with."""
    for key, model in zip(["model", *(f"compare.{place}" for place in range(len(models)))], models, strict=False):
        if isinstance(model, Search):
            _check_search(recipe, model, found, key)


def _check_search(recipe: Recipe, search: Search, found: Problems, key: str) -> None:
    """Each model that is tried is there and can be searched."""
    for place, name in enumerate(search.effort().models):
        where = recipe.place(f"{key}.models.{place}")
        try:
            part = MODELS.build(name, {}, where)
        except RecipeError as error:
            found.absorb(error)
            continue
        if isinstance(part, Search) or not part.variants():
            found.add(f"the model '{name}' cannot be tried by a search", where, "leave it out")


def _check_twice(recipe: Recipe, found: Problems) -> None:
    """A metric or an augment is known by its name, and so is there once."""
    for key, specs in {"metric": recipe.metrics, "augment": recipe.augment}.items():
        for name, count in Counter(spec.name for spec in specs).items():
            if count > 1:
                place = recipe.place("metrics" if key == "metric" else key)
                found.add(f"the {key} '{name}' is named {count} times", place, "keep one of them")


def _check_augments(recipe: Recipe, models: Sequence[Learner | None], found: Problems) -> None:
    """A search cross-validates, and would find changed copies of what it learnt from among what it is judged by."""
    names = [spec.name for spec in (recipe.model, *recipe.compare)]
    for name, model in zip(names, models, strict=True):
        if recipe.augment and isinstance(model, Search):
            hint = "name the model that is to learn from changed texts, such as linear or pretrained"
            found.add(f"is not for '{name}', which searches among models", recipe.place("augment"), hint)


def _check_gates(recipe: Recipe, gates: Sequence[Gate | None], found: Problems) -> None:
    for place, gate in enumerate(gates):
        for metric in gate.metrics() if gate is not None else ():
            if metric not in METRICS.names:
                where = recipe.place(f"gates.{place}.metric")
                found.add(f"no metric called '{metric}'", where, nearest(metric, METRICS.names))
        for part in gate.slices() if gate is not None else ():
            sliced = [name for name, column in recipe.columns.items() if column.role is Role.SLICE]
            if not any(part.startswith(f"{name} ") for name in sliced):
                hint = nearest(part.partition(" ")[0], sliced) or "say columns: {NAME: {role: slice}}"
                found.add(f"'{part}' is on no column with the role slice", recipe.place(f"gates.{place}.slice"), hint)


def _check_columns(recipe: Recipe, encoders: Mapping[str, Encoder | None], found: Problems) -> None:
    """What the recipe says of a column fits together, as far as that is known without a row."""
    for name, encoder in encoders.items():
        kind = recipe.columns[name].kind
        if encoder is not None and kind is not None and kind not in encoder.kinds:
            hint = "known: " + ", ".join(encoders_for(kind))
            spec = recipe.columns[name].encoder
            found.add(
                f"the encoder '{spec.name if spec else ''}' does not read the kind '{kind}'",
                recipe.place(f"columns.{name}.encoder"),
                hint,
            )
    given = recipe.columns.get(recipe.target)
    if given is not None and given.role not in {None, "target"}:
        found.add(
            f"the target has the role '{given.role}'", recipe.place(f"columns.{recipe.target}.role"), "leave it out"
        )
    others = [name for name, c in recipe.columns.items() if c.role == "target" and name != recipe.target]
    for name in others:
        found.add(
            "has the role 'target', which is another column's", recipe.place(f"columns.{name}.role"), f"target: {name}"
        )
    weights = [name for name, column in recipe.columns.items() if column.role == "weight"]
    for name in weights[1:]:
        found.add("is a second weight", recipe.place(f"columns.{name}.role"), f"keep it, or '{weights[0]}'")


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
