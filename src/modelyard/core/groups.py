"""The groups of a column by name: what training learns for each, serving finds again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.types import Column, Kind

if TYPE_CHECKING:
    from modelyard.core.types import Values

KINDS = frozenset({Kind.CATEGORY, Kind.BOOLEAN})  # whose values are groups as they are
TRUTHS = {1.0: "true", 0.0: "false"}


def named(values: Values, column: Column) -> npt.NDArray[Any]:
    """The group of each row, [rows] of str, as slices name it; empty where the value is missing.

    >>> named(np.array([1.0, 0.0, np.nan]), Column("member", Kind.BOOLEAN)).tolist()
    ['true', 'false', '']
    """
    if column.kind is Kind.BOOLEAN:
        return np.array([TRUTHS.get(value, "") for value in values.tolist()], dtype=object)
    return np.array(["" if value is None else str(value) for value in values], dtype=object)
