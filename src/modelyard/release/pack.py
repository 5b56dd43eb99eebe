"""Something trained becomes a bundle, whole or not at all, and only when it answers as training did."""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np

from modelyard.core import artifacts, clock, digest, events
from modelyard.core.errors import BundleError, ParityError
from modelyard.core.tuning import Candidate
from modelyard.core.worth import Alternative
from modelyard.release import card, costs, manifest, reference, reports, worth
from modelyard.release.bundle import Bundle
from modelyard.release.manifest import Built, Manifest
from modelyard.release.rows import dicts_of

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.decisions import Decision
    from modelyard.core.protocols import Predictor
    from modelyard.core.report import Report
    from modelyard.core.types import Floats, Schema, Table
    from modelyard.features.fit import Features

TOLERANCE = 1e-4  # how far an answer of the bundle may lie from training's; for numbers, in deviations of the target
CHUNK = 1000
RECORDED = (
    "modelyard",
    "lightgbm",
    "numpy",
    "onnx",
    "onnxruntime",
    "optuna",
    "polars",
    "scikit-learn",
    "tokenizers",
    "torch",
    "transformers",
)


class Trainee(Protocol):
    """What training hands over."""

    @property
    def schema(self) -> Schema:
        """The columns."""

    @property
    def features(self) -> Features:
        """The fitted encoders."""

    @property
    def predictor(self) -> Predictor:
        """The fitted model."""

    @property
    def decision(self) -> Decision | None:
        """When the positive class is answered, where it is not simply the more probable one."""


@dataclass(frozen=True)
class Origin:
    """What a bundle grew from; where it is known what the fit has `trained` for, the report tells what it costs."""

    name: str
    recipe_yaml: str
    data_digest: str
    weights: str = ""
    seconds: float = 0.0
    leaderboard: tuple[Candidate, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    said: card.Said = card.PLAIN
    trained: costs.Trained | None = None


def pack(trained: Trainee, report: Report, test: Table, answers: Floats, origin: Origin, folder: Path) -> Bundle:
    """Write a bundle into `folder`, under its digest, after replaying every test row through it.

    `answers` [rows, outputs] are training's own for the rows of `test`. A bundle that is already there is left alone.

    Raises:
        ParityError: an answer differs by more than 1e-4; nothing is written.
    """
    with artifacts.staged_folder(folder) as staging:
        entries, files = trained.features.state()
        files |= {
            "recipe.yaml": origin.recipe_yaml.encode(),
            "schema.json": _json(trained.schema),
            "encoders.json": _json(entries),
            "reference.json": _json(reference.of(test, answers)),
            "example.json": _json(reference.example(test, trained.decision.column if trained.decision else "")),
        }
        if trained.decision is not None:
            files["decision.json"] = _json(trained.decision)
        _write(staging, files)
        trained.predictor.to_onnx(staging / "model.onnx")
        digests = {name: digest.of_bytes(content) for name, content in files.items()}
        digests["model.onnx"] = digest.of_file(staging / "model.onnx")
        head = Manifest(
            format=manifest.FORMAT,
            name=origin.name,
            task=report.task,
            recipe_digest=digests["recipe.yaml"],
            data_digest=origin.data_digest,
            files=dict(sorted(digests.items())),
            report=reports.lasting_digest(report),
            weights=origin.weights,
        )
        _seal(staging, head, origin, {manifest.REPORT: _json(report)})
        loaded = Bundle.load(staging)
        _replay(loaded, test, answers)
        if origin.trained is not None:  # what a prediction costs is known once there is something to ask
            report = replace(report, cost=costs.cost(loaded, test, origin.trained))
        compared, group = bool(origin.alternatives), trained.decision.column if trained.decision else ""
        papers = {
            **card.files(card.Told(report, trained.schema, origin.data_digest, origin.said, compared, group)),
            manifest.REPORT: _json(report),
            **worth.files(origin.alternatives, report),
        }
        sealed = _seal(staging, head, origin, papers)
        place = folder / sealed.digest
        return _publish(staging, place)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _seal(folder: Path, head: Manifest, origin: Origin, papers: dict[str, bytes]) -> Manifest:
    """Write the papers, which no digest of the bundle covers, and the manifest that knows them."""
    _write(folder, papers)
    built = _built(origin, {name: digest.of_bytes(content) for name, content in papers.items()})
    sealed = replace(head, built=built).sealed()
    (folder / manifest.FILE).write_bytes(sealed.to_json())
    return sealed


def _publish(staging: Path, place: Path) -> Bundle:
    try:
        artifacts.publish(staging, place)
    except FileExistsError:
        try:
            return Bundle.load(place)  # the same recipe on the same data: nothing new
        except BundleError:  # what lies there was altered since: the whole one takes its place
            artifacts.replace_folder(staging, place)
    return Bundle.load(place)


def _replay(bundle: Bundle, test: Table, answers: Floats) -> None:
    """Ask the bundle for every test row, as a client would, and compare."""
    scale = 1.0
    if not bundle.names:
        scale = max(float(np.abs(answers).max(initial=0.0)), float(answers.std()), 1e-12)
    for start in range(0, len(test), CHUNK):
        rows = dicts_of(test.frame[start : start + CHUNK], test.schema, bundle.group)
        theirs = answers[start : start + CHUNK]
        apart = np.abs(bundle.outputs(rows) - theirs).max(axis=1) / scale
        events.step("replaying", min(start + CHUNK, len(test)), len(test))
        if not bool((apart <= TOLERANCE).all()):
            row = int(np.nanargmax(np.where(np.isnan(apart), np.inf, apart)))
            raise ParityError(
                f"the bundle's answer differs from training's by {float(apart[row]):.2g}, more than {TOLERANCE:g}",
                f"test row {start + row}",
                "the graph or an encoder does not do what training did; nothing was packed",
            )


def _built(origin: Origin, files: dict[str, str]) -> Built:
    versions = {"python": platform.python_version()}
    for package in RECORDED:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    at = clock.now()
    return Built(at, round(origin.seconds, 1), versions, origin.leaderboard, origin.alternatives, files)


def _json(value: Any) -> bytes:  # noqa: ANN401 - anything that msgspec can write
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"
