"""Models side by side, by the whole flow: the same rows, one digest, facts of the day outside it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from modelyard import alternatives, run
from modelyard.assemble import assemble
from modelyard.core import digest
from modelyard.core.errors import BundleError, RecipeError
from modelyard.editors import json_schema
from modelyard.recipe import fill
from modelyard.release import manifest as manifests
from modelyard.release.bundle import Bundle
from modelyard.release.yard import Yard
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

SAID: dict[str, Any] = {
    "model": {"name": "boosting", "max_trees": 40, "leaves": 7},
    "compare": [
        "linear",
        {"name": "linear", "penalty": 10.0, "as": "线性"},
        {"name": "boosting", "max_trees": 40, "leaves": 7},
    ],
    "prices": {"cpu_hour": 0.36, "currency": "CNY"},
    "metrics": ["accuracy", "roc_auc"],
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A boosting model beside two linear ones, trained once; its bundle is not to be altered."""
    return making.train(tmp_path_factory.mktemp("compared"), making.table("binary", 200), **SAID)


def test_each_line_tells_quality_and_price(compared: Run) -> None:
    lines = compared.alternatives
    assert [line.name for line in lines] == ["boosting (leaves 7, max_trees 40)", "linear", "线性"]
    assert [line.chosen for line in lines] == [True, False, False]
    assert [line.settings["penalty"] for line in lines[1:]] == [None, 10.0]
    for line in lines:
        assert [figure.metric for figure in line.figures] == ["accuracy", "roc_auc"]
        assert min(line.seconds, line.energy, line.latency, line.core, line.size) > 0
        assert line.cost == pytest.approx(line.core / 1000 * 1e6 / 3600 * 0.36)
        assert line.currency == "CNY"
    assert lines[0].over_chosen is None
    assert {line.over_chosen.over for line in lines if line.over_chosen} == {lines[0].name}
    assert sum(line.over_best is None for line in lines) == 1
    assert compared.fit_energy == lines[0].energy
    assert "boosting (leaves 7, max_trees 40)" in compared.worth
    assert compared.worth in compared._repr_html_()


def test_the_chosen_lines_figures_are_the_reports(compared: Run) -> None:
    for figure in compared.alternatives[0].figures:
        score = compared.report.score(figure.metric)
        assert score is not None
        assert (figure.value, figure.low, figure.high) == (score.value, score.low, score.high)


def test_the_bundle_holds_them_outside_its_digest(compared: Run) -> None:
    bundle = compared.bundle
    built = bundle.manifest.built
    assert built.alternatives == compared.alternatives
    told = {"README.md", "card.html", "report.json", "worth.md"}
    assert told <= set(built.files) <= told | {"frontier.svg"}
    assert not set(built.files) & set(bundle.manifest.files)
    page = (bundle.folder / "worth.md").read_text(encoding="utf-8")
    assert compared.worth in page
    assert "线性" in page
    card = (bundle.folder / "README.md").read_text(encoding="utf-8")
    assert "(worth.md)" in card
    assert "ms a row" not in card  # what each takes is told on that page alone


def test_one_seed_gives_one_digest_though_times_differ(compared: Run, tmp_path: Path) -> None:
    again = making.train(tmp_path, making.table("binary", 200), **SAID)
    # the recipe names its data by its path
    assert _but_paths(again) == _but_paths(compared)
    quality = [
        [dataclasses.replace(line, seconds=0, energy=0, latency=0, core=0, cost=0) for line in made.alternatives]
        for made in (compared, again)
    ]
    assert quality[0] == quality[1]
    third = run.train({**making.recipe(tmp_path, making.table("binary", 200), **SAID)}, home=tmp_path / "other")
    assert third.bundle.digest == again.bundle.digest
    assert third.alternatives != again.alternatives


def _but_paths(made: Run) -> dict[str, str]:
    return {name: digest_ for name, digest_ in made.bundle.manifest.files.items() if name != "recipe.yaml"}


@pytest.fixture
def folder(compared: Run, tmp_path: Path) -> Path:
    """A copy that may be altered."""
    return shutil.copytree(compared.bundle.folder, tmp_path / "bundle")


def test_an_altered_page_is_found(folder: Path) -> None:
    (folder / "worth.md").write_text("full is worth it")
    with pytest.raises(BundleError, match="is not what was packed") as caught:
        Bundle.load(folder)
    assert "worth.md" in str(caught.value)


def test_what_enters_no_digest_decides_nothing(compared: Run, folder: Path) -> None:
    """A file that is slipped into what tells of the making never becomes a part of the model."""
    manifest = msgspec.json.decode((folder / manifests.FILE).read_bytes(), type=manifests.Manifest)
    content = json.dumps({"threshold": 0.999, "why": "slipped in"}).encode()
    (folder / "decision.json").write_bytes(content)
    built = dataclasses.replace(
        manifest.built, files={**manifest.built.files, "decision.json": digest.of_bytes(content)}
    )
    (folder / manifests.FILE).write_bytes(dataclasses.replace(manifest, built=built).sealed().to_json())
    bundle = Bundle.load(folder)
    assert bundle.digest == compared.bundle.digest
    assert bundle.decision is None


def test_a_release_takes_the_page_with_it(compared: Run, folder: Path, tmp_path: Path) -> None:
    yard = Yard(tmp_path / "elsewhere")
    released = yard.offer(Bundle.load(folder), ())
    there = yard.open(released)
    assert (there.folder / "worth.md").read_bytes() == (compared.bundle.folder / "worth.md").read_bytes()


def test_the_recipe_written_back_compares_the_same(compared: Run) -> None:
    again = assemble(fill.from_yaml(compared.bundle.recipe))
    assert len(again.others) == 3
    assert [spec.shown for spec in again.recipe.compare] == [None, "线性", None]
    assert list(alternatives._plans(again)) == [line.name for line in compared.alternatives]
    assert again.prices.currency == "CNY"


def test_numbers_are_compared_with_their_transform(tmp_path: Path) -> None:
    said = {"model": "linear", "compare": [{"name": "boosting", "max_trees": 20}], "target_transform": "log"}
    made = making.train(tmp_path, making.table("regression", 150), **said)
    assert [line.name for line in made.alternatives] == ["linear", "boosting (max_trees 20)"]
    assert made.alternatives[0].figures[0].metric == "rmse"
    assert "linear" in made.worth


def test_networks_of_texts_beside_plain_models(tmp_path: Path, tiny_bert: Path) -> None:
    frame = making.table("binary", 120).select("comment", making.TARGET)
    made = making.train(
        tmp_path,
        frame,
        columns={"comment": {"kind": "text", "encoder": {"name": "tokens", "weights": str(tiny_bert)}}},
        model={"name": "pretrained", "weights": str(tiny_bert), "tuning": "full"},
        training={"epochs": 1},
        compare=["linear"],
    )
    full, linear = made.alternatives
    assert full.name == "pretrained (tiny-bert0)"
    assert full.size > (made.bundle.folder / "model.onnx").stat().st_size
    assert linear.name == "linear"  # which reads ngrams, whatever the recipe's encoder makes


def test_models_of_one_name_are_told_apart_by_what_differs() -> None:
    def names(model: Any, *compared: Any) -> list[str]:
        recipe = {"version": 1, "name": "n", "data": "a.csv", "target": "t", "model": model, "compare": list(compared)}
        return list(alternatives._plans(assemble(recipe)))

    assert names("linear", "boosting") == ["linear", "boosting"]
    assert names({"name": "linear", "penalty": 1.0}, "linear") == ["linear (penalty 1.0)", "linear (penalty None)"]
    assert names("linear", {"name": "linear", "knots": 4, "as": "bent"}, "linear") == ["linear", "bent"]
    tuned = [{"name": "pretrained", "weights": "w/bert", "tuning": tuning} for tuning in ("full", "head")]
    assert names(*tuned) == ["pretrained (full)", "pretrained (head)"]


@pytest.mark.parametrize(
    ("said", "where", "problem"),
    [
        ({"compare": ["linaer"]}, "compare.0", "no model called 'linaer'"),
        ({"compare": [{"name": "linear", "penalti": 1}]}, "compare.0.penalti", "unknown key"),
        ({"compare": [{"name": "linear", "as": 5}]}, "compare", "'as' is the name that a compared model is shown by"),
        ({"compare": [{"tuning": "head"}]}, "compare", "a part is a name"),
        ({"prices": {"cpu_hour": 0}}, "prices.cpu_hour", "greater than 0"),
        ({"prices": {"cpu": 1}}, "prices.cpu", "unknown key"),
        (
            {"task": "regression", "compare": ["linear", "linear"], "model": "boosting"},
            "compare.1",
            "'linear' is compared twice",
        ),
        ({"compare": ["pretrained"]}, "compare.0", "reads tokens"),
        ({"compare": [{"name": "auto", "models": ["pretrained"]}]}, "compare.0.models.0", "cannot be tried"),
    ],
)
def test_what_cannot_be_compared_is_told_before_anything_is_fitted(
    said: dict[str, Any], where: str, problem: str, tmp_path: Path
) -> None:
    frame = making.table("regression" if said.get("task") else "binary", 60).drop("comment")
    with pytest.raises(RecipeError) as caught:
        run.inspect(making.recipe(tmp_path, frame, **said))
    told = [str(found) for found in caught.value.problems]
    assert any(where in each and problem in each for each in told), told


def test_without_others_nothing_is_compared(binary: Run) -> None:
    assert binary.alternatives == ()
    assert binary.worth == ""
    assert binary.bundle.manifest.built.files.keys() == {"README.md", "card.html", "report.json"}
    assert "worth.md" not in (binary.bundle.folder / "README.md").read_text(encoding="utf-8")


def test_editors_know_the_keys() -> None:
    schema = json_schema()
    assert {"compare", "prices"} <= set(schema["properties"])
    assert schema["properties"]["compare"]["items"]["anyOf"][0] == {"$ref": "#/$defs/model"}
