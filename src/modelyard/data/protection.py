"""What a recipe's `protect` makes of the columns of a table: which go, and what mends those that stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import DataError, MissingExtraError, Problems, RecipeError, nearest
from modelyard.core.types import Cleaning, Role
from modelyard.data import cleaning
from modelyard.data.personal.columns import Held, held
from modelyard.data.personal.finder import Finder, finder, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from modelyard.recipe.schema import ProtectSpec, Recipe

LOOKED = 300  # rows of a column that are looked at where nothing is done about what they hold
DROP, KEEP = "drop", "keep"
KEYED = frozenset({"hash", "pseudonym"})
Clean = tuple[Cleaning, ...]


@dataclass(frozen=True)
class Protection:
    """The columns that go, what mends the others, by name, and what was found, in sentences without values."""

    drop: tuple[str, ...] = ()
    clean: Mapping[str, Clean] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def protection(frames: Mapping[str, pl.DataFrame], recipe: Recipe, clean: Mapping[str, Clean]) -> Protection:
    """Look for personal data in all parts, mended by `clean`, and settle what becomes of it.

    Raises:
        RecipeError: `protect` names a column that is not there.
        DataError: the target holds some, or a column that is needed would go.
        MissingExtraError: what is found is to be treated, and the packages of the extra `data` are not installed.
    """
    spec = recipe.protect
    columns = frames["train"].columns
    _named(recipe, columns)
    if spec.found == "report":
        told = _reported(frames["train"], recipe, clean)
    else:
        told = {name: held(_all(frames, name, clean.get(name, ())), _finder(spec)) for name in columns}
    drop, mends, notes = list[str](), dict[str, Clean](), list[str]()
    problems = Problems(DataError)
    for name in columns:
        word, treat = _treatment(name, told.get(name), recipe, frames["train"][name])
        if name == recipe.target:
            _target(told.get(name), recipe, problems)
        elif word == DROP:
            _may_go(name, recipe, problems)
            drop.append(name)
        elif treat:
            values = cleaning.mended(frames["train"][name], clean.get(name, ()))
            parts = [cleaning.CLEANERS.build(one.name, one.settings, f"protect.columns.{name}") for one in treat]
            mends[name] = cleaning.settled(parts, [one.name for one in treat], values)
        if name in told and told[name].counts and word != KEEP:
            notes.append(_sentence(told[name], word))
    problems.raise_any()
    return Protection(tuple(drop), mends, tuple(notes))


def _finder(spec: ProtectSpec) -> Finder:
    return finder(spec.sorts, spec.regions)


def _named(recipe: Recipe, columns: Sequence[str]) -> None:
    found = Problems(RecipeError)
    for name in recipe.protect.columns:
        if name not in columns:
            found.add("no such column", recipe.place(f"protect.columns.{name}"), nearest(name, columns))
    found.raise_any()


def _all(frames: Mapping[str, pl.DataFrame], name: str, clean: Clean) -> pl.Series:
    """A column of all parts, mended: text where they differ in type."""
    import polars as pl

    parts = [cleaning.mended(frame[name], clean) for frame in frames.values()]
    if len({part.dtype for part in parts}) > 1:
        parts = [part.cast(pl.String) for part in parts]
    return pl.concat(parts)


def _reported(train: pl.DataFrame, recipe: Recipe, clean: Mapping[str, Clean]) -> dict[str, Held]:
    """What the first of every so many rows hold; nothing where the packages to look with are not installed."""
    rows = train.gather_every(max(1, train.height // LOOKED)).head(LOOKED)
    look = _finder(recipe.protect)
    try:
        return {name: held(cleaning.mended(rows[name], clean.get(name, ())), look) for name in rows.columns}
    except MissingExtraError:  # what only tells must not stand in the way
        return {}


def _treatment(name: str, told: Held | None, recipe: Recipe, series: pl.Series) -> tuple[str, Clean]:
    """What is done with a column, in a word, and the cleaners that do it."""
    spec = recipe.protect
    said = spec.columns.get(name)
    sort = (told.whole if told else "") or ""
    if said is not None and said.name in {DROP, KEEP}:
        return said.name, ()
    if said is not None:
        usual = _usual(said.name, sort or _finder(spec).told(name), spec)
        return said.name, (Cleaning(said.name, usual | dict(said.settings)),)
    if spec.found == "report" or told is None:
        return "report", ()
    if sort:
        return spec.found, () if spec.found == DROP else (Cleaning(spec.found, _usual(spec.found, sort, spec)),)
    if not series.dtype.is_numeric() and not series.dtype.is_temporal() and str(series.dtype) != "Boolean":
        inner = "mask" if spec.found == DROP else spec.found  # a text is worth more than the number it holds
        return inner, (Cleaning(inner, _inside(inner, spec)),)
    return "report", ()


def _usual(name: str, sort: str, spec: ProtectSpec) -> dict[str, Any]:
    """The settings of a cleaner for whole values of a sort."""
    regions = list(spec.regions)
    if name in KEYED:
        return {"key": spec.key, "sort": sort, "regions": regions}
    if name != "mask":
        return {}
    return {"whole": sort} if sort else {"sorts": list(spec.sorts), "regions": regions}


def _inside(name: str, spec: ProtectSpec) -> dict[str, Any]:
    """The settings of a cleaner for what is found inside texts."""
    usual: dict[str, Any] = {"sorts": list(spec.sorts), "regions": list(spec.regions)}
    return {**usual, "key": spec.key, "inside": True} if name in KEYED else usual


def _target(told: Held | None, recipe: Recipe, problems: Problems) -> None:
    said = recipe.protect.columns.get(recipe.target)
    if said is not None and said.name != KEEP:
        problems.add(f"the target cannot be treated by '{said.name}'", recipe.target, "say keep, or leave it out")
    elif said is None and recipe.protect.found != "report" and told is not None and (told.whole or told.proven):
        hint = f"choose another target, or say protect: {{columns: {{{recipe.target}: keep}}}}"
        problems.add(
            f"the target holds personal data ({_labels(told)}), and answers would tell it", recipe.target, hint
        )


def _may_go(name: str, recipe: Recipe, problems: Problems) -> None:
    given = recipe.columns.get(name)
    if given is not None and given.role in {Role.SLICE, Role.WEIGHT}:
        hint = f"say protect: {{columns: {{{name}: hash}}}}, or keep"
        problems.add(f"is dropped as personal data, and the recipe needs it as {given.role}", name, hint)


def _labels(told: Held) -> str:
    return ", ".join(label(sort) for sort in sorted(told.counts))


def _sentence(told: Held, word: str) -> str:
    """What a column holds, and what is done about it."""
    done = {
        "report": "is left as it is; say protect: {found: mask} or the like",
        DROP: "is dropped",
        "mask": "is masked",
        "hash": "is hashed",
        "pseudonym": "gets pseudonyms",
    }.get(word, f"is treated by {word}")
    where = "" if told.whole else " inside its texts"
    return f"column {told.column} holds personal data{where} ({_labels(told)}), which {done}"
