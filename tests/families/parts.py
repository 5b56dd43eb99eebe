"""Every part of every family, found as the registry finds them: nobody keeps a list here either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from modelyard.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.registry import Family

EVERY = [(family, name) for family in FAMILIES for name in family.names]
# What a setting of this name must be, whichever part has it; any other gets the first value that fits.
MEANT: dict[str, Any] = {"path": "rows.csv", "metric": "accuracy", "bound": 0.5, "country": "CN", "by": "range"}
PLAUSIBLE: tuple[Any, ...] = ("x", 1, 0.5, True, ["x"], [1], {}, {"x": 1}, ["x", "y"])


def label(case: object) -> str:
    """How a parametrised test shows a family or a name."""
    return str(getattr(case, "noun", case))


def settings(cls: type[Any], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Settings with which a part can be built: those of `given` that it has, and all that it has no default for."""
    known = {**MEANT, **(given or {})}
    return {
        name: known[name] if name in known else _plausible(field)
        for name, field in cls.__pydantic_fields__.items()
        if field.is_required() or (given is not None and name in given)
    }


def build(family: Family[Any], name: str, given: Mapping[str, Any] | None = None) -> Any:
    """A part with such settings."""
    return family.build(name, settings(family.part(name), given))


def _plausible(field: Any) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(field.annotation)
    for value in PLAUSIBLE:
        try:
            adapter.validate_python(value)
        except ValidationError:
            continue
        return value
    raise AssertionError(f"no plausible value for {field.annotation}: give the setting a default")
