"""Training rows as augments read them, and the rows that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from modelyard.core.types import Column, Floats, Ints, Values


@dataclass(frozen=True)
class Sample:
    """Training rows: values [rows] of the columns that an augment changes, in the order that it said, by their names.

    `target` is [rows] codes of `classes`, or numbers where there are none; `known` is what is known of each column.
    """

    columns: Mapping[str, Values]
    known: Mapping[str, Column]
    target: npt.NDArray[Any]
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many rows."""
        return len(self.target)


@dataclass(frozen=True)
class Made:
    """Rows that were made: values [made] of the changed columns; all else is as in the training rows `like` [made].

    The target is that of the rows `labels` [made] where these are given. `weight` [made] multiplies what a row like it
    weighs.
    """

    columns: Mapping[str, Values]
    like: Ints
    labels: Ints | None = None
    weight: Floats | None = None
    notes: tuple[str, ...] = ()
