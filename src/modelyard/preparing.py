"""A plan's table, from its sources to the parts that are learnt from: made once, and found again on the shelf."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelyard import filling
from modelyard.core import events
from modelyard.core.errors import RoomError
from modelyard.core.types import Kind
from modelyard.data import fingerprint, shelf
from modelyard.data.hygiene import Hygiene, clean
from modelyard.data.personal import keyed
from modelyard.data.read import Rows, read, whole_of
from modelyard.data.shelf import Prepared, Shelf
from modelyard.data.split import split
from modelyard.data.splits.folds import folds
from modelyard.quality.expecting import expected
from modelyard.recipe import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.assemble import Plan
    from modelyard.release.yard import Yard

# What a recipe says of its rows; all else is of what is made of them.
OF_ROWS = ("data", "target", "positive", "task", "columns", "checks", "split", "hygiene", "protect", "seed")


def prepare(plan: Plan, yard: Yard, check: Callable[[Rows], object]) -> Prepared:
    """Read, check, mend and split; or find that it was done, for a table so large that it was kept.

    `check` is asked as soon as it is known what the columns mean. Rows that are dealt into folds too are not kept, nor
    are pictures that the rows name by their paths, as no digest of the rows tells that one has changed.

    Raises:
        RecipeError, DataError: as reading, the check and the split raise them.
    """
    keeps = may_keep(plan)
    fingerprint.forget()
    whole = whole_of(plan.sources, plan.recipe.folder) if keeps else ""
    key = shelf.key_of(_said(plan), whole) if keeps else ""
    found = Shelf(yard.prepared).find(key) if key else None
    if found is not None:
        for note in (*found.rows.notes, *found.parts.notes):
            events.note(note)
        events.note(f"the table is as it was prepared before: {sum(map(len, found.rows.given)):,} rows")
        check(found.rows)
        return replace(found, rows=expected(plan.expectations, found.rows, plan.recipe, again=True))
    rows, found_texts = _read(plan, check)
    if not keeps or rows.digest != whole or not (plan.recipe.keep or shelf.worth(rows)):  # or written to meanwhile
        return _dealt(plan, rows, found_texts)
    kept = Shelf(yard.prepared)
    try:
        with kept.staged() as staging:
            return kept.keep(key, _dealt(plan, rows, found_texts, staging), staging)
    except RoomError as error:
        if plan.recipe.keep:
            raise
        events.note(f"{error.problem}: it is not kept")
    return _dealt(plan, rows, found_texts)


def may_keep(plan: Plan) -> bool:
    """Whether what a recipe's rows become may be kept, if they are many."""
    pictured = any(column.kind is Kind.IMAGE for column in plan.recipe.columns.values())
    return plan.recipe.keep is not False and plan.recipe.split.folds is None and not pictured


def _read(plan: Plan, check: Callable[[Rows], object]) -> tuple[Rows, Hygiene]:
    rows = expected(plan.expectations, read(plan.sources, plan.recipe, plan.cleaners), plan.recipe)
    check(rows)
    return clean(rows, plan.recipe.hygiene)


def _dealt(plan: Plan, rows: Rows, found: Hygiene, place: Path | None = None) -> Prepared:
    parts = split(rows, plan.recipe.split, plan.recipe.seed, place)
    dealt = folds(rows, plan.recipe.split, plan.recipe.seed)
    of_parts = Rows(parts.train, parts.valid, parts.test, rows.task, rows.digest, rows.notes, refused=rows.refused)
    return Prepared(parts, of_parts, found, dealt=dealt)


def _said(plan: Plan) -> dict[str, Any]:
    """What the filled recipe says of rows; an encoder is of what is made of them."""
    filled = filling.filled(plan)
    said = {name: filled[name] for name in OF_ROWS}
    columns = {name: {k: v for k, v in one.items() if k != "encoder"} for name, one in said["columns"].items()}
    mends = [mend for cleaners in plan.cleaners.values() for mend in cleaners]
    keys = {plan.recipe.protect.key, *(str(name) for mend in mends if (name := getattr(mend, "key", None)))}
    given = {".".join(map(str, place)): parse.put_in(text) for place, text in plan.recipe.raw.items()}
    environment = {place: text for place, text in given.items() if place.partition(".")[0] in OF_ROWS}
    known = {name: keyed.fingerprint(name) for name in sorted(keys)}
    return said | {"columns": columns, "environment": environment, "keys": known}
