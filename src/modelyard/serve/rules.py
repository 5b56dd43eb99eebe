"""Canaries and shadows as words of a call, and whether they fit what is served."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from modelyard.core.errors import Problems, UsageError, nearest
from modelyard.serve.settings import Canary, Shadowing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.serve.settings import Traffic
    from modelyard.serve.target import Target

ALIAS = r"(?P<alias>[\w.-]{1,64})"
CANARY = re.compile(rf"(?:(?P<model>[\w.-]+):)?{ALIAS}=(?P<share>\d+(?:\.\d+)?)%")
SHADOW = re.compile(rf"(?:(?P<model>[\w.-]+):)?{ALIAS}")

Ruled = TypeVar("Ruled", Canary, Shadowing)


def canary(word: str) -> Canary:
    """`ALIAS=5%` or `NAME:ALIAS=5%`.

    Raises:
        UsageError: it is neither.
    """
    found = CANARY.fullmatch(word)
    if found is None or not 0 < float(found["share"]) <= 100:
        raise UsageError("is no share of the requests", f"--canary {word}", "such as: --canary challenger=5%")
    return Canary(found["alias"], float(found["share"]) / 100, found["model"] or "")


def shadow(word: str) -> Shadowing:
    """`ALIAS` or `NAME:ALIAS`.

    Raises:
        UsageError: it is neither.
    """
    found = SHADOW.fullmatch(word)
    if found is None:
        raise UsageError("is no alias", f"--shadow {word}", "such as: --shadow challenger")
    return Shadowing(found["alias"], found["model"] or "")


def of(rules: Sequence[Ruled], name: str) -> Ruled | None:
    """The rule for a model."""
    return next((rule for rule in rules if rule.model in {"", name}), None)


def check(traffic: Traffic, targets: Mapping[str, Target]) -> None:
    """Refuse rules that no request could follow.

    Raises:
        UsageError: all that is wrong with them.
    """
    found = Problems(UsageError)
    _check("--canary", traffic.canaries, targets, found)
    _check("--shadow", traffic.shadows, targets, found)
    if traffic.promotion.after and not traffic.canaries:
        found.add("there is no canary to promote", "--promote-after", "add: --canary challenger=5%")
    for rule in traffic.canaries if traffic.promotion.after else ():
        for name, target in targets.items():
            if rule.model in {"", name} and target.home and not target.alias:
                hint = f"serve {name} without a version"
                found.add("a fixed version stays, whatever is promoted", target.release, hint)
    found.raise_any()


def _check(option: str, rules: Sequence[Ruled], targets: Mapping[str, Target], found: Problems) -> None:
    seen: set[str] = set()
    for rule in rules:
        place = f"{option} {rule.model}:{rule.alias}" if rule.model else f"{option} {rule.alias}"
        names = [rule.model] if rule.model else list(targets)
        if len(names) > 1:
            found.add("several models are served here", place, f"say of which: {option} {names[0]}:{rule.alias}")
        elif names[0] not in targets:
            found.add(f"no model called '{names[0]}' is served", place, nearest(names[0], targets))
        elif not targets[names[0]].home:
            found.add("a folder has no aliases", place, f"release it, and serve it by name: {names[0]}")
        elif names[0] in seen:
            found.add("is a second rule for one model", place, "say it once")
        else:
            seen.add(names[0])
