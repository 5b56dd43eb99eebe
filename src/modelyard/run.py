"""The way from a recipe to a release, down the page. The only file that knows every stage."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard import alternatives, contest, demands, filling, folds, judging, preparing
from modelyard.assemble import Plan, assemble, metric_of
from modelyard.core.errors import RoomError, UsageError
from modelyard.core.protocols import Searched
from modelyard.core.report import Report
from modelyard.core.tuning import Candidate
from modelyard.core.types import Floats, Table, Task
from modelyard.core.worth import Alternative
from modelyard.data import corpus
from modelyard.data.hygiene import NOTHING, Hygiene, clean
from modelyard.data.plain import plain
from modelyard.data.read import Rows, check_rows, every_row, read, target_values, whole_of
from modelyard.data.split import split
from modelyard.economics.tracker import tracked
from modelyard.evaluate import later
from modelyard.evaluate import worth as worths
from modelyard.evaluate.audit import audited
from modelyard.evaluate.score import Measured, score
from modelyard.evidence import Evidence
from modelyard.families import DataLike, Learner, source
from modelyard.features import fit as features
from modelyard.features import weights
from modelyard.fitting import Fitting
from modelyard.quality.checkup import Checkup
from modelyard.quality.examining import chosen, examined, worst_first
from modelyard.quality.expecting import broken, expected
from modelyard.quality.profile import ColumnProfile, class_counts, profiled
from modelyard.quality.subject import Subject
from modelyard.recipe import fill, parse
from modelyard.recipe.schema import Recipe
from modelyard.release import costs, explaining
from modelyard.release import worth as pages
from modelyard.release.bundle import Bundle
from modelyard.release.card import Said
from modelyard.release.card.words import Words
from modelyard.release.pack import Origin, pack
from modelyard.release.yard import Yard, home_of, load
from modelyard.train.fit import Trained

if TYPE_CHECKING:
    from modelyard.core.contest import Contest
    from modelyard.core.explaining import Explanation
    from modelyard.serve.settings import Settings
    from modelyard.train.pretrain.work import Pretraining

RecipeLike = str | Path | Mapping[str, Any] | Recipe
LEARNT = "these are the rows that the bundle was made of: it has learnt from most of them, and they flatter it"
BundleLike = str | Path | Bundle
judge, release, refusal = judging.judge, judging.release, judging.refusal  # which the base install does without rows


@dataclass(frozen=True)
class Run:
    """What a training gave; `answers` [rows, outputs] are training's own for the rows of `test`.

    `fit_seconds` is what fitting the model took, without reading, measuring and packing, `fit_energy` the watt-hours of
    it, by estimate; `leaderboard` what a search tried; `alternatives` the models that the recipe's `compare` names,
    beside its own, which is the first; `hygiene` what was found in the texts.
    """

    report: Report
    bundle: Bundle
    yard: Yard
    test: Table
    answers: Floats
    fit_seconds: float
    leaderboard: tuple[Candidate, ...] = ()
    hygiene: Hygiene = NOTHING
    alternatives: tuple[Alternative, ...] = ()
    fit_energy: float = 0.0
    trained: Trained | None = None

    def explain(self, rows: object, method: str = "integrated_gradients", **said: Any) -> Explanation:  # noqa: ANN401
        """As `Bundle.explain`, and by what only the fitted network can tell too: what it answers uncalibrated.

        Raises:
            UsageError, DataError: as `Bundle.explain` raises them.
        """
        return explaining.explain(self.bundle, rows, method, trained=self.trained, **said)

    @property
    def worth(self) -> str:
        """Whether the recipe's model is worth its price beside the others, in a sentence; empty without others."""
        return worths.verdict(self.alternatives) if self.alternatives else ""

    def _repr_html_(self) -> str:
        """The report, and the picture of quality against price where models were compared."""
        from html import escape

        picture = self.bundle.folder / pages.PICTURE
        drawn = picture.read_text(encoding="utf-8") if self.alternatives and picture.is_file() else ""
        return f"{self.report._repr_html_()}<p>{escape(self.worth)}</p>{drawn}"


def train(recipe: RecipeLike, overrides: Sequence[str] = (), home: str | Path | None = None) -> Run:
    """Train a recipe: read, check, clean, split, fit, measure, pack.

    Args:
        recipe: a path, a mapping or a `Recipe`.
        overrides: `a.b=value`, the value in YAML.
        home: the yard, a folder or a database's URL; where it is not said, `MODELYARD_HOME`, or `.modelyard` beside
            the recipe.

    Raises:
        RecipeError: the recipe is wrong; found before a row is read wherever that can be.
        DataError: the rows are wrong.
        ParityError: the bundle would not answer as training did.
    """
    started = time.perf_counter()
    plan = assemble(recipe, overrides)
    yard = Yard(home or home_of(plan.recipe.folder))
    prepared = preparing.prepare(plan, yard, partial(_check, plan))
    parts, rows, found = prepared.parts, prepared.rows, prepared.found
    metrics = plan.metrics_for(rows.task)
    demands.check_slices(plan, parts.test)
    known = demands.needed(plan, rows)
    fitting = Fitting(parts, rows.task, yard)
    with tracked(plan.prices) as track:
        fitted = alternatives.fitted(plan, fitting)
    trained = fitted.trained
    answers = trained(parts.test)
    report = Evidence(plan, fitting, trained, answers, metrics).report((*found.sentences(), *parts.notes), known)
    report = folds.told(report, prepared.dealt, metrics, partial(fitting, plan), rows.task, plan.recipe.seed)
    others = alternatives.against(plan, fitted, answers, parts.test, metrics, fitting)
    origin = Origin(
        name=plan.recipe.name,
        recipe_yaml=_settled(plan, rows),
        data_digest=rows.digest,
        weights=_weights(plan.model),
        seconds=time.perf_counter() - started,
        leaderboard=trained.bare.leaderboard if isinstance(trained.bare, Searched) else (),
        alternatives=others,
        said=Said(plan.recipe.card, plan.recipe.risks, Words(plan.recipe.language)),
        trained=costs.Trained(track.spent, plan.prices),
    )
    bundle = pack(trained, report, parts.test, answers, origin, yard.bundles)
    return Run(
        report=replace(report, cost=bundle.report.cost),
        bundle=bundle,
        yard=yard,
        test=parts.test,
        answers=answers,
        fit_seconds=fitted.seconds,
        leaderboard=origin.leaderboard,
        hygiene=replace(found, cut=trained.cut),
        alternatives=others,
        fit_energy=fitted.energy,
        trained=trained,
    )


def evaluate(bundle: Bundle, data: DataLike) -> Report:
    """Measure a bundle on other rows, with the metrics of its recipe; `data` is a path or a source as recipes name it.

    Raises:
        DataError: the rows are not what the bundle's schema says.
        UsageError: `data` names no source.
    """
    recipe = parse.packed(bundle.recipe)
    given = source(data)
    table = check_rows(every_row(given, bundle.schema.texts), bundle.schema, bundle.group)
    measured_before = dict.fromkeys(score.metric for score in bundle.report.scores)  # in the recipe's order
    names = dict.fromkeys([*measured_before, *(spec.name for spec in recipe.metrics)])
    metrics = {name: metric_of(recipe, name) for name in names}
    answers = bundle.outputs(table.frame)
    rows = {**bundle.report.rows, "test": len(table)}
    measured = Measured(table, bundle.manifest.task, answers, decision=bundle.decision)
    report = score(measured, metrics, name=bundle.name, model=bundle.report.model, rows=rows, seed=recipe.seed)
    report = audited(report, measured, metrics, recipe.seed, weak_slices=recipe.evidence.weak_slices)
    learnt = (LEARNT,) if whole_of({"train": given}, Path()) == bundle.manifest.data_digest else ()
    return replace(report, notes=(*learnt, *report.notes, *later.notes(report, bundle.report)))


def compare(first: BundleLike, second: BundleLike, data: DataLike | None = None) -> Contest:
    """Is the second bundle really better than the first? Both answer the same rows, and are measured on the same draws.

    Args:
        first: a bundle, its folder, or the name of a release.
        second: what may take its place.
        data: rows that neither has learnt from, as `evaluate` takes them; without them, both were measured on the same
            test rows, which are read again.

    Raises:
        UsageError: the two do not answer the same question, or there are no rows that both may be judged by.
        DataError: the rows are not what both schemas say.
    """
    one, other = (each if isinstance(each, Bundle) else load(each) for each in (first, second))
    contest.check(one, other)
    if data is None:
        return contest.held(one, other, contest.again(one, other))
    texts = one.schema.texts | other.schema.texts
    return contest.held(one, other, every_row(source(data), texts))


def launch(
    recipe: RecipeLike,
    overrides: Sequence[str] = (),
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    home: str | Path | None = None,
    settings: Settings | None = None,
) -> None:
    """Train a recipe, judge the bundle, release it and serve it until the process is told to stop.

    Raises:
        RefusedError: a gate said no; the bundle lies in the yard, and is not released.
        UsageError: the place cannot be listened at, or lets in everybody; said before anything is trained.
        ModelyardError: as `train` raises it.
    """
    from modelyard.serve import server  # starlette and uvicorn, which training does without
    from modelyard.serve.settings import Settings

    server.check_place(host, port, settings)
    made = train(recipe, overrides, home)
    released, verdicts = release(made.bundle, made.yard)
    if released is None:
        raise refusal(verdicts, made.bundle)
    settings = settings or Settings()
    if settings.access.home is None:  # the yard's keys open what it serves
        settings = replace(settings, access=replace(settings.access, home=made.yard.place.address))
    server.serve({released.name: made.bundle}, host=host, port=port, settings=settings)


def inspect(recipe: RecipeLike, overrides: Sequence[str] = ()) -> tuple[Plan, Rows]:
    """All that can be said without training: the plan, and the rows read, checked and cleaned of copies.

    Raises:
        RecipeError, DataError: as `train` would raise them.
    """
    plan, rows = _fitting(recipe, overrides)
    rows = expected(plan.expectations, rows, plan.recipe)
    return plan, clean(rows, plan.recipe.hygiene)[0]


def check(recipe: RecipeLike, overrides: Sequence[str] = (), *, fast: bool = False) -> Checkup:
    """A profile of a recipe's rows and a verdict on them, before any training.

    Args:
        recipe: as `train` takes it.
        overrides: as `train` takes them.
        fast: leave out the inspections that fit models.

    Raises:
        RecipeError, DataError: as `train` would raise them; what the rows merely suffer from is a finding.
    """
    plan, rows = _fitting(recipe, overrides)
    subject = Subject(rows, plan.recipe)
    found = [*examined(subject, chosen(plan.inspections, fast=fast))]
    found += broken(plan.expectations, rows, plan.recipe)
    left = clean(rows, plan.recipe.hygiene)[0]
    return Checkup(
        name=plan.recipe.name,
        task=rows.task,
        target=plan.recipe.target,
        model=plan.recipe.model.name,
        rows={part: len(table) for part, table in Subject(left, plan.recipe).parts.items()},
        classes=class_counts(left),
        metrics=tuple(plan.metrics_for(rows.task)),
        notes=left.notes,
        profile=profile(plan, left),
        findings=worst_first(found),
        refused=rows.refused,
        split=plan.recipe.split,
        dealt=split(left, plan.recipe.split, plan.recipe.seed).notes if plan.recipe.split.named else (),
    )


def profile(plan: Plan, rows: Rows) -> tuple[ColumnProfile, ...]:
    """What each column means, what reads it, and what its rows hold."""
    choose = plan.chooser(plan.model)
    encoders = {column.name: choose(column)[0] for column in rows.train.schema.features}
    return profiled(Subject(rows, plan.recipe), encoders)


def _fitting(recipe: RecipeLike, overrides: Sequence[str]) -> tuple[Plan, Rows]:
    """A plan and the rows as they were read, which fit together."""
    plan = assemble(recipe, overrides)
    rows = read(plan.sources, plan.recipe, plan.cleaners)
    _check(plan, rows)
    demands.needed(plan, rows)
    return plan, rows


@dataclass(frozen=True)
class Ready:
    """A table that lies ready to be learnt from: its rows by part, the columns that are learnt from, and where."""

    rows: Mapping[str, int]
    columns: tuple[str, ...]
    folder: Path


def prepare(recipe: RecipeLike, overrides: Sequence[str] = (), home: str | Path | None = None) -> Ready:
    """Read, check, mend, split and encode a recipe's rows and keep them in the yard, so that a training begins at once.

    Raises:
        RecipeError, DataError: as `train` would raise them before it fits.
        RoomError: they could not be kept.
    """
    plan = assemble(recipe, overrides)
    if not preparing.may_keep(plan):
        hint = "it says keep: false, has folds, or a column of the kind image"
        raise UsageError("the rows of this recipe are not kept", "prepare", hint)
    plan = replace(plan, recipe=plan.recipe.model_copy(update={"keep": True}))
    yard = Yard(home or home_of(plan.recipe.folder))
    prepared = preparing.prepare(plan, yard, partial(_check, plan))
    if prepared.kept is None:
        raise RoomError("the prepared table could not be kept", str(yard.prepared), "free some room on its disk")
    parts, task = prepared.parts, prepared.rows.task
    fitted = features.fit(parts.train, target_values(parts.train, task), plan.making(plan.model))
    tables = {"train": parts.train, "valid": parts.valid, "test": parts.test}
    for table in tables.values():
        fitted.of_table(table)
    return Ready({part: len(table) for part, table in tables.items()}, tuple(fitted.fitted), prepared.kept)


def pretrain(data: DataLike, out: str | Path, text: Sequence[str] = (), **settings: Any) -> Pretraining:  # noqa: ANN401
    """Learn from texts without labels, and write weights that `pretrained` or `embeddings` begin with into `out`.

    Args:
        data: a .txt file (a text a line), a folder of them, or a table as recipes name it.
        out: the folder to write; killed, the same call goes on where it was.
        text: the columns that hold the texts; where none is said, all that read as texts.
        settings: those of `PretrainSpec`, such as `objective="skipgram"`, `epochs=3`, `time_limit="10m"`.

    Raises:
        UsageError: the settings do not fit, or `out` holds something else.
        DataError: there are no texts, or too few.
    """
    from modelyard.train.pretrain import work  # torch and transformers
    from modelyard.train.pretrain.spec import spec_of

    spec = spec_of(settings)
    files = corpus.plain_files(data) if isinstance(data, (str, Path)) else None
    if files is not None:
        return work.pretrain(corpus.lines(files), Path(out), spec)
    frame = plain(every_row(source(data), text))
    return work.pretrain(corpus.of_columns(frame, text), Path(out), spec)


def _check(plan: Plan, rows: Rows) -> None:
    """The plan suits what the columns turned out to mean.

    Raises:
        RecipeError: a metric, an encoder, a mitigation or a compared model does not.
    """
    plan.metrics_for(rows.task)
    plan.check_columns(rows.train.schema.features)
    plan.check_groups(rows.train.schema)
    alternatives.check(plan)


def _settled(plan: Plan, rows: Rows) -> str:
    """The filled recipe, with what the rows decided."""
    filled = filling.filled(plan)
    filled["task"] = str(rows.task)
    if rows.task is Task.BINARY and filled["positive"] is None:
        filled["positive"] = rows.train.schema.target.levels[1]
    return fill.to_yaml(filled)


def _weights(model: Learner) -> str:
    """The fingerprint of the pretrained weights that a model grew from."""
    name = getattr(model, "weights", None)
    return weights.fingerprint(name) if isinstance(name, str) else ""
