"""YAML, `${ENV}` and `--set a.b=c` to a checked Recipe, with the line of whatever is wrong."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from modelyard.core.errors import Problem, Problems, RecipeError, nearest
from modelyard.core.registry import SHOWN, tell
from modelyard.core.urls import ending
from modelyard.recipe.endings import SOURCES
from modelyard.recipe.places import Place, locate
from modelyard.recipe.schema import PartSpec, Recipe, Section

PACKED = "recipe.yaml"  # its name in a bundle
ENVIRONMENT = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


class _Loader(yaml.SafeLoader):
    """YAML whose key `on` is that word, as a join says it, and not true."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        for key, _ in node.value:
            if key.value == "on":
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


def value(text: str) -> Any:  # noqa: ANN401 - whatever YAML says
    """YAML as recipes read it.

    Raises:
        yaml.YAMLError: it is none.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - it is the safe one


def _section(annotation: Any) -> type[Section] | None:  # noqa: ANN401 - whatever a field is annotated with
    """The section that a key holds, or several of; none where it holds parts or plain values."""
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, Section) and not issubclass(annotation, PartSpec) else None
    return next((found for inner in get_args(annotation) if (found := _section(inner))), None)


def _innermost(place: Sequence[str | int]) -> type[Section]:
    """The section whose key is the last of `place`."""
    section: type[Section] = Recipe
    for step in place[:-1]:
        field = section.model_fields.get(str(step))
        section = (_section(field.annotation) if field else None) or section
    return section


def load(source: str | Path | Mapping[str, Any] | Recipe, overrides: Sequence[str] = ()) -> Recipe:
    """A recipe from a path, from a mapping, or as it is.

    `overrides` are `a.b=value` with the value in YAML.

    Raises:
        RecipeError: the file is missing or no YAML, or something in it does not fit; all that is wrong at once.
    """
    if isinstance(source, Recipe):
        if overrides:
            raise RecipeError(
                "a finished recipe takes no overrides", "overrides", "give the path or the mapping instead"
            )
        return source
    if isinstance(source, Mapping):
        return load_mapping(source, "recipe", Path(), overrides)
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RecipeError("no such file", str(path), _neighbours(path)) from error
    except UnicodeDecodeError as error:
        raise RecipeError("is not UTF-8", str(path), "save the recipe as UTF-8") from error
    except OSError as error:
        raise RecipeError(f"cannot be read: {error.strerror}", str(path)) from error
    lines: dict[Place, int] = {}
    data = _yaml(text, path.name, lines)
    return load_mapping(data, path.name, path.parent, overrides, lines)


def load_mapping(
    data: Mapping[str, Any],
    file: str,
    folder: Path,
    overrides: Sequence[str] = (),
    lines: dict[Place, int] | None = None,
) -> Recipe:
    """A recipe from a mapping; `file`, `folder` and `lines` say where it was written."""
    whole = copy.deepcopy({str(key): value for key, value in data.items()})
    for override in overrides:
        _override(whole, override)
    lines = {place: line for place, line in (lines or {}).items() if not _overridden(place, overrides)}
    raw: dict[Place, str] = {}
    absent = Problems(RecipeError)
    whole = _environment(whole, (), raw, absent)
    found = Problems(RecipeError)
    for problem in absent.found:
        found.add(problem.problem, locate(problem.where, file, lines), problem.hint)
    found.raise_any()
    return _checked(whole, file, folder, lines, raw)


def _overridden(place: Place, overrides: Sequence[str]) -> bool:
    """Whether a value was given on the command line: then no line of the file is to blame."""
    return any(".".join(map(str, place)) == override.partition("=")[0] for override in overrides)


def packed(text: str) -> Recipe:
    """The recipe that a bundle keeps; a `${NAME}` that is not in this environment stays as it was written.

    Raises:
        RecipeError: the text is no recipe, or a figure in it is such a name.
    """
    data = _yaml(text, PACKED, {})
    raw: dict[Place, str] = {}
    return _checked(_environment(data, (), raw, Problems(RecipeError)), PACKED, Path(), {}, raw)


def _checked(whole: dict[str, Any], file: str, folder: Path, lines: dict[Place, int], raw: dict[Place, str]) -> Recipe:
    found = Problems(RecipeError)
    try:
        recipe = Recipe.model_validate(whole)
    except ValidationError as error:
        _tell_located(error, file, lines, found)
        found.found[:] = [masked(problem, raw) for problem in found.found]
        found.raise_any()
        raise
    return recipe.written(folder, file, lines, raw)


def masked(problem: Problem, raw: Mapping[Place, str]) -> Problem:
    """A problem that tells what the environment gave as it was written: what it held may be a secret."""
    told = problem.problem
    for written in raw.values():
        held = put_in(written)
        for piece in (held, held[: SHOWN - 4]):  # an error may show the beginning alone
            told = told.replace(piece, written) if piece else told
    return replace(problem, problem=told)


def put_in(written: str) -> str:
    """A text with the environment's values; `${NAME}` stays where there is none and no default."""
    return ENVIRONMENT.sub(lambda match: os.environ.get(match[1], match[0] if match[2] is None else match[2]), written)


def _tell_located(error: ValidationError, file: str, lines: dict[Place, int], found: Problems) -> None:
    told = Problems(RecipeError)
    for line_error in error.errors():
        known = list(_innermost(line_error["loc"]).model_fields)
        single = ValidationError.from_exception_data(error.title, [_replay(line_error)])
        tell(single, known, "", told)
    for problem in told.found:
        where = problem.where.removesuffix(".name")
        found.add(problem.problem.removeprefix("value error, "), locate(where, file, lines), problem.hint)


def _replay(item: Any) -> Any:  # noqa: ANN401 - pydantic's own error record
    return {"type": item["type"], "loc": item["loc"], "input": item["input"], "ctx": item.get("ctx", {})}


def _yaml(text: str, file: str, lines: dict[Place, int]) -> dict[str, Any]:
    found = Problems(RecipeError)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is the safe one
        if isinstance(data, dict) and node is not None:
            _mark(node, (), lines, file, found)
    except RecursionError as error:
        raise RecipeError("holds a value that holds itself, or is too deep", file, "write it out") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecipeError(
            f"is no YAML: {error.problem}", f"{file}:{line}", "check the indentation and quotes"
        ) from error
    except yaml.YAMLError as error:
        raise RecipeError("is no YAML: it holds a character that YAML does not allow", file) from error
    if not isinstance(data, dict):
        raise RecipeError("holds no keys", file, "start from: modelyard init DATA.csv --target COLUMN")
    found.raise_any()
    return data


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int], file: str, found: Problems) -> None:
    """Note the line of every key, and find keys written twice, which YAML would let pass."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            inner = (*place, str(key.value))
            line = key.start_mark.line + 1
            if key.value in seen:
                found.add("the key is written twice", f"{file}:{line}: {'.'.join(map(str, inner))}", "keep one of them")
            seen.add(key.value)
            lines[inner] = line
            _mark(value, inner, lines, file, found)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*place, index)] = value.start_mark.line + 1
            _mark(value, (*place, index), lines, file, found)


def _opened(step: str, said: str) -> dict[str, Any]:
    """What a recipe says by one word, as the mapping that it stands for."""
    if step == "data" and ending(said) in SOURCES:
        return {"source": SOURCES[ending(said)], "path": said}
    return {"name": said}


def _override(data: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise RecipeError(f"'{override}' is not of the form a.b=value", "--set")
    try:
        said = value(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"the value of '{override}' is no YAML", "--set") from error
    *path, last = key.split(".")
    inside: Any = data
    for step in path:
        if isinstance(inside, list) and step.isdigit() and int(step) < len(inside):
            inside = inside[int(step)]
            continue
        current = inside.get(step) if isinstance(inside, dict) else None
        if not isinstance(current, (dict, list)):
            # `--set model.tuning=head` where the recipe says `model: pretrained`
            current = _opened(step, current) if isinstance(current, str) else {}
            inside[step] = current
        inside = current
    if isinstance(inside, list) and last.isdigit() and int(last) < len(inside):
        inside[int(last)] = said
    elif isinstance(inside, dict):
        inside[last] = said
    else:
        raise RecipeError(f"'{key}' leads nowhere", "--set")


def _environment(value: Any, place: Place, raw: dict[Place, str], found: Problems) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(value, dict):
        return {key: _environment(inner, (*place, key), raw, found) for key, inner in value.items()}
    if isinstance(value, list):
        return [_environment(inner, (*place, index), raw, found) for index, inner in enumerate(value)]
    if isinstance(value, str) and ENVIRONMENT.search(value):
        raw[place] = value
        where = ".".join(map(str, place))
        for match in ENVIRONMENT.finditer(value):
            if match[1] not in os.environ and match[2] is None:
                hint = f"set {match[1]}, or write ${{{match[1]}:-default}}"
                found.add(f"the environment has no '{match[1]}'", where, hint)
        return put_in(value)
    return value


def _neighbours(path: Path) -> str:
    if not path.parent.is_dir():
        return "the folder does not exist either"
    others = [p.name for p in path.parent.iterdir() if p.suffix in {".yaml", ".yml"}]
    return nearest(path.name, others) if others else "write one with: modelyard init DATA.csv --target COLUMN"
