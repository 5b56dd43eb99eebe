"""What holds of every part of every family."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args, get_origin, get_type_hints

import pydantic
import pytest

from modelyard.core import blocks, featuring, protocols, report, types
from modelyard.core.errors import RecipeError
from modelyard.core.registry import schema_of, settings_of
from modelyard.core.types import Kind
from modelyard.editors import json_schema
from modelyard.families import FAMILIES
from modelyard.features.fit import ENCODERS
from tests.families import parts

if TYPE_CHECKING:
    from modelyard.core.registry import Family

every_part = pytest.mark.parametrize(("family", "name"), parts.EVERY, ids=parts.label)


@pytest.mark.parametrize("family", FAMILIES, ids=parts.label)
def test_a_family_holds_parts(family: Family[Any]) -> None:
    assert family.names
    assert list(family.names) == sorted(family.names)


@every_part
def test_it_is_a_frozen_class_of_settings(family: Family[Any], name: str) -> None:
    cls = family.part(name)
    assert pydantic.dataclasses.is_pydantic_dataclass(cls)
    built = parts.build(family, name)
    for field in dataclasses.fields(built):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(built, field.name, None)
    assert built == parts.build(family, name)


@every_part
def test_its_contract_is_its_only_base(family: Family[Any], name: str) -> None:
    (base,) = family.part(name).__bases__
    assert base in family.contracts


@every_part
def test_it_says_what_it_is(family: Family[Any], name: str) -> None:
    cls = family.part(name)
    said = cls.__doc__ or ""
    assert said.strip()
    assert not said.startswith(f"{cls.__name__}(")  # what dataclass writes where there is none
    assert (sys.modules[cls.__module__].__doc__ or "").strip()


def is_one(value: object, kind: Any) -> bool:
    """Whether a value is of a class, or one of a Literal's words."""
    return value in get_args(kind) if get_origin(kind) is Literal else isinstance(value, kind)


@every_part
def test_it_has_the_class_variables_of_its_contract(family: Family[Any], name: str) -> None:
    cls = family.part(name)
    (contract,) = cls.__bases__
    known = {**vars(types), **vars(blocks), **vars(report), **vars(protocols), **vars(featuring)}
    hints = get_type_hints(contract, known, include_extras=True)
    for variable, hint in hints.items():
        assert variable not in cls.__pydantic_fields__, f"{variable} is no setting: annotate it with ClassVar"
        assert get_origin(hint) is ClassVar
        (inner,) = hint.__args__
        value = getattr(cls, variable)
        if get_origin(inner) is frozenset:
            assert isinstance(value, frozenset)
            assert all(is_one(item, inner.__args__[0]) for item in value)
        elif get_origin(inner) is type:
            assert inner.__args__[0] in value.__mro__
        else:
            assert is_one(value, inner)


@every_part
def test_it_refuses_a_setting_that_it_does_not_know(family: Family[Any], name: str) -> None:
    cls = family.part(name)
    known = [*cls.__pydantic_fields__, *([family.key] if family.key else [])]
    for right in known:
        wrong = f"{right}e"
        with pytest.raises(RecipeError) as caught:
            family.build(name, {**parts.settings(cls), wrong: 1}, "here")
        (problem,) = caught.value.problems
        assert (problem.problem, problem.where) == ("unknown key", f"here.{wrong}")
        assert problem.hint == f"did you mean '{right}'?"


@every_part
def test_it_tells_every_setting_that_is_missing(family: Family[Any], name: str) -> None:
    needed = parts.settings(family.part(name))
    if needed:
        with pytest.raises(RecipeError) as caught:
            family.build(name, {}, "here")
        assert {problem.where for problem in caught.value.problems} == {f"here.{key}" for key in needed}
    else:
        assert family.build(name, {})


@every_part
def test_its_settings_come_back_from_json(family: Family[Any], name: str) -> None:
    built = parts.build(family, name)
    written = json.loads(json.dumps(settings_of(built)))
    again = family.build(name, written)
    assert again == built
    assert settings_of(again) == written


@every_part
def test_the_schema_of_recipes_knows_it(family: Family[Any], name: str) -> None:
    options = json_schema()["$defs"][family.noun]["anyOf"]
    assert name in options[0]["enum"]
    (mine,) = [option for option in options[1:] if option["properties"][family.key] == {"const": name}]
    assert mine["properties"].keys() == {family.key, *schema_of(family.part(name)).get("properties", {})}
    assert mine["additionalProperties"] is False


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_one_encoder_unasked(kind: Kind) -> None:
    assert len([name for name in ENCODERS.names if kind in ENCODERS.part(name).default_for]) == 1


@pytest.mark.parametrize("name", ENCODERS.names)
def test_an_encoder_is_the_default_only_for_kinds_that_it_reads(name: str) -> None:
    encoder = ENCODERS.part(name)
    assert encoder.kinds
    assert encoder.default_for <= encoder.kinds


def test_an_editor_tells_what_every_key_of_a_recipe_is_for() -> None:
    whole = json_schema()
    keys = {"": whole["properties"], **{name: whole["$defs"][name]["properties"] for name in SECTIONS}}
    said = {f"{name}.{key}" for name, properties in keys.items() for key in properties}
    silent = {
        f"{name}.{key}"
        for name, properties in keys.items()
        for key, one in properties.items()
        if not one.get("description")
    }
    assert {".split", "ProtectSpec.found", "SplitSpec.by", "JoinSpec.on"} < said
    assert silent == set()


SECTIONS = ("SplitSpec", "ProtectSpec", "JoinSpec", "ColumnSpec", "HygieneSpec", "AsOfSpec")
