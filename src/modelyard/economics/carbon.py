"""What electricity emits, by country: the table that CodeCarbon brings, where it is installed; nothing is fetched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WORLD = 475.0  # g CO2e of a kilowatt-hour, the world's mean in 2018 (IEA, Global Energy and CO2 Status Report 2019)
TABLE = "codecarbon/data/private_infra/global_energy_mix.json"
AVERAGE = "world average"


@dataclass(frozen=True)
class Grid:
    """A country's electricity: `grams` of CO2 equivalents a kilowatt-hour, in the mean of a `year`."""

    name: str
    grams: float
    year: int


@cache
def grids() -> Mapping[str, Grid]:
    """Grids by their ISO 3166 codes; none where CodeCarbon is not installed."""
    try:
        content = json.loads(Path(str(distribution("codecarbon").locate_file(TABLE))).read_text(encoding="utf-8"))
    except (PackageNotFoundError, OSError, ValueError):
        return {}
    return {code: _grid(said) for code, said in content.items() if said.get("carbon_intensity") is not None}


def grid(code: str | None) -> tuple[str, float, str]:
    """What a grid is called, its grams of CO2 equivalents a kilowatt-hour, and where that figure is from."""
    if code is None:
        return AVERAGE, WORLD, "of the world in 2018 (IEA): the recipe names no grid"
    known = grids().get(code.upper())
    if known is None:
        return AVERAGE, WORLD, f"of the world in 2018 (IEA): {code.upper()} is known where CodeCarbon is installed"
    return code.upper(), known.grams, f"of {known.name} in {known.year} (CodeCarbon's table)"


def _grid(said: Mapping[str, Any]) -> Grid:
    return Grid(str(said["country_name"]), float(said["carbon_intensity"]), int(said.get("year", 0)))
