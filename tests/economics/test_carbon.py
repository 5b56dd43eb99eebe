"""What electricity emits is CodeCarbon's own figure, and told where it is not known."""

from __future__ import annotations

import pytest

from modelyard.assemble import assemble
from modelyard.core.errors import RecipeError
from modelyard.economics import carbon

PLAIN = {"version": 1, "name": "n", "data": "rows.csv", "target": "y", "model": "linear"}


@pytest.mark.parametrize("code", ["DEU", "CHN", "FRA", "USA", "deu"])
def test_a_grid_emits_what_codecarbon_says(code: str) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from codecarbon.core.emissions import Emissions
        from codecarbon.core.units import Energy
        from codecarbon.external.geography import GeoMetadata
        from codecarbon.input import DataSource

        geo = GeoMetadata(country_iso_code=code.upper())
        kilograms = Emissions(DataSource()).get_private_infra_emissions(Energy.from_energy(kWh=1.0), geo)
    name, grams, source = carbon.grid(code)
    assert name == code.upper()
    assert grams == pytest.approx(1000 * kilograms)
    assert "CodeCarbon" in source


def test_no_grid_is_the_worlds_average(monkeypatch: pytest.MonkeyPatch) -> None:
    assert carbon.grid(None)[:2] == ("world average", 475.0)
    monkeypatch.setattr(carbon, "grids", dict)
    name, grams, source = carbon.grid("DEU")
    assert (name, grams) == ("world average", 475.0)
    assert "DEU is known where CodeCarbon is installed" in source


@pytest.mark.parametrize(("code", "hint"), [("GER", "did you mean 'DEU'?"), ("ger", "did you mean 'DEU'?")])
def test_a_grid_that_is_none_is_told_with_the_nearest(code: str, hint: str) -> None:
    with pytest.raises(RecipeError) as caught:
        assemble({**PLAIN, "prices": {"grid": code}})
    (problem,) = caught.value.problems
    assert problem.problem == f"no country's grid called '{code}'"
    assert problem.where.endswith("prices.grid")
    assert problem.hint == hint


def test_without_codecarbon_any_code_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carbon, "grids", dict)
    assert assemble({**PLAIN, "prices": {"grid": "GER"}}).prices.grid == "GER"
