"""All inspections of a table, one after the other; what they find, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core import events
from modelyard.core.findings import Finding, Severity
from modelyard.quality.inspection import INSPECTIONS, Inspection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelyard.quality.subject import Subject

ORDER = list(Severity)


def chosen(said: Mapping[str, Inspection | None], *, fast: bool = False) -> dict[str, Inspection]:
    """Every inspection by its name: with the settings that a recipe gives it, and none that it switches off (None).

    `fast` leaves out those that fit models.

    Raises:
        MissingExtraError: one needs a package that is not installed.
    """
    built = {name: said[name] if name in said else INSPECTIONS.build(name, {}) for name in INSPECTIONS.names}
    return {name: one for name, one in built.items() if one is not None and not (fast and one.slow)}


def examined(subject: Subject, inspections: Mapping[str, Inspection]) -> tuple[Finding, ...]:
    """What they find, in the order of `worst_first`.

    Raises:
        MissingExtraError: an inspection needs a package that is not installed.
    """
    found: list[Finding] = []
    for done, (name, inspection) in enumerate(inspections.items()):
        events.step("inspecting", done, len(inspections), name)
        found.extend(inspection(subject))
    events.step("inspecting", len(inspections), len(inspections))
    return worst_first(found)


def worst_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """By severity; else as they came."""
    return tuple(sorted(found, key=lambda one: ORDER.index(one.severity)))
