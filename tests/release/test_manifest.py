"""The manifest and what it vouches for: whoever altered it, and however cleverly."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

import modelyard
from modelyard.core import digest
from modelyard.core.errors import BundleError
from modelyard.core.evidence import Review
from modelyard.release import manifest as manifests
from modelyard.release.bundle import Bundle
from modelyard.release.manifest import Manifest

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.report import Report
    from modelyard.run import Run


@pytest.fixture
def folder(binary: Run, tmp_path: Path) -> Path:
    """A copy that may be altered."""
    return shutil.copytree(binary.bundle.folder, tmp_path / "bundle")


def reseal(folder: Path, **altered: Any) -> None:
    """Write the manifest as someone would who knows how digests are made."""
    manifest = msgspec.json.decode((folder / manifests.FILE).read_bytes(), type=Manifest)
    (folder / manifests.FILE).write_bytes(replace(manifest, **altered).sealed().to_json())


def told(folder: Path) -> list[str]:
    with pytest.raises(BundleError) as caught:
        Bundle.load(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_bundle_holds_what_the_design_says(binary: Run) -> None:
    found = {str(file.relative_to(binary.bundle.folder)) for file in binary.bundle.folder.rglob("*") if file.is_file()}
    plain = {"README.md", "recipe.yaml", "schema.json", "encoders.json", "model.onnx", "report.json", "reference.json"}
    assert plain | {"manifest.json", "example.json"} <= found
    assert found - {"manifest.json"} == set(binary.bundle.manifest.every)
    assert binary.bundle.folder.name == binary.bundle.digest
    assert binary.bundle.manifest.built.versions["python"].startswith("3.")


def test_a_bundle_that_was_carried_elsewhere_answers_the_same(binary: Run, folder: Path) -> None:
    bundle = Bundle.load(str(folder))
    assert bundle.digest == binary.bundle.digest
    assert np.array_equal(bundle.outputs(binary.test.frame), binary.bundle.outputs(binary.test.frame))
    assert bundle.report == binary.report
    assert bundle.schema == binary.test.schema
    assert modelyard.load(folder).name == "risk"


def test_an_answer_has_the_one_shape(binary: Run, regression: Run) -> None:
    (record,) = binary.bundle.predict(binary.bundle.example)["predictions"]
    assert record.keys() == {"prediction", "probabilities"}
    assert list(record["probabilities"]) == list(binary.bundle.names)
    assert record["prediction"] == max(record["probabilities"], key=record["probabilities"].__getitem__)
    (record,) = regression.bundle.predict(regression.bundle.example)["predictions"]
    assert record.keys() == {"prediction"}
    assert isinstance(record["prediction"], float)
    assert json.loads(json.dumps(record)) == record
    assert len(binary.bundle.predict([binary.bundle.example] * 3)["predictions"]) == 3
    assert binary.bundle.predict([]) == {"predictions": []}
    assert binary.bundle.predict(binary.test.frame.clear()) == {"predictions": []}


@pytest.mark.parametrize("how", ["cut short", "longer", "empty"])
def test_a_file_of_another_length_is_found(how: str, folder: Path) -> None:
    for name in ("model.onnx", "report.json"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes({"cut short": content[:-1], "longer": content + b"\n", "empty": b""}[how])
    assert [problem.splitlines()[0] for problem in told(folder)] == [
        f"{folder}/{name}: is not what was packed" for name in ("model.onnx", "report.json")
    ]


def test_files_that_are_missing_are_all_named(folder: Path) -> None:
    for name in ("model.onnx", "schema.json"):
        (folder / name).unlink()
    (folder / "report.json").unlink()
    (folder / "report.json").mkdir()
    assert [problem.splitlines()[0] for problem in told(folder)] == [
        f"{folder}/{name}: is missing" for name in ("model.onnx", "report.json", "schema.json")
    ]


def test_every_byte_of_the_manifest_counts(folder: Path) -> None:
    content = (folder / manifests.FILE).read_bytes()
    for place in range(0, len(content), 7):
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << (place % 7)
        (folder / manifests.FILE).write_bytes(spoilt)
        (problem,) = told(folder)
        assert "manifest.json: is not what was packed" in problem or "was made in format" in problem


FIELDS: list[tuple[str, Any]] = [
    ("name", "other"),
    ("task", "regression"),
    ("recipe_digest", "0" * 64),
    ("data_digest", "0" * 64),
    ("weights", "x"),
    ("digest", "0" * 64),
    ("checksum", "0" * 64),
    ("files", {}),
    ("built", {"at": "2020-01-01", "seconds": 1.0, "versions": {}}),
    ("more", 1),
    ("format", 0),
]


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_manifest_that_was_altered_is_found(field: str, value: Any, folder: Path) -> None:
    file = folder / manifests.FILE
    said = json.loads(file.read_text())
    assert said.get(field) != value
    file.write_bytes(msgspec.json.format(json.dumps(said | {field: value}), indent=2).encode() + b"\n")
    (problem,) = told(folder)
    assert problem.startswith(f"{folder}/manifest.json: is not what was packed")


@pytest.mark.parametrize("white", [b"\n", b"\t"])
def test_white_space_in_the_manifest_counts(white: bytes, folder: Path) -> None:
    file = folder / manifests.FILE
    content = file.read_bytes()
    for spoilt in (content + white, white + content, content.replace(b": ", b":" + white * 2, 1), content.rstrip()):
        file.write_bytes(spoilt)
        assert "manifest.json: is not what was packed" in told(folder)[0]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"format": "1"}', b"{}", b"[" * 3000])
def test_what_is_no_manifest_is_told(content: bytes, folder: Path) -> None:
    (folder / manifests.FILE).write_bytes(content)
    assert "manifest.json: is not what was packed" in told(folder)[0]


def test_a_newer_format_is_told_whatever_else_it_holds(folder: Path) -> None:
    (folder / manifests.FILE).write_text('{"format": 2, "entirely": ["new"]}')
    (problem,) = told(folder)
    assert problem == (
        f"{folder}: was made in format 2, and this Modelyard reads up to 1\n  hint: pip install --upgrade modelyard"
    )


def test_a_place_that_is_no_bundle_is_told(tmp_path: Path) -> None:
    assert told(tmp_path)[0].startswith(f"{tmp_path}: is no bundle: it has no manifest.json")
    assert told(tmp_path / "nowhere")[0].startswith(f"{tmp_path}/nowhere: no such bundle")
    (tmp_path / "file").touch()
    assert told(tmp_path / "file")[0].startswith(f"{tmp_path}/file: ")
    (tmp_path / "odd/manifest.json").mkdir(parents=True)
    assert told(tmp_path / "odd")[0].startswith(f"{tmp_path}/odd: cannot be read")


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "encoders/../../outside", "linked"])
def test_a_manifest_that_names_a_file_outside_is_refused(name: str, folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.write_text("secret")
    (folder / "linked").symlink_to(outside)
    manifest = msgspec.json.decode((folder / manifests.FILE).read_bytes(), type=Manifest)
    reseal(folder, files=manifest.files | {name: digest.of_file(outside)})
    (problem,) = told(folder)
    assert problem.startswith(f"{folder}/manifest.json: names a file outside the bundle")
    assert "secret" not in problem


@pytest.mark.parametrize(
    "name", ["report.json", "schema.json", "encoders.json", "example.json", "recipe.yaml", "model.onnx"]
)
def test_a_bundle_whose_files_do_not_fit_is_told_and_not_a_stack_trace(name: str, folder: Path) -> None:
    """Digests that are right and contents that are not: what a faulty program might have written."""
    manifest = msgspec.json.decode((folder / manifests.FILE).read_bytes(), type=Manifest)
    for content in (b"[]", b"{}", b"null", b"\xff\xfe", b'[{"column": 1}]', b'{"scores": 3}', b'{"scores": [null]}'):
        if name == "recipe.yaml" and content != b"\xff\xfe":
            continue  # any text is text: it is read when it is asked for
        if name == "example.json" and content.startswith(b"{"):
            continue
        if name == "encoders.json" and content == b"[]":
            continue  # no encoders: the columns are then missing, which is told when rows come
        (folder / name).write_bytes(content)
        reseal(folder, files=manifest.files | {name: digest.of_bytes(content)})
        assert told(folder)


def test_a_bundle_without_a_file_that_it_needs_is_told(folder: Path) -> None:
    manifest = msgspec.json.decode((folder / manifests.FILE).read_bytes(), type=Manifest)
    for name in ("report.json", "schema.json", "model.onnx", "encoders.json"):
        kept, beside = (
            {key: value for key, value in files.items() if key != name}
            for files in (manifest.files, manifest.built.files)
        )
        reseal(folder, files=kept, built=replace(manifest.built, files=beside))
        assert told(folder)[0].startswith(f"{folder}: lacks {name}")


def test_a_report_that_says_otherwise_is_refused_and_what_a_day_tells_may_differ(folder: Path, binary: Run) -> None:
    """The file enters no digest, as it tells what training cost that day; all else that it says does."""
    manifest = msgspec.json.decode((folder / manifests.FILE).read_bytes(), type=Manifest)

    def with_report(report: Report) -> None:
        content = msgspec.json.encode(report)
        (folder / "report.json").write_bytes(content)
        files = manifest.built.files | {"report.json": digest.of_bytes(content)}
        reseal(folder, built=replace(manifest.built, files=files))

    with_report(replace(binary.report, reviews=(Review("Ada", "2026-01-01"),)))
    assert Bundle.load(folder).digest == binary.bundle.digest
    with_report(replace(binary.report, notes=(*binary.report.notes, "better than it was")))
    assert told(folder)[0].startswith(f"{folder}/report.json: is not what was packed")


def test_what_is_not_listed_is_not_read(folder: Path, binary: Run) -> None:
    (folder / "notes.txt").write_text("mine")
    assert Bundle.load(folder).digest == binary.bundle.digest


def test_a_bundle_draws_its_report(binary: Run) -> None:
    assert "roc_auc" in binary.bundle._repr_html_()
