"""A bundle is whole or refused, whoever touched it."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.core.errors import BundleError, DataError
from modelyard.release import manifest
from modelyard.release.bundle import Bundle
from tests import making

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.run import Run


@pytest.fixture
def copy(binary: Run, tmp_path: Path) -> Path:
    """A bundle that may be altered."""
    return shutil.copytree(binary.bundle.folder, tmp_path / "copy")


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_one_altered_byte_in_any_file_is_found_and_named(copy: Path) -> None:
    for name in names(copy):
        file = copy / name
        whole = file.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(BundleError) as caught:
                Bundle.load(copy)
            assert name in str(caught.value), (name, place)
        file.write_bytes(whole)
    assert Bundle.load(copy).digest


def test_a_bundle_cut_short_is_found_in_every_file(copy: Path) -> None:
    for name in names(copy):
        file = copy / name
        whole = file.read_bytes()
        file.write_bytes(whole[:-10])
        with pytest.raises(BundleError, match=name):
            Bundle.load(copy)
        file.unlink()
        with pytest.raises(BundleError):
            Bundle.load(copy)
        file.write_bytes(whole)
    assert Bundle.load(copy).digest


def test_all_that_is_wrong_is_told_at_once(copy: Path) -> None:
    (copy / "model.onnx").unlink()
    (copy / "schema.json").write_text("{}")
    with pytest.raises(BundleError) as caught:
        Bundle.load(copy)
    assert len(caught.value.problems) == 2
    assert {"model.onnx", "schema.json"} <= {place.where.rpartition("/")[2] for place in caught.value.problems}


def altered(copy: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = copy / manifest.FILE
    content = json.loads(file.read_text())
    change(content)
    file.write_bytes(json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n")


@pytest.mark.parametrize(
    "key", ["name", "task", "recipe_digest", "data_digest", "files", "digest", "built", "checksum"]
)
def test_the_manifest_vouches_for_itself(copy: Path, key: str) -> None:
    def change(content: dict[str, Any]) -> None:
        value = content[key]
        content[key] = {**value, "x": "y"} if isinstance(value, dict) else f"{value}x"

    altered(copy, change)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Bundle.load(copy)


def test_white_space_in_the_manifest_counts(copy: Path) -> None:
    file = copy / manifest.FILE
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Bundle.load(copy)


def test_a_newer_format_says_how_to_read_it(copy: Path) -> None:
    altered(copy, lambda content: content.update(format=manifest.FORMAT + 1))
    with pytest.raises(BundleError) as caught:
        Bundle.load(copy)
    assert f"format {manifest.FORMAT + 1}" in caught.value.problem
    assert "upgrade" in caught.value.hint


@pytest.mark.parametrize("name", ["../outside.json", "/etc/hostname", "encoders/../../outside.json"])
def test_a_manifest_reaches_no_file_outside_its_bundle(copy: Path, name: str) -> None:
    (copy.parent / "outside.json").write_text("{}")
    read = manifest.read(copy)
    sealed = manifest.Manifest(
        format=read.format,
        name=read.name,
        task=read.task,
        recipe_digest=read.recipe_digest,
        data_digest=read.data_digest,
        files={**read.files, name: "0" * 64},
    ).sealed()
    (copy / manifest.FILE).write_bytes(sealed.to_json())
    with pytest.raises(BundleError, match="outside the bundle"):
        Bundle.load(copy)


@pytest.mark.parametrize("made", ["nothing", "file", "empty folder"])
def test_what_is_no_bundle_is_refused(tmp_path: Path, made: str) -> None:
    place = tmp_path / "place"
    if made == "file":
        place.write_text("x")
    elif made == "empty folder":
        place.mkdir()
    with pytest.raises(BundleError):
        Bundle.load(place)


def test_no_file_of_a_bundle_is_a_pickle(binary: Run) -> None:
    for name in names(binary.bundle.folder):
        content = (binary.bundle.folder / name).read_bytes()
        assert not name.endswith((".pkl", ".pickle", ".joblib", ".pt", ".bin")), name
        assert not (content[:1] == b"\x80" and content[1:2] <= b"\x05"), name
        assert b"csklearn" not in content, name


def test_rows_in_every_form_give_one_answer(binary: Run) -> None:
    frame = making.table("binary").drop(making.TARGET)
    expected = binary.bundle.outputs(frame)
    records = frame.to_dicts()
    nan = [{k: float("nan") if v is None and k == "年龄" else v for k, v in row.items()} for row in records]
    iso = [{k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()} for row in records]
    scalars = [{k: np.float64(v) if isinstance(v, float) else v for k, v in row.items()} for row in records]
    pandas = pytest.importorskip("pandas").DataFrame(records)
    for rows in (records, nan, iso, scalars, frame.lazy(), frame.to_arrow(), pandas):
        np.testing.assert_allclose(binary.bundle.outputs(rows), expected, atol=1e-6)
    np.testing.assert_allclose(binary.bundle.outputs(records[0]), expected[:1], atol=1e-6)


def test_an_answer_does_not_depend_on_its_neighbours(binary: Run) -> None:
    frame = making.table("binary", rows=300, seed=5).drop(making.TARGET)
    together = binary.bundle.outputs(frame)
    alone = np.concatenate([binary.bundle.outputs(row) for row in frame.to_dicts()])
    np.testing.assert_allclose(alone, together, atol=1e-6)


def test_an_unseen_level_is_answered_and_an_absent_nullable_column_too(binary: Run) -> None:
    answer = binary.bundle.predict({**binary.bundle.example, "home": "a houseboat"})["predictions"][0]
    assert sum(answer["probabilities"].values()) == pytest.approx(1.0, abs=1e-6)
    short = {name: value for name, value in binary.bundle.example.items() if name != "home"}
    assert binary.bundle.predict(short)["predictions"][0]["prediction"] in {"good", "bad"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"income": "much"}, "income: expected a number"),
        ({"incom": 3.0}, "did you mean 'income'?"),
        ({"income": float("inf")}, "finite"),
        ({"member": "perhaps"}, "member: expected true or false"),
        ({"since": "yesterday"}, "ISO 8601"),
        ({"comment": 3}, "comment"),
    ],
)
def test_a_row_that_does_not_fit_is_told(binary: Run, change: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError) as caught:
        binary.bundle.predict({**binary.bundle.example, **change})
    assert told in str(caught.value)


def test_all_wrong_fields_of_all_rows_are_told_at_once(binary: Run) -> None:
    rows = [{**binary.bundle.example, "income": "much", "extra": 1}, {"member": "perhaps"}]
    with pytest.raises(DataError) as caught:
        binary.bundle.predict(rows)
    places = {problem.where for problem in caught.value.problems}
    assert {"rows[0].income", "rows[0].extra", "rows[1].income"} <= places


def test_a_frame_lacks_a_column(binary: Run) -> None:
    frame = making.table("binary").drop("home", making.TARGET)
    with pytest.raises(DataError, match="home: no such column"):
        binary.bundle.predict(frame)


@pytest.mark.parametrize("rows", [3, "a", None, [1, 2], pl.Series([1])])
def test_what_are_no_rows_is_told(binary: Run, rows: object) -> None:
    with pytest.raises(DataError):
        binary.bundle.predict(rows)


def test_labels_come_back_as_the_source_held_them(tmp_path: Path) -> None:
    frame = making.table("binary").with_columns((pl.col(making.TARGET) == "bad").cast(pl.Int64).alias(making.TARGET))
    run = making.train(tmp_path, frame)
    assert run.bundle.labels == (0, 1)
    answer = run.bundle.predict(run.bundle.example)["predictions"][0]
    assert answer["prediction"] in (0, 1)
    assert set(answer["probabilities"]) == {"0", "1"}


def test_a_regression_answers_with_a_number(regression: Run) -> None:
    answer = regression.bundle.predict({**regression.bundle.example, "since": date(2021, 3, 4)})["predictions"]
    assert set(answer[0]) == {"prediction"}
    assert isinstance(answer[0]["prediction"], float)


def test_load_takes_a_folder(binary: Run) -> None:
    assert modelyard.load(binary.bundle.folder).digest == binary.bundle.digest
