"""A recipe written back: every default in its place, the environment's values left as `${NAME}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from modelyard.core.types import Json
    from modelyard.recipe.places import Place
    from modelyard.recipe.schema import ProtectSpec


class _Dumper(yaml.SafeDumper):
    """Block style, keys in order, lists indented, text as it is in any script."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def part(key: str, name: str, settings: dict[str, Json]) -> dict[str, Json]:
    """A part as a recipe writes it, all settings told."""
    return {key: name, **settings}


def protect(spec: ProtectSpec) -> dict[str, Any]:
    """What becomes of personal data, cleaners as they were said: what a column holds settles the rest."""
    columns = {name: part("clean", one.name, one.settings) for name, one in spec.columns.items()}
    return {**spec.model_dump(mode="json"), "columns": columns}


def with_raw(filled: dict[str, Any], raw: dict[Place, str]) -> dict[str, Any]:
    """The same with `${ENV}` values as they were written: a secret never enters a bundle."""
    for place, text in raw.items():
        inside: Any = filled
        *path, last = _moved(place, filled)
        for step in path:
            inside = inside[step]
        inside[last] = text
    return filled


def to_yaml(filled: dict[str, Any]) -> str:
    """The filled recipe as YAML text that parses back to the same recipe."""
    return yaml.dump(filled, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def from_yaml(text: str) -> dict[str, Any]:
    """The mapping that `to_yaml` wrote."""
    return dict(yaml.safe_load(text))


def _moved(place: Place, filled: dict[str, Any]) -> Place:
    """Where a value stands in the filled form: `data: a.csv` is `data: {train: {source: csv, path: a.csv}}`."""
    if place[0] == "data" and (len(place) == 1 or place[1] not in {"train", "valid", "test", "join"}):
        place = ("data", "train", *place[1:])
    if place[0] == place[-1] == "data" or (
        place[0] == "data" and len(place) == 2
    ):  # a bare path, of a join's table too
        return (*place, "path")
    inside: Any = filled
    for step in place:
        inside = inside[step]
    # a part given by its bare name became {key: name, ...}
    return (*place, next(iter(inside))) if isinstance(inside, dict) else place
