"""The columns that a step is for, and the names of those that it adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import Problems, RecipeError, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from modelyard.core.types import Column, Kind


def columns(said: Sequence[str], known: Mapping[str, Column], kinds: Collection[Kind], step: str) -> list[str]:
    """Those that the recipe names for a step, or all of the kinds that it reads.

    Raises:
        RecipeError: one is not there, or is of another kind; all of them at once.
    """
    if not said:
        return [name for name, column in known.items() if column.kind in kinds]
    found = Problems(RecipeError)
    for name in said:
        if name not in known:
            found.add(f"no column called '{name}' is learnt from", f"prepare: {step}", nearest(name, known))
        elif known[name].kind not in kinds:
            wanted = " or ".join(sorted(kinds))
            found.add(
                f"the column '{name}' has the kind '{known[name].kind}'", f"prepare: {step}", f"it reads {wanted}"
            )
    found.raise_any()
    return list(said)


def fresh(names: Sequence[str], known: Mapping[str, Column], step: str) -> None:
    """What a step adds is not there already.

    Raises:
        RecipeError: a name is taken; all of them at once.
    """
    found = Problems(RecipeError)
    for name in names:
        if name in known or list(names).count(name) > 1:
            found.add(f"there is a column called '{name}' already", f"prepare: {step}", "give it another `name`")
    found.raise_any()
