"""What editors know of recipes: their JSON Schema, every part and its settings included."""

from __future__ import annotations

from typing import Any

from modelyard.core.errors import ModelyardError
from modelyard.core.registry import Family, schema_of
from modelyard.families import FAMILIES, SOURCES
from modelyard.quality.inspection import INSPECTIONS
from modelyard.recipe.schema import JoinSpec, Recipe


def json_schema() -> dict[str, Any]:
    """The JSON Schema of recipes, every part and its settings included, for editors."""
    schema = Recipe.model_json_schema(mode="validation")
    definitions = schema.setdefault("$defs", {})
    for family in FAMILIES:
        options: list[dict[str, Any]] = [{"enum": list(family.names)}]
        for name in family.names:
            try:
                settings = schema_of(family.part(name))
            except ModelyardError:  # its extra is not installed: the name alone
                options.append(
                    {"type": "object", "properties": {family.key: {"const": name}}, "required": [family.key]}
                )
                continue
            definitions |= settings.pop("$defs", {})
            settings["properties"] = {family.key: {"const": name}, **settings.get("properties", {})}
            settings["required"] = [family.key, *settings.get("required", [])]
            options.append(settings)
        definitions[f"{family.noun}"] = {"anyOf": options}
    properties = schema["properties"]
    auto = Recipe.model_fields["model"].default.name
    properties["model"] = _told(properties["model"], {"$ref": "#/$defs/model", "default": auto})
    named = {"type": "object", "properties": {"as": {"type": "string"}}, "required": ["name", "as"]}
    properties["compare"]["items"] = {"anyOf": [{"$ref": "#/$defs/model"}, named]}
    properties["metrics"]["items"] = {"$ref": "#/$defs/metric"}
    properties["checks"]["items"] = {"$ref": "#/$defs/expectation"}
    properties["prepare"]["items"] = {"$ref": "#/$defs/step"}
    settings = {name: _settings(INSPECTIONS, name) for name in INSPECTIONS.names}
    properties["inspect"] |= {"properties": settings, "additionalProperties": False}
    properties["augment"]["items"] = {"$ref": "#/$defs/augment"}
    robustness = {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"$ref": "#/$defs/perturbation"}}]}
    definitions["EvidenceSpec"]["properties"]["robustness"] |= robustness
    mitigation = {"anyOf": [{"$ref": "#/$defs/mitigation"}, {"type": "null"}], "default": None}
    properties["mitigation"] = _told(properties["mitigation"], mitigation)
    properties["gates"]["items"] = {"$ref": "#/$defs/gate"}
    path_or_source: dict[str, Any] = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/source"}]}
    parts: dict[str, Any] = {"type": "object", "properties": dict.fromkeys(("train", "valid", "test"), path_or_source)}
    join = {"type": "array", "items": {"$ref": "#/$defs/JoinSpec"}}
    parts["properties"] |= {"join": join}
    parts |= {"required": ["train"], "additionalProperties": False}
    said = JoinSpec.model_json_schema()
    definitions |= said.pop("$defs", {}) | {"JoinSpec": said}
    said["properties"]["data"] = _told(said["properties"]["data"], path_or_source)
    joined = {"type": "object", "properties": {"source": {"enum": list(SOURCES.names)}, "join": join}}
    data = {"anyOf": [*path_or_source["anyOf"], parts, {**joined, "required": ["source", "join"]}]}
    properties["data"] = _told(properties["data"], data)
    column = definitions["ColumnSpec"]["properties"]
    column["encoder"] = _told(column["encoder"], {"$ref": "#/$defs/encoder"})
    column["clean"]["items"] = {"$ref": "#/$defs/cleaner"}
    definitions["DecisionSpec"]["properties"]["metric"] = {"$ref": "#/$defs/metric"}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema


def _told(said: dict[str, Any], instead: dict[str, Any]) -> dict[str, Any]:
    """Another schema of a key, and what the key is for."""
    return {**instead, "description": said["description"]}


def _settings(family: Family[Any], name: str) -> dict[str, Any]:
    """True, false, or a part's settings without its name."""
    return {"anyOf": [{"type": "boolean"}, schema_of(family.part(name))]}
