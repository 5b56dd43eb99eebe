"""Two bundles on the same rows: is the second really better?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.assemble import assemble, metric_of
from modelyard.core.contest import Bout, Contest
from modelyard.core.errors import ModelyardError, Problems, UsageError
from modelyard.data.hygiene import clean
from modelyard.data.read import check_rows, read
from modelyard.data.split import split
from modelyard.evaluate.pairs import gaps
from modelyard.evaluate.score import Measured, digest_of
from modelyard.recipe import parse

if TYPE_CHECKING:
    import polars as pl

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Table
    from modelyard.recipe.schema import Recipe
    from modelyard.release.bundle import Bundle

GIVE = "name rows that neither has learnt from: modelyard compare A B DATA"
UNSEEN = "these are not the rows that both were tested on: that neither has learnt from them is for you to know"
SHORT = 8  # signs of a digest that tell two bundles of one name apart


def check(first: Bundle, second: Bundle) -> None:
    """Both answer the same question.

    Raises:
        UsageError: the task, the target or its classes are others.
    """
    found = Problems(UsageError)
    one, other = first.schema.target, second.schema.target
    told = {
        "task": (str(first.manifest.task), str(second.manifest.task)),
        "target": (one.name, other.name),
        "classes": (", ".join(one.levels), ", ".join(other.levels)),
    }
    hint = "only bundles of the same target can be compared"
    if told["task"] == told["task"][::-1] and sorted(one.levels) == sorted(other.levels) != list(one.levels):
        hint += "; the positive class, which is the last one, must be the same"
    for what, (mine, theirs) in told.items():
        if mine != theirs:
            found.add(f"the {what} of the first is '{mine}', of the second '{theirs}'", second.name, hint)
    found.raise_any()


def again(first: Bundle, second: Bundle) -> pl.DataFrame:
    """The test rows of both, read and split as the recipe of the first says.

    Raises:
        UsageError: the two were measured on different rows, or the recipe's rows are not to be had any more.
    """
    if first.report.test_digest != second.report.test_digest:
        problem = "the two were tested on different rows, and one may have learnt from the other's test"
        raise UsageError(problem, "DATA", GIVE)
    recipe = parse.packed(first.recipe)
    if "python" in {spec.name for spec in recipe.data.every.values()}:
        raise UsageError("the rows come from code, which a bundle never runs", "DATA", GIVE)
    for folder in _folders(first):
        try:
            table = _test(recipe, folder)
        except ModelyardError:
            continue
        if digest_of(table, first.manifest.task) == first.report.test_digest:
            return table.frame
    raise UsageError("the rows that both were tested on are no more where their recipe says", "DATA", GIVE)


def _folders(bundle: Bundle) -> list[Path]:
    """Where relative paths of a bundle's recipe may start: here, or where the yard lies that it was packed into."""
    return [Path(), bundle.folder.resolve().parent.parent.parent]


def _test(recipe: Recipe, folder: Path) -> Table:
    plan = assemble(recipe.written(folder, "recipe.yaml", {}, recipe.raw))
    rows, _ = clean(read(plan.sources, plan.recipe, plan.cleaners), plan.recipe.hygiene)
    return split(rows, plan.recipe.split, plan.recipe.seed).test


def held(first: Bundle, second: Bundle, frame: pl.DataFrame) -> Contest:
    """Every metric of both, with the first's settings, on the same draws of the rows.

    Raises:
        DataError: the rows are not what a schema says.
    """
    recipe = parse.packed(first.recipe)
    seen = dict.fromkeys(score.metric for bundle in (first, second) for score in bundle.report.scores)
    known: dict[str, Metric] = {name: metric_of(recipe, name) for name in seen}
    metrics = {name: metric for name, metric in known.items() if not metric.describes}  # nothing else can be better
    sides = []
    for bundle in (first, second):
        table = check_rows(frame, bundle.schema)
        answers = bundle.outputs(table.frame)
        sides.append(Measured(table, bundle.manifest.task, answers, decision=bundle.decision))
    mine, theirs = sides
    rows = mine.rows(recipe.seed)
    asked = [
        (metric, theirs.judged(metric, theirs.answers), mine.judged(metric, mine.answers))
        for metric in metrics.values()
    ]
    bouts = [
        Bout(name, gap.theirs, gap.theirs + gap.difference, gap.difference, gap.low, gap.high, gap.verdict)
        for name, gap in zip(metrics, gaps(rows, asked), strict=True)
    ]
    names = _names(first, second)
    test_digest = digest_of(mine.table, mine.task)
    notes = () if test_digest == first.report.test_digest == second.report.test_digest else (UNSEEN,)
    target = first.schema.target.name
    return Contest(*names, target, len(mine.table), test_digest, tuple(bouts), notes)


def _names(first: Bundle, second: Bundle) -> tuple[str, str]:
    if first.name != second.name:
        return first.name, second.name
    return f"{first.name} {first.digest[:SHORT]}", f"{second.name} {second.digest[:SHORT]}"
