"""What was measured so far: one cell a fit, on disk after each, so that a run that is killed goes on where it was."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

Cell = dict[str, Any]


@dataclass
class Book:
    """The cells of a file, by data set, method, limit and seed."""

    file: Path
    about: dict[str, Any]
    cells: dict[str, Cell] = field(default_factory=dict)

    @classmethod
    def open(cls, file: Path, about: dict[str, Any], again: Iterable[str] = ()) -> Book:
        """What the file holds; cells of the methods `again` are done anew."""
        told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"cells": {}}
        kept = {key: cell for key, cell in told["cells"].items() if cell["method"] not in set(again)}
        return cls(file, about, kept)

    def only(self, keys: Iterable[str]) -> Book:
        """The book of a few cells, as far as they are there."""
        return Book(self.file, self.about, {key: self.cells[key] for key in keys if key in self.cells})

    def done(self, key: str) -> bool:
        """Whether a fit is there and did not fail."""
        return "error" not in self.cells.get(key, {"error": ""})

    def write(self, key: str, cell: Cell) -> None:
        """Add a fit; the file is whole at any moment."""
        self.cells[key] = cell
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({**self.about, "cells": self.cells}, indent=1) + "\n", encoding="utf-8")
        draft.replace(self.file)

    def values(self, data: str, method: str, figure: str) -> dict[int, float]:
        """A figure of a method on a data set, by seed."""
        cells = [c for c in self.cells.values() if (c["data"], c["method"]) == (data, method) and figure in c]
        return {int(cell["seed"]): float(cell[figure]) for cell in cells}

    def mean(self, data: str, method: str, figure: str) -> float:
        """Over the seeds; NaN where there is none."""
        found = list(self.values(data, method, figure).values())
        return float(np.mean(found)) if found else float("nan")

    def error(self, data: str, method: str, figure: str) -> float:
        """The standard error of the mean; NaN where one seed does not tell."""
        return _standard_error(list(self.values(data, method, figure).values()))

    def paired(self, data: str, ours: str, theirs: str, figure: str) -> tuple[float, float]:
        """Mean and standard error of ours less theirs over the seeds that both have."""
        one, other = (self.values(data, method, figure) for method in (ours, theirs))
        gaps = [one[seed] - other[seed] for seed in one.keys() & other.keys()]
        return float(np.mean(gaps)) if gaps else float("nan"), _standard_error(gaps)


def _standard_error(values: list[float]) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
