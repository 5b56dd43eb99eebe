"""The gates of a bundle's recipe, and its release where all say yes. It reads no rows: the base install is enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from modelyard.core import events
from modelyard.core.errors import Problem, RefusedError
from modelyard.families import GATES
from modelyard.recipe import parse
from modelyard.release.yard import CHAMPION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.report import Verdict
    from modelyard.release.bundle import Bundle
    from modelyard.release.yard import Release, Yard


def judge(bundle: Bundle, yard: Yard) -> tuple[Verdict, ...]:
    """What the gates of a bundle's recipe say of it, beside the champion of its name.

    Raises:
        RecipeError: a gate judges what the report does not hold.
    """
    recipe = parse.packed(bundle.recipe)
    champion = yard.champion(bundle.name)
    before = champion.report if champion is not None else None
    candidate = replace(bundle.report, reviews=yard.reviews(bundle.digest))  # the yard's word, never the bundle's
    gates = [GATES.build(spec.name, spec.settings, f"gates.{place}") for place, spec in enumerate(recipe.gates)]
    return tuple(gate(candidate, before) for gate in gates)


def release(
    bundle: Bundle, yard: Yard, alias: str = CHAMPION, by: str = ""
) -> tuple[Release | None, tuple[Verdict, ...]]:
    """Run the gates; where all say yes, the bundle is the next release of its name, and its champion or `alias`."""
    verdicts = judge(bundle, yard)
    if not all(verdict.passed for verdict in verdicts):
        return None, verdicts
    if not verdicts:
        events.note("the recipe has no gates: released unjudged")
    return yard.offer(bundle, verdicts, alias, by), verdicts


def refusal(verdicts: Sequence[Verdict], bundle: Bundle) -> RefusedError:
    """The error that tells each no."""
    hint = f"the bundle is not released and lies in {bundle.folder}"
    return RefusedError.of(Problem(v.reason, f"gate {v.gate}", hint) for v in verdicts if not v.passed)
