"""Data sets of the hub's form, from folders, as tests have no way to the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard.core.errors import DataError
from modelyard.data.sources.huggingface import Huggingface
from tests.data.sources.test_folder import picture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


def of(folder: Path, name: str = "set", **said: Any) -> pl.DataFrame:
    return Huggingface(name=name, **said).read(folder).collect()


def laid(folder: Path, card: str = "") -> None:
    (folder / "set").mkdir()
    rows = {"text": ["late", "按时", None], "label": [0, 1, 1]}
    pl.DataFrame(rows).write_parquet(folder / "set/train-00000-of-00001.parquet")
    pl.DataFrame({"text": ["x"], "label": [0]}).write_parquet(folder / "set/test-00000-of-00001.parquet")
    if card:
        (folder / "set/README.md").write_text(card, encoding="utf-8")


LABELS = """---
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': bad
          '1': good
---
"""


def test_a_split_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    laid(tmp_path)
    assert of(tmp_path).to_dict(as_series=False) == {"text": ["late", "按时", None], "label": [0, 1, 1]}
    assert of(tmp_path, split="test").rows() == [("x", 0)]
    assert of(tmp_path, split="train[:1]").rows() == [("late", 0)]
    assert capsys.readouterr() == ("", "")


def test_labels_become_their_names(tmp_path: Path) -> None:
    laid(tmp_path, LABELS)
    assert of(tmp_path)["label"].to_list() == ["bad", "good", "good"]


def test_pictures_become_their_bytes(tmp_path: Path) -> None:
    for label, shade in (("dark", 0), ("light", 255)):
        (tmp_path / "set" / label).mkdir(parents=True)
        (tmp_path / "set" / label / "a.png").write_bytes(picture(shade))
    frame = of(tmp_path)
    assert sorted(zip(frame["label"], frame["image"], strict=True)) == [("dark", picture(0)), ("light", picture(255))]


def test_the_digest_is_of_the_rows(tmp_path: Path) -> None:
    laid(tmp_path)
    (tmp_path / "copy").mkdir()
    for file in (tmp_path / "set").iterdir():
        (tmp_path / "copy" / file.name).write_bytes(file.read_bytes())
    one, other, test = (Huggingface(name="set"), Huggingface(name="copy"), Huggingface(name="set", split="test"))
    assert one.digest(tmp_path) == other.digest(tmp_path) != test.digest(tmp_path)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"split": "valid"}, 'Unknown split "valid"'),
    ({"config": "none"}, "BuilderConfig 'none' not found"),
    ({"name": "nobody/nothing"}, "cannot be had: Couldn't reach 'nobody/nothing' on the Hub"),
    ({"name": "./nothing"}, "cannot be had"),
    ({"name": "hollow"}, "cannot be had"),
    ({"name": "script"}, "Dataset scripts are no longer supported"),
    ({"name": "strange"}, "its files are of the form 'xml'"),
]


@pytest.mark.parametrize(("said", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_what_is_not_there_or_would_run_code_is_told(said: dict[str, Any], problem: str, tmp_path: Path) -> None:
    laid(tmp_path)
    for name in ("hollow", "script", "strange"):
        (tmp_path / name).mkdir()
    (tmp_path / "script/script.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    (tmp_path / "strange/a.xml").write_text("<a/>", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        of(tmp_path, **said)
    assert problem in caught.value.problem
    assert not (tmp_path / "ran").exists()
