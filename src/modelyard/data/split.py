"""Rows dealt out to train, valid and test by one seed: no row in two parts, every class in training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events
from modelyard.core.errors import DataError
from modelyard.core.types import Ints, Parts
from modelyard.data.read import Rows, weight_values
from modelyard.data.splits import told
from modelyard.data.splits.given import apart
from modelyard.data.splits.pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.recipe.schema import SplitSpec


def split(rows: Rows, how: SplitSpec, seed: int, place: Path | None = None) -> Parts:
    """The three parts; those that the recipe gives as files stay as they are, the rest is taken from train.

    What a person should know of it is told to who listens, and noted with the parts. What is taken is written to a
    file of its part's folder in `place`, where there is one, as `file_of` names it.

    Raises:
        DataError: too few rows, groups or moments for three parts.
    """
    rows, notes = apart(rows, how)
    shares = (0.0 if rows.test else how.test, 0.0 if rows.valid else how.valid)
    table = rows.train
    part: Ints = np.zeros(len(table), dtype=np.int64)
    if any(shares):
        dealt = Pool.of(rows, how).deal(shares, seed, "split")
        part, notes = dealt.part, (*notes, *dealt.notes)
    files = {name: place and file_of(place, name) for name in ("train", "valid", "test")}
    parts = Parts(
        train=table.where(part == 0, files["train"]),
        valid=rows.valid or table.where(part == 2, files["valid"]),
        test=rows.test or table.where(part == 1, files["test"]),
    )
    check(parts)
    parts = Parts(parts.train, parts.valid, parts.test, (*notes, *told.sentences(parts, how)))
    for note in parts.notes:
        events.note(note)
    return parts


def file_of(place: Path, part: str) -> Path:
    """Where the rows of a part lie in a folder."""
    return place / part / "rows.arrow"


def check(parts: Parts) -> None:
    """Each part has rows that count.

    Raises:
        DataError: one has none.
    """
    for name, found in (("train", parts.train), ("valid", parts.valid), ("test", parts.test)):
        if len(found) == 0:
            raise DataError(f"the split leaves no row for {name}", "split", "add rows or change the shares")
        weight = weight_values(found)
        if weight is not None and not bool((weight > 0).any()):
            raise DataError(f"every row of {name} has weight zero", "split", "give more rows a weight")
