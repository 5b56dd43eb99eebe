"""A plan's table, from its sources to the parts that are learnt from: made once, and found again on the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.core import events
from modelyard.data import shelf
from modelyard.data.hygiene import clean
from modelyard.data.read import Rows, read, whole_of
from modelyard.data.shelf import Prepared, Shelf
from modelyard.data.split import split
from modelyard.quality.expecting import expected

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.assemble import Plan
    from modelyard.release.yard import Yard

# What a recipe says of its rows; all else is of what is made of them.
OF_ROWS = ("data", "target", "positive", "task", "columns", "checks", "split", "hygiene", "seed")


def prepare(plan: Plan, yard: Yard, check: Callable[[Rows], object]) -> Prepared:
    """Read, check, mend and split; or find that it was done, for a table so large that it was kept.

    `check` is asked as soon as it is known what the columns mean.

    Raises:
        RecipeError, DataError: as reading, the check and the split raise them.
    """
    said = plan.recipe.keep
    key = "" if said is False else shelf.key_of(_said(plan), whole_of(plan.sources, plan.recipe.folder))
    found = Shelf(yard.prepared).find(key) if key else None
    if found is not None:
        for note in found.rows.notes:
            events.note(note)
        events.note(f"the table is as it was prepared before: {sum(map(len, found.rows.given)):,} rows")
        check(found.rows)
        return found
    made = _made(plan, check)
    if said or (said is None and shelf.worth(made.parts)):
        return Shelf(yard.prepared).keep(key, made)
    return made


def _made(plan: Plan, check: Callable[[Rows], object]) -> Prepared:
    rows = expected(plan.expectations, read(plan.sources, plan.recipe, plan.cleaners), plan.recipe)
    check(rows)
    rows, found = clean(rows, plan.recipe.hygiene)
    parts = split(rows, plan.recipe.split, plan.recipe.seed)
    of_parts = Rows(parts.train, parts.valid, parts.test, rows.task, rows.digest, rows.notes, refused=rows.refused)
    return Prepared(parts, of_parts, found)


def _said(plan: Plan) -> dict[str, Any]:
    """What the filled recipe says of rows; an encoder is of what is made of them."""
    filled = plan.filled()
    said = {name: filled[name] for name in OF_ROWS}
    columns = {name: {k: v for k, v in one.items() if k != "encoder"} for name, one in said["columns"].items()}
    return said | {"columns": columns}
