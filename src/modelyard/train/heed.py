"""How much a model heeds the rows of each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.errors import DataError, Problems
from modelyard.data.infer import class_of

if TYPE_CHECKING:
    from modelyard.core.blocks import Examples, HeldOut
    from modelyard.core.finish import ClassWeight
    from modelyard.core.types import Column, Floats


def factors(wish: ClassWeight, column: Column, target: npt.NDArray[Any], weight: Floats | None) -> Floats | None:
    """What the weight of a class's rows is multiplied with, [classes] float64; `column` is the target's.

    `balanced` brings all classes to one sum over the training rows (King and Zeng 2001); a class that a mapping leaves
    out keeps its weight.

    Raises:
        DataError: the mapping names what is no class.
    """
    if wish is None:
        return None
    if isinstance(wish, Mapping):
        return _named(wish, column)
    sums = np.bincount(target, weights=weight, minlength=len(column.levels)).astype(np.float64)
    there = sums > 0
    return np.where(there, sums.sum() / (there.sum() * np.where(there, sums, 1.0)), 1.0)


def weighed(examples: Examples, by_class: Floats | None) -> Examples:
    """Rows to learn from, each by its class as well."""
    if by_class is None:
        return examples
    plain = np.ones(len(examples)) if examples.weight is None else examples.weight
    return replace(examples, weight=plain * by_class[examples.target])


def unweighed(held_out: HeldOut, by_class: Floats | None) -> HeldOut:
    """Rows with the weights that they had before `weighed`: as many of each class as there are."""
    if by_class is None or held_out.weight is None:
        return held_out
    return replace(held_out, weight=held_out.weight / by_class[held_out.target])


def _named(wish: Mapping[str | int | bool, float], column: Column) -> Floats:
    found = Problems(DataError)
    out = np.ones(len(column.levels))
    for told, factor in wish.items():
        name = class_of(told, column.levels)
        if name in column.levels:
            out[column.levels.index(name)] = factor
        else:
            found.add(f"no class called '{name}'", f"class_weight.{told}", f"known: {', '.join(column.levels)}")
    found.raise_any()
    return out
