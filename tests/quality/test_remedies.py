"""Every line that is to mend something is YAML that a recipe takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.core.errors import RecipeError
from modelyard.core.types import Kind
from modelyard.data.cleaning import CLEANERS
from modelyard.features.fit import ENCODERS, STEPS
from modelyard.quality import remedies
from modelyard.recipe import parse
from modelyard.recipe.schema import Recipe, SplitSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelyard.quality.checkup import Checkup

RECIPE = {"version": 1, "name": "x", "data": "a.csv", "target": "t"}


def parts(said: Mapping[str, Any]) -> Iterator[bool]:
    """Whether each part that a piece of a recipe names is there in this installation."""
    for column in said.get("columns", {}).values():
        yield from (
            (one if isinstance(one, str) else one["clean"]) in CLEANERS.names for one in column.get("clean", [])
        )
        if "encoder" in column:
            yield column["encoder"] in ENCODERS.names
    yield from (one["step"] in STEPS.names for one in said.get("prepare", []))
    if "column" in said.get("split", {}):
        yield "column" in SplitSpec.model_fields


@settings(max_examples=15)
@given(st.text(min_size=1, max_size=20))
def test_whatever_a_column_is_called(name: str) -> None:
    told = [
        remedies.ignore(name),
        remedies.read_as(name, Kind.TEXT),
        remedies.encode(name, "category"),
        remedies.clean(name, "whitespace"),
    ]
    for lines in told:
        try:
            said = yaml.safe_load(lines)
        except yaml.YAMLError:
            assert not name.isprintable()
            continue
        assert list(said["columns"]) == [name]
        assert name in parse.load({**RECIPE, **said}).columns


def test_every_remedy_of_a_faulty_table_merges_into_a_recipe(faulty: Checkup) -> None:
    found = [finding for finding in faulty.findings if finding.remedy]
    assert len({finding.finding for finding in found}) >= 25
    for finding in found:
        said = yaml.safe_load(finding.remedy)
        assert set(said) <= set(Recipe.model_fields), finding.finding
        if all(parts(said)):
            assert Recipe.model_validate({**RECIPE, **said}).version == 1


def test_a_remedy_with_an_unknown_part_would_be_told() -> None:
    said = yaml.safe_load(remedies.split("grop", "a"))
    with pytest.raises(RecipeError):
        parse.load({**RECIPE, **said})
