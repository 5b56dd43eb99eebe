"""The words of a call to what they mean; a word of the wrong sort is told what it is good for."""

from __future__ import annotations

import getpass
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import BundleError, UsageError, YardError
from modelyard.core.urls import ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.release.bundle import Bundle
    from modelyard.release.yard import Yard
    from modelyard.serve.target import Target

RECIPES = (".yaml", ".yml")
TABLES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".arrow", ".feather", ".xlsx", ".xls", ".ods")
MANIFEST = "manifest.json"


def recipe(word: str) -> Path:
    """The path of a recipe.

    Raises:
        UsageError: it is a table, a bundle or a folder.
    """
    path = Path(word)
    if ending(word) in TABLES:
        hint = f"write a first one with: modelyard init {shlex.quote(word)}"
        raise UsageError("is a table, and a recipe is wanted here", word, hint)
    if (path / MANIFEST).is_file():
        hint = f"a bundle is trained already: modelyard release {shlex.quote(word)}"
        raise UsageError("is a bundle, and a recipe is wanted here", word, hint)
    if path.is_dir():
        inside = sorted(str(entry) for entry in path.iterdir() if entry.suffix.lower() in RECIPES)
        hint = f"in it: {', '.join(inside)}" if inside else "write one with: modelyard init DATA.csv"
        raise UsageError("is a folder, and a recipe is wanted here", word, hint)
    return path


def data(word: str, verb: str = "") -> str | dict[str, Any]:
    """A path, or a source as recipes write it: `{source: csv, path: ...}`.

    Raises:
        UsageError: it is a recipe or a bundle, or braces that hold no source.
    """
    path = Path(word)
    if word.lstrip().startswith("{"):
        return _braces(word)
    if path.suffix.lower() in RECIPES:
        raise UsageError("is a recipe, and a table is wanted here", word, f"modelyard check {shlex.quote(word)}")
    if (path / MANIFEST).is_file():
        hint = f"the bundle comes first: modelyard {verb} {shlex.quote(word)} DATA" if verb else ""
        raise UsageError("is a bundle, and a table is wanted here", word, hint)
    return word


def bundle(word: str, home: str | Path | None, verb: str) -> Bundle:
    """A bundle by its folder, or a release by its name.

    Raises:
        UsageError: it is a recipe or a table.
        BundleError, YardError: as `modelyard.load` raises them.
    """
    path = _trained(word, verb)
    from modelyard.release import yard as yards
    from modelyard.release.bundle import Bundle

    if home is not None and not (path / MANIFEST).is_file():
        there = yards.Yard(home)
        return there.open(there.find(word))
    try:
        return yards.load(word)
    except (BundleError, YardError):
        if path.is_dir():
            return Bundle.load(path)  # which tells what the folder lacks
        raise


def yard(of: Bundle | Target, home: str | Path | None) -> Yard:
    """The yard that releases a bundle: the one that was said, the one that the bundle lies in, or this place's.

    Raises:
        YardError: there is none.
    """
    from modelyard.release import yard as yards
    from modelyard.release.ledger.place import cache

    if home is not None:
        return yards.Yard(home)
    lies_in = Path(of.folder).resolve().parent
    # A database's bundles may lie in a folder that looks like a yard's own.
    of_database = {cache() / "bundles", Path(os.environ.get(yards.BUNDLES) or cache())}
    in_database = "://" in os.environ.get(yards.HOME, "") or lies_in in {place.resolve() for place in of_database}
    around = yards.Yard(lies_in.parent)
    if lies_in == around.bundles and not in_database:
        return around
    return yards.here()


def place(home: str | Path | None) -> Yard:
    """The yard that was said, or this place's.

    Raises:
        YardError: there is none.
    """
    from modelyard.release import yard as yards

    return yards.here() if home is None else yards.Yard(home)


def who(said: str | None) -> str:
    """Who calls, for the history: as was said, or by the name that the machine knows."""
    if said is not None:
        return " ".join(said.split())
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return ""


def days(word: str, option: str) -> float:
    """A number of days, such as `90d` or `36h`.

    Raises:
        UsageError: it is none.
    """
    from modelyard.core import amounts

    try:
        return float(str(amounts.days(word)))
    except ValueError as error:
        raise UsageError(str(error), option, word) from error


def targets(words: Sequence[str], home: str | Path | None) -> dict[str, Target]:
    """What is to be served, by its names; no bundle is read before it is served.

    Raises:
        UsageError: two have one name, or one is a recipe or a table.
        BundleError, YardError: there is none such.
    """
    found: dict[str, Target] = {}
    for word in words:
        one = target(word, home)
        if one.name in found:
            raise UsageError(f"is a second model called '{one.name}'", word, "serve each name once")
        found[one.name] = one
    return found


def target(word: str, home: str | Path | None) -> Target:
    """A folder or a release: `NAME` and `NAME@ALIAS` follow the alias, `NAME@3` and a folder stay.

    Raises:
        UsageError: it is a recipe or a table.
        BundleError, YardError: there is none such.
    """
    path = _trained(word, "serve")
    from modelyard.release import manifest
    from modelyard.release import yard as yards
    from modelyard.serve.target import Target

    if (path / MANIFEST).is_file() or os.sep in word.removeprefix(yards.SCHEME):
        made = manifest.read(path)
        return Target(made.name, str(path), made.digest)
    try:
        there = place(home)
        release = there.find(word)
    except YardError:
        if path.is_dir():
            manifest.read(path)  # which tells what the folder lacks
        raise
    which = word.removeprefix(yards.SCHEME).partition("@")[2] or yards.CHAMPION
    alias = which if which in release.aliases else ""
    folder = there.store.fetch(release.digest)
    return Target(release.name, str(folder), release.digest, there.place.address, release.version, alias)


def _trained(word: str, verb: str) -> Path:
    """Refuse what is no bundle yet."""
    path = Path(word)
    if path.suffix.lower() in RECIPES:
        hint = (
            f"train it first: modelyard train {shlex.quote(word)}, or all in one: modelyard launch {shlex.quote(word)}"
        )
        raise UsageError("is a recipe, and a bundle is wanted here", word, hint)
    if ending(word) in TABLES:
        raise UsageError("is a table, and a bundle comes first", word, f"modelyard {verb} NAME {shlex.quote(word)}")
    return path


def _braces(word: str) -> dict[str, Any]:
    import yaml

    from modelyard.recipe import parse

    try:
        value = parse.value(word)
    except yaml.YAMLError as error:
        raise UsageError("is no YAML", word, "such as '{source: csv, path: a.csv, encoding: gb18030}'") from error
    if not isinstance(value, dict) or not isinstance(value.get("source"), str):
        raise UsageError("names no source", word, "such as '{source: csv, path: a.csv, encoding: gb18030}'")
    return {str(key): setting for key, setting in value.items()}
