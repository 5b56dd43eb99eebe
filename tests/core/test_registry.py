"""Families: a folder is a family, a file is a part."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.errors import MissingExtraError, PartError, Problems, RecipeError
from modelyard.core.protocols import Metric
from modelyard.core.registry import EXTRAS, Family, missing_extra, schema_of, settings_of, shown
from modelyard.families import FAMILIES, METRICS, MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = '''
from typing import ClassVar, Literal
from pydantic import Field
from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Task

@part
class {name}(Metric):
    """A figure."""
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    higher_is_better: ClassVar[bool] = True
    power: float = Field(gt=0)
    how: Literal["a", "b"] = "a"
    def __call__(self, truth, predicted, weight):
        return self.power
'''


@pytest.fixture
def family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Family[Any]]:
    """A package of metrics of its own."""
    package = tmp_path / "yardtest/metrics"
    package.mkdir(parents=True)
    files = {
        "__init__.py": "",
        "../__init__.py": "",
        "two_words.py": GOOD.format(name="TwoWords"),
        "_private.py": "raise AssertionError('is no part')",
        "wrong_name.py": GOOD.format(name="Wrongname"),
        "bare.py": GOOD.format(name="Bare").replace("@part", ""),
        "no_base.py": GOOD.format(name="NoBase").replace("(Metric)", ""),
        "no_class.py": "NoClass = 3",
        "needs_torch.py": "import torch_that_is_not_there",
        "broken.py": "import modelyard.core.nothing_here",
    }
    for name, code in files.items():
        (package / name).write_text(code, encoding="utf-8")
    (package / "sub").mkdir()
    (package / "sub/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield Family("yardtest.metrics", Metric, "name")
    for module in [module for module in sys.modules if module.startswith("yardtest")]:
        del sys.modules[module]


def test_files_are_parts_and_nothing_else_is(family: Family[Any]) -> None:
    assert family.names == ("bare", "broken", "needs_torch", "no_base", "no_class", "two_words", "wrong_name")
    assert family.noun == "metric"
    assert family.part("two_words").__name__ == "TwoWords"
    assert family.build("two_words", {"power": 2})(None, None, None) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wrong_name", "the file holds no class 'WrongName(Metric)'"),
        ("no_base", "the file holds no class 'NoBase(Metric)'"),
        ("no_class", "the file holds no class 'NoClass(Metric)'"),
        ("bare", "the class 'Bare' lacks the decorator @part"),
    ],
)
def test_a_file_that_is_no_part_is_told(family: Family[Any], name: str, said: str) -> None:
    with pytest.raises(PartError) as caught:
        family.part(name)
    assert (caught.value.problem, caught.value.where) == (said, f"yardtest.metrics.{name}")
    assert "CONTRIBUTING.md" in caught.value.hint


def test_an_absent_package_is_a_sentence_and_a_mistake_of_ours_is_none(family: Family[Any]) -> None:
    with pytest.raises(MissingExtraError) as caught:
        family.part("needs_torch")
    assert str(caught.value) == (
        "metric 'needs_torch': needs the package 'torch_that_is_not_there', which is not installed\n"
        "  hint: pip install torch_that_is_not_there"
    )
    with pytest.raises(ModuleNotFoundError):
        family.part("broken")


@pytest.mark.parametrize("package", EXTRAS)
def test_a_known_package_names_its_extra(package: str) -> None:
    error = missing_extra(ModuleNotFoundError(name=f"{package}.inner"), "it")
    assert error.hint == f"pip install 'modelyard[{EXTRAS[package]}]'"


def test_every_extra_that_is_named_exists() -> None:
    from importlib.metadata import metadata

    assert set(EXTRAS.values()) <= set(metadata("modelyard").get_all("Provides-Extra") or ())


SETTINGS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["here.power: is missing\n  hint: add it"]),
    ({"power": 1, "hwo": 2}, ["here.hwo: unknown key\n  hint: did you mean 'how'?"]),
    ({"power": -1}, ["here.power: input should be greater than 0, got -1"]),
    ({"power": "x"}, ["here.power: input should be a valid number, unable to parse string as a number, got 'x'"]),
    ({"power": float("inf")}, ["here.power: input should be a finite number, got inf"]),
    ({"power": 1, "how": "c"}, ["here.how: input should be 'a' or 'b', got 'c'"]),
    ({"how": "c", "zzz": 1}, ["here.power: is missing", "here.how: input", "here.zzz: unknown key"]),
]


@pytest.mark.parametrize(("settings", "told"), SETTINGS, ids=str)
def test_all_that_is_wrong_with_settings_is_told(
    family: Family[Any], settings: dict[str, Any], told: list[str]
) -> None:
    with pytest.raises(RecipeError) as caught:
        family.build("two_words", settings, "here")
    problems = [str(problem) for problem in caught.value.problems]
    assert len(problems) == len(told)
    for found, wanted in zip(sorted(problems), sorted(told), strict=True):
        assert found.startswith(wanted)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.noun)
def test_an_unknown_part_offers_the_nearest(family: Family[Any]) -> None:
    right = family.names[0]
    with pytest.raises(RecipeError) as caught:
        family.part(f"{right}x", "risk.yaml:7: there")
    assert (
        str(caught.value) == f"risk.yaml:7: there: no {family.noun} called '{right}x'\n  hint: did you mean '{right}'?"
    )
    with pytest.raises(RecipeError, match=f"known: {right}"):
        family.part("!", "there")


def test_a_subpackage_is_no_part() -> None:
    assert "layers" not in MODELS.names
    with pytest.raises(RecipeError):
        MODELS.part("layers")


def test_settings_are_written_with_every_default() -> None:
    assert settings_of(METRICS.build("f1", {})) == {"average": "macro"}
    plain = {"penalty": 2.0, "l1_ratio": 0.0, "knots": 0, "loss": "squared", "quantile": 0.5}
    assert settings_of(MODELS.build("linear", {"penalty": 2})) == plain
    assert schema_of(METRICS.part("f1"))["additionalProperties"] is False


def test_a_value_is_shown_on_one_short_line() -> None:
    assert shown("x" * 100) == "'" + "x" * 56 + "..."
    assert len(shown(list(range(1000)))) == 60
    assert Problems(RecipeError).found == []
