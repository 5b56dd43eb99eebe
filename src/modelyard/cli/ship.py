"""From a recipe to a release, told as it goes: what `launch` and `demo` share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.cli import progress, show, unequal, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelyard.release.bundle import Bundle
    from modelyard.serve.target import Target


@dataclass(frozen=True)
class Shipped:
    """A bundle that was released, as a server follows it, and what `--json` tells of it."""

    bundle: "Bundle"
    target: "Target"
    told: dict[str, Any]


def ship(recipe: Path, overrides: Sequence[str], home: str | Path | None, *, as_json: bool, quiet: bool) -> Shipped:
    """Train, show the report, run the gates, show their verdicts, release.

    Raises:
        RefusedError: a gate said no.
        ModelyardError: as `modelyard.train` raises it.
    """
    with progress.shown(quiet=quiet):
        from modelyard import run

        made = run.train(recipe, overrides, home)
    if not as_json:
        show.report(made.report)
        unequal.tell(made.report)
        show.line(f"bundle: {made.bundle.folder}")
    with progress.shown(quiet=quiet):
        released, verdicts = run.release(made.bundle, made.yard, by=words.who(None))
    if not as_json:
        show.verdicts(verdicts)
    if released is None:
        raise run.refusal(verdicts, made.bundle)
    if not as_json:
        show.released(released)
    target = words.target(f"{released.name}@{released.alias}", made.yard.place.address)
    return Shipped(
        made.bundle, target, {**show.trained(made.bundle, made.report), **show.judged(made.bundle, released, verdicts)}
    )
