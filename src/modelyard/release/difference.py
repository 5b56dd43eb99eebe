"""What differs between two bundles: what their recipes ask, the rows, the columns, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.report import Report, Score
    from modelyard.core.types import Schema
    from modelyard.release.bundle import Bundle


@dataclass(frozen=True)
class Change:
    """One place where two bundles differ; None where one has nothing there."""

    where: str
    first: Any
    second: Any


@dataclass(frozen=True)
class Difference:
    """All that differs. `same` where both are one bundle; `rows` where both grew from the same rows."""

    first: str
    second: str
    same: bool
    rows: bool
    recipe: tuple[Change, ...] = ()
    columns: tuple[Change, ...] = ()
    scores: tuple[Change, ...] = ()
    versions: tuple[Change, ...] = ()


def between(one: Bundle, other: Bundle) -> Difference:
    """What a reader of two cards would have to look for."""
    import yaml  # which serving does without

    return Difference(
        first=one.digest,
        second=other.digest,
        same=one.digest == other.digest,
        rows=one.manifest.data_digest == other.manifest.data_digest,
        recipe=_changes(_flat(yaml.safe_load(one.recipe)), _flat(yaml.safe_load(other.recipe))),
        columns=_changes(_columns(one.schema), _columns(other.schema)),
        scores=_changes(_scores(one.report), _scores(other.report)),
        versions=_changes(one.manifest.built.versions, other.manifest.built.versions),
    )


def _changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Change, ...]:
    """Where two mappings differ, in the first one's order and then the second's."""
    keys = dict.fromkeys([*first, *second])
    each = (Change(key, first.get(key), second.get(key)) for key in keys)
    return tuple(change for change in each if not _same(change.first, change.second))


def _same(one: object, other: object) -> bool:
    """Two values that are not defined are the same."""
    return one == other or (one != one and other != other)  # noqa: PLR0124 - NaN alone differs from itself


def _flat(value: object, at: str = "") -> dict[str, Any]:
    """A recipe by the paths of its values.

    >>> _flat({"training": {"epochs": 5}, "metrics": ["f1"]})
    {'training.epochs': 5, 'metrics.0': 'f1'}
    """
    return dict(_leaves(value, at))


def _leaves(value: object, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        inside = list(value.items())
    elif isinstance(value, list) and value:
        inside = list(enumerate(value))
    else:
        yield at, value
        return
    for key, inner in inside:
        yield from _leaves(inner, f"{at}.{key}" if at else str(key))


def _columns(schema: Schema) -> dict[str, str]:
    return {column.name: f"{column.kind}, {column.role}" for column in schema.columns}


def _scores(report: Report) -> dict[str, float]:
    return {_place(score): round(score.value, 6) for score in report.scores}


def _place(score: Score) -> str:
    return f"{score.metric} on {score.slice}" if score.slice else score.metric
