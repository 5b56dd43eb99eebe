"""What a recipe says fits together, as far as that is known without a row."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from modelyard.core import groups
from modelyard.core.errors import RecipeError, nearest
from modelyard.core.evidence import ODDS
from modelyard.core.featuring import RowAugment
from modelyard.core.protocols import Search
from modelyard.core.types import Kind, Role, Task
from modelyard.data.cleaning import CLEANERS, check_ready
from modelyard.data.personal.detector import SORTS
from modelyard.data.protection import KEYED
from modelyard.economics import carbon
from modelyard.families import AUGMENTS, DEFAULT_METRICS, METRICS, MODELS, Learner, encoders_for
from modelyard.recipe.schema import PartSpec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from modelyard.core.errors import Problems
    from modelyard.core.featuring import Augmenter, Encoder
    from modelyard.core.finish import Aim
    from modelyard.core.protocols import Gate, Mitigation
    from modelyard.core.types import Column
    from modelyard.recipe.schema import Recipe


# A name's password in a URL, or one among its options; what the environment gives, without a default, is none.
PASSWORD = re.compile(r"://(?:\$\{[^}]*\}|[^/?#@:$])*:([^@]*)@|[?&](?:ssl)?password=([^&]*)")
ENVIRONMENT = re.compile(r"\$\{\w+\}")
MANY = {
    Kind.NUMBER: "numbers",
    Kind.CATEGORY: "categories",
    Kind.BOOLEAN: "truth values",
    Kind.TEXT: "texts",
    Kind.IMAGE: "pictures",
    Kind.TIME: "times",
    Kind.IDENTIFIER: "identifiers",
}
COMPARING = frozenset({"not_worse", "robust"})  # gates that judge which of two figures is better


def fits(recipe: Recipe, task: Task, model: Learner | None, metrics: Iterable[str], found: Problems) -> None:
    """The model and the metrics are for the task."""
    if model is not None and task not in model.tasks:
        hint = nearest("", [name for name in MODELS.names if task in MODELS.part(name).tasks])
        found.add(f"the model '{recipe.model.name}' does not do the task '{task}'", recipe.place("model"), hint)
    for name in metrics:
        if name in METRICS.names and task not in METRICS.part(name).tasks:
            hint = "such as " + ", ".join(DEFAULT_METRICS[task])
            found.add(f"the metric '{name}' is not for the task '{task}'", recipe.place("metrics"), hint)
    for place, spec in enumerate(recipe.augment):
        tasks = (
            getattr(AUGMENTS.part(spec.name), "tasks", frozenset(Task)) if spec.name in AUGMENTS.names else set(Task)
        )
        if task not in tasks:
            found.add(f"'{spec.name}' is not for the task '{task}'", recipe.place(f"augment.{place}"), "leave it out")
    _fits_finish(recipe, task, found)


def fits_others(recipe: Recipe, task: Task, others: Sequence[Learner | None], found: Problems) -> None:
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
    for key, wish in {"costs": recipe.costs, "decision": recipe.decision, "mitigation": recipe.mitigation}.items():
        if wish is not None and task is not Task.BINARY:
            found.add(f"is for two classes, and the task is '{task}'", recipe.place(key), "leave it out")


def check_aim(recipe: Recipe, aim: Aim, found: Problems) -> None:
    """A threshold is chosen by one thing, and that changes with it."""
    if recipe.costs is not None:
        problem = "a threshold is chosen by costs or by a metric, not by both"
        found.add(problem, recipe.place("decision"), "keep costs, or decision")
    if aim.metric is not None and not aim.metric.decides:
        hint = "such as f1 or balanced_accuracy"
        found.add(f"'{aim.name}' is the same whatever the threshold", recipe.place("decision.metric"), hint)
    elif aim.metric is not None and aim.metric.describes:
        hint = "such as f1 or balanced_accuracy"
        found.add(f"neither more nor less of '{aim.name}' is better", recipe.place("decision.metric"), hint)


def reads(recipe: Recipe, model: Learner, column: str, name: str, encoder: Encoder, found: Problems) -> None:
    """The model reads what an encoder makes."""
    if encoder.makes not in model.reads:
        reading = [part for part in MODELS.names if encoder.makes in MODELS.part(part).reads]
        given = column in recipe.columns and recipe.columns[column].encoder is not None
        otherwise = "leave the encoder out" if given else f"say columns: {{{column}: {{role: ignore}}}}"
        hint = f"{otherwise}, or choose the model {' or '.join(reading)}"
        problem = f"the model '{recipe.model.name}' does not read the {encoder.makes} that '{name}' makes"
        found.add(problem, recipe.place(f"columns.{column}.encoder"), hint)


def check_untaught(recipe: Recipe, model: Learner | None, found: Problems) -> None:
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


def check_searches(recipe: Recipe, models: Sequence[Learner | None], found: Problems) -> None:
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


def check_twice(recipe: Recipe, found: Problems) -> None:
    """A metric, an augment or a perturbation is known by its name, and so is there once."""
    stressed = recipe.evidence.robustness
    said = {
        ("metric", "metrics"): recipe.metrics,
        ("augment", "augment"): recipe.augment,
        ("perturbation", "evidence.robustness"): () if isinstance(stressed, bool) else stressed,
    }
    for (key, where), specs in said.items():
        for name, count in Counter(spec.name for spec in specs).items():
            if count > 1:
                place = recipe.place(where)
                found.add(f"the {key} '{name}' is named {count} times", place, "keep one of them")


def check_protect(recipe: Recipe, found: Problems) -> None:
    """What treats personal data is known, and has its key and its packages."""
    spec = recipe.protect
    for sort in spec.sorts:
        if sort not in SORTS.names:
            found.add(
                f"no sort of personal data called '{sort}'", recipe.place("protect.sorts"), nearest(sort, SORTS.names)
            )
    said = {f"protect.columns.{name}": one for name, one in spec.columns.items() if one.name not in {"drop", "keep"}}
    if spec.found not in {"report", "drop"}:
        said["protect.found"] = PartSpec(name=spec.found)
    for where, one in said.items():
        if one.name not in CLEANERS.names:
            found.add(
                "is no way to treat a column", recipe.place(where), nearest(one.name, ["drop", "keep", *CLEANERS.names])
            )
            continue
        key = {"key": spec.key} if one.name in KEYED else {}
        try:
            check_ready(one.name, CLEANERS.build(one.name, {**key, **one.settings}, where))
        except RecipeError as error:
            found.found.extend(replace(problem, where=recipe.place(where)) for problem in error.problems)


def check_augments(recipe: Recipe, models: Sequence[Learner | None], found: Problems) -> None:
    """A search cross-validates, and would find changed copies of what it learnt from among what it is judged by."""
    names = [spec.name for spec in (recipe.model, *recipe.compare)]
    for name, model in zip(names, models, strict=True):
        if recipe.augment and isinstance(model, Search):
            hint = "name the model that is to learn from changed rows, such as linear or boosting"
            found.add(f"is not for '{name}', which searches among models", recipe.place("augment"), hint)


def check_augmented(
    recipe: Recipe, augments: Mapping[str, Augmenter], columns: Sequence[Column], found: Problems
) -> None:
    """Each augment has a column to change."""
    for place, (name, augment) in enumerate(augments.items()):
        where = recipe.place(f"augment.{place}")
        try:
            changed = augment.changes(columns) if isinstance(augment, RowAugment) else ()
        except RecipeError as error:
            found.found.extend(replace(problem, where=where) for problem in error.problems)
            continue
        if not changed and not any(column.kind in augment.kinds for column in columns):
            kinds = sorted(augment.kinds)
            told = " or ".join(MANY[kind] for kind in kinds)
            hint = f"say columns: {{NAME: {{kind: {kinds[0]}}}}}, or leave it out"
            found.add(f"'{name}' changes {told}, and no column is one", where, hint)


def check_mitigation(
    recipe: Recipe, mitigation: Mitigation | None, models: Sequence[Learner | None], found: Problems
) -> None:
    """A mitigation is of a column whose groups are compared, and of models that it can fit."""
    if mitigation is None or recipe.mitigation is None:
        return
    _check_sliced(recipe, mitigation.grouped(), "mitigation.column", found)
    column = recipe.columns.get(mitigation.grouped())
    if column is not None and column.kind is not None:
        check_grouped(recipe, mitigation.grouped(), column.kind, found)
    where, name = recipe.place("mitigation"), recipe.mitigation.name
    if mitigation.decides and recipe.decision is not None:
        hint = "say costs: {false_negative: ..., false_positive: ...} instead, or leave it out"
        found.add(f"'{name}' is fair at its own threshold, and no other is chosen", recipe.place("decision"), hint)
    for spec, model in zip((recipe.model, *recipe.compare), models, strict=True):
        if isinstance(model, Search) and not mitigation.searches:
            hint = "name one model, such as linear or boosting, or choose reweighing or group_thresholds"
            found.add(f"'{name}' fits a model dozens of times, and '{spec.name}' is a search among models", where, hint)
        elif model is not None and not isinstance(model, Search) and model.learns == "nothing":
            hint = "leave it out, or choose another model"
            found.add(f"'{name}' needs labels, and the model '{spec.name}' learns from none", where, hint)


def check_grouped(recipe: Recipe, column: str, kind: Kind, found: Problems) -> None:
    """The column that is mitigated has groups as it is."""
    if kind not in groups.KINDS:
        hint = f"say columns: {{{column}: {{kind: category, role: slice}}}}, or make a column of its ranges"
        problem = f"is for groups, and the column '{column}' has the kind '{kind}'"
        found.add(problem, recipe.place("mitigation.column"), hint)


def check_gates(recipe: Recipe, gates: Sequence[Gate | None], found: Problems) -> None:
    """The metrics and the slices that gates judge are there to be judged."""
    for place, gate in enumerate(gates):
        for metric in gate.metrics() if gate is not None else ():
            if recipe.gates[place].name in COMPARING and metric in METRICS.names and METRICS.part(metric).describes:
                where = recipe.place(f"gates.{place}.metric")
                problem = f"of '{metric}' neither more nor less is better, so nothing can be worse by it"
                found.add(problem, where, "name a metric such as accuracy, or use the gate fair or at_most")
            if metric not in METRICS.names:
                where = recipe.place(f"gates.{place}.metric")
                known = [*METRICS.names, *([ODDS] if gate is not None and gate.columns() else [])]
                found.add(f"no metric called '{metric}'", where, nearest(metric, known))
        for part in gate.slices() if gate is not None else ():
            known = sliced(recipe)
            if not any(part.startswith(f"{name} ") for name in known):
                hint = nearest(part.partition(" ")[0], known) or "say columns: {NAME: {role: slice}}"
                found.add(f"'{part}' is on no column with the role slice", recipe.place(f"gates.{place}.slice"), hint)
        for column in gate.columns() if gate is not None else ():
            _check_sliced(recipe, column, f"gates.{place}.slice", found)


def sliced(recipe: Recipe) -> list[str]:
    """The columns that the recipe gives the role slice."""
    return [name for name, column in recipe.columns.items() if column.role is Role.SLICE]


def _check_sliced(recipe: Recipe, column: str, key: str, found: Problems) -> None:
    """A column whose groups are compared has the role slice."""
    known = sliced(recipe)
    if column in known:
        return
    hint = nearest(column, known) if known else f"say columns: {{{column}: {{role: slice}}}}"
    found.add(f"the column '{column}' has no role slice", recipe.place(key), hint)


def check_needs(recipe: Recipe, gates: Sequence[Gate | None], perturbations: Collection[str], found: Problems) -> None:
    """What gates need of a report beside metrics will be measured."""
    newest: list[str] = []
    for place, gate in enumerate(gates):
        needs = gate.needs() if gate is not None else {}
        where = recipe.place(f"gates.{place}")
        if "stress" in needs and not perturbations:
            found.add("judges robustness, which is not measured", where, "say evidence: {robustness: true}")
        if "folds" in needs and recipe.split.folds is None:
            found.add("judges folds, and the recipe asks for none", where, "say split: {folds: 5}")
        for name in needs.get("stress", ()) if perturbations else ():
            if name not in perturbations:
                problem = f"the perturbation '{name}' is not measured"
                found.add(problem, recipe.place(f"gates.{place}.perturbations"), nearest(name, perturbations))
        newest += needs.get("newest", ())
        if len(set(newest)) > 1:
            problem = f"the age of the data is known by one column, and gates name '{newest[0]}' and '{newest[-1]}'"
            found.add(problem, recipe.place(f"gates.{place}.column"), "name one of them")
            newest = newest[:1]


def check_secrets(recipe: Recipe, found: Problems) -> None:
    """No password is written into the recipe itself, which lies in bundles: it comes from the environment."""
    for place, spec in recipe.data.every.items():
        key = f"{place}.url"
        bare = key.replace("data.train.", "data.")  # where the recipe gives one source
        written = {".".join(map(str, one)): text for one, text in recipe.raw.items()}
        url = str(written.get(key) or written.get(bare) or spec.settings.get("url") or "")
        if any(ENVIRONMENT.sub("", told) for match in PASSWORD.finditer(url) for told in match.groups() if told):
            hint = "write it as ${NAME}, such as postgresql://${USER}:${PASSWORD}@host/database"
            found.add("holds a password, which would lie in every bundle", recipe.place(key), hint)


def check_grid(recipe: Recipe, found: Problems) -> None:
    """The grid whose electricity is used is a known one, as far as that can be told here."""
    grid = recipe.prices.grid
    known = carbon.grids() if grid is not None else {}
    if grid is not None and known and grid.upper() not in known:
        alike = [code for code, one in known.items() if one.name.upper().startswith(grid.upper())]
        hint = f"did you mean '{alike[0]}'?" if alike else nearest(grid.upper(), known)
        found.add(f"no country's grid called '{grid}'", recipe.place("prices.grid"), hint)


def check_columns(recipe: Recipe, encoders: Mapping[str, Encoder | None], found: Problems) -> None:
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


def check_split(recipe: Recipe, found: Problems) -> None:
    """Rows are not dealt out by what is to be predicted."""
    for key in ("column", "group"):
        if recipe.target in getattr(recipe.split, key):
            hint = "say by: stratified, or name another column"
            found.add(f"'{recipe.target}' is the target", recipe.place(f"split.{key}"), hint)
    if recipe.split.by == "time" and recipe.data.valid is not None and recipe.data.test is None:
        hint = "give data.test too, or leave data.valid to the split"
        found.add("a test later than a given valid part is in no part of train", recipe.place("split.by"), hint)
