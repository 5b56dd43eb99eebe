"""A word of the wrong sort is told what it is good for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelyard.cli import words
from modelyard.core.errors import BundleError, ModelyardError, UsageError, YardError
from modelyard.release.bundle import Bundle
from modelyard.release.yard import Yard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call, Trained

CASES = [
    (["train", "customers.csv"], "is a table, and a recipe is wanted here", "modelyard init customers.csv"),
    (["check", "{bundle}"], "is a bundle, and a recipe is wanted here", "modelyard release"),
    (["train", "."], "is a folder, and a recipe is wanted here", "in it: recipe.yaml"),
    (["train", "bare"], "is a folder, and a recipe is wanted here", "modelyard init DATA.csv"),
    (["train", "recip.yaml"], "no such file", "did you mean 'recipe.yaml'?"),
    (["release", "recipe.yaml"], "is a recipe, and a bundle is wanted here", "modelyard train recipe.yaml"),
    (["serve", "recipe.yaml"], "is a recipe, and a bundle is wanted here", "modelyard launch recipe.yaml"),
    (
        ["predict", "customers.csv", "{bundle}"],
        "is a table, and a bundle comes first",
        "modelyard predict NAME customers.csv",
    ),
    (["evaluate", "{bundle}", "recipe.yaml"], "is a recipe, and a table is wanted here", "modelyard check recipe.yaml"),
    (["predict", "{bundle}", "{bundle}"], "is a bundle, and a table is wanted here", "the bundle comes first"),
    (["release", "bare"], "is no bundle: it has no manifest.json", ""),
    (["release", "bare/none"], "no such bundle", "name of a release"),
    (["predict", "churn", "customers.csv"], "no yard here", "--home DIR"),
    (["serve", "{bundle}", "{bundle}"], "is a second model called 'churn'", "once"),
]


@pytest.mark.parametrize(("call_", "problem", "hint"), CASES, ids=[" ".join(case[0]) for case in CASES])
def test_the_wrong_sort_of_word(
    call: Call, folder: Path, trained: Trained, call_: list[str], problem: str, hint: str
) -> None:
    (folder / "bare").mkdir()
    told = call(*[word.format(bundle=trained.bundle) for word in call_])
    assert told.status == 2
    assert problem in told.err
    assert hint in told.err


def test_a_release_is_found_by_its_yard(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from modelyard import run
    from modelyard.release.bundle import Bundle
    from modelyard.release.yard import Yard

    monkeypatch.chdir(tmp_path)
    home = tmp_path / "yard"
    released, _ = run.release(Bundle.load(trained.bundle), Yard(home))
    assert released is not None
    assert words.bundle("churn@1", home, "predict").digest == trained.told["digest"]
    with pytest.raises(YardError, match="no release called 'churm'"):
        words.bundle("churm", home, "predict")


class TestTheYardThatReleases:
    def test_is_the_one_that_was_said(self, trained: Trained, tmp_path: Path) -> None:
        bundle = words.bundle(str(trained.bundle), None, "release")
        assert words.yard(bundle, tmp_path).home == tmp_path

    def test_or_the_one_around_the_bundle(
        self, trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MODELYARD_HOME", str(tmp_path))
        bundle = words.bundle(str(trained.bundle), None, "release")
        assert words.yard(bundle, None).home == trained.home.resolve()

    def test_or_the_one_of_this_place(self, trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        copied = tmp_path / "copied"
        import shutil

        shutil.copytree(trained.bundle, copied)
        monkeypatch.setenv("MODELYARD_HOME", str(tmp_path / "home"))
        bundle = words.bundle(str(copied), None, "release")
        assert words.yard(bundle, None).home == tmp_path / "home"


@pytest.mark.parametrize("word", ["customers.csv", "数据/客户.parquet", "-", "no-such-file.jsonl"])
def test_a_path_stays_a_path(word: str) -> None:
    assert words.data(word) == word


def test_an_altered_bundle_is_refused(trained: Trained, tmp_path: Path) -> None:
    import shutil

    copied = tmp_path / "copied"
    shutil.copytree(trained.bundle, copied)
    graph = copied / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:-1])
    with pytest.raises(BundleError, match="is not what was packed"):
        words.bundle(str(copied), None, "serve")


def test_braces_name_a_source() -> None:
    assert words.data("{source: csv, path: a.csv}") == {"source": "csv", "path": "a.csv"}
    with pytest.raises(UsageError):
        words.data("{a.csv}")
    assert issubclass(UsageError, ModelyardError)


def test_a_folder_that_is_no_bundle_hides_no_release(trained: Trained, folder: Path) -> None:
    (folder / "churn").mkdir()
    with pytest.raises(BundleError, match="no manifest"):
        words.target("churn", folder / "yard")
    yard = Yard(folder / "yard")
    yard.offer(Bundle.load(trained.bundle), ())
    assert words.target("churn", folder / "yard").release == "churn@1"
