"""`modelyard check`: all that can be said of a recipe and its rows without training."""

from typing import TYPE_CHECKING, Any

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Quiet, RecipeWord, Sets

if TYPE_CHECKING:
    from modelyard.assemble import Plan
    from modelyard.core.types import Table
    from modelyard.data.read import Rows


def check(recipe: RecipeWord, set_: Sets = None, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Read a recipe and its rows, and say what each column means; all problems at once."""
    with progress.shown(quiet=quiet):
        from modelyard import run

        plan, rows = run.inspect(words.recipe(recipe), set_ or ())
    columns, classes = columns_of(plan, rows), _classes(rows)
    told: dict[str, Any] = {
        "name": plan.recipe.name,
        "task": rows.task,
        "target": plan.recipe.target,
        "model": plan.recipe.model.name,
        "rows": {part: len(found) for part, found in _parts(rows).items() if found is not None},
        "split": _split(plan, rows),
        "classes": classes,
        "columns": columns,
        "metrics": list(plan.metrics_for(rows.task)),
        "notes": list(rows.notes),
    }
    if as_json:
        show.json_object(told)
        return 0
    show.line(f"{told['name']}: {told['task']}, target {told['target']}, model {told['model']}", "bold")
    show.line("rows: " + _dealt(plan, rows))
    for sentence in told["split"]:
        show.indented(sentence)
    if classes:
        show.line("classes: " + ", ".join(f"{level} {count}" for level, count in classes.items()))
    show.line("metrics: " + ", ".join(told["metrics"]))
    cells = [
        (c["name"], c["kind"], c["role"], c["encoder"] or "", f"{c['missing']:.1%}", str(c["distinct"]), c["reason"])
        for c in columns
    ]
    show.table(cells, "column", "kind", "role", "encoder", "missing", "distinct", "why")
    return 0


def columns_of(plan: "Plan", rows: "Rows") -> list[dict[str, Any]]:
    """What each column means, and what its rows hold."""
    import polars as pl

    choose = plan.chooser(plan.model)
    told = []
    for column in rows.train.schema.columns:
        held = [part.frame[column.name] for part in rows.given]
        series = pl.concat([one if one.dtype == pl.Binary else one.cast(pl.String) for one in held])
        told.append(
            {
                "name": column.name,
                "kind": column.kind,
                "role": column.role,
                "encoder": choose(column)[0] if column.role == "feature" else None,
                "missing": series.null_count() / len(series),
                "distinct": series.drop_nulls().n_unique(),
                "reason": column.reason,
            }
        )
    return told


def _parts(rows: "Rows") -> dict[str, "Table | None"]:
    return {"train": rows.train, "valid": rows.valid, "test": rows.test}


def _dealt(plan: "Plan", rows: "Rows") -> str:
    """How many rows each part has, or what share of train's it takes."""
    shares = {"valid": plan.recipe.split.valid, "test": plan.recipe.split.test}
    told = [
        f"{len(found)} in {part}" if found is not None else f"{shares[part]:.0%} of train for {part}"
        for part, found in _parts(rows).items()
    ]
    return ", ".join(told)


def _split(plan: "Plan", rows: "Rows") -> list[str]:
    """What the split by a column comes to; nothing of one by chance."""
    from modelyard.data.split import split

    return list(split(rows, plan.recipe.split, plan.recipe.seed).notes) if plan.recipe.split.named else []


def _classes(rows: "Rows") -> dict[str, int]:
    """How many rows each class has."""
    from modelyard.data import values

    target = rows.train.schema.target
    counts = dict.fromkeys(target.levels, 0)
    if target.levels:
        for table in rows.given:
            for value, count in table.frame[target.name].drop_nulls().value_counts().iter_rows():
                counts[values.level(value)] += count
    return counts
