"""Packing refuses what would not answer as training did, and leaves nothing behind."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard import run
from modelyard.core import artifacts
from modelyard.core.blocks import Examples
from modelyard.core.decisions import Decision
from modelyard.core.errors import ParityError
from modelyard.core.protocols import Predictor
from modelyard.core.types import Schema, Task
from modelyard.features.fit import Features
from modelyard.models.linear import FittedLinear, Linear
from modelyard.release.pack import Origin, pack
from modelyard.train.interval import Interval
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Inputs
    from modelyard.core.types import Floats
    from modelyard.release.bundle import Bundle
    from modelyard.run import Run


HOMES = [("first", 1), ("second", 1), ("third", 2)]


@dataclass(frozen=True)
class Twofaced(Predictor):
    """A linear model whose graph is another's."""

    honest: FittedLinear
    shift: float

    def __call__(self, inputs: Inputs) -> Floats:
        return self.honest(inputs)

    def to_onnx(self, path: Path) -> None:
        replace(self.honest, bias=self.honest.bias + np.array([0.0, self.shift])).to_onnx(path)


@dataclass(frozen=True)
class Trainee:
    schema: Schema
    features: Features
    predictor: Predictor
    decision: Decision | None = None


def linear(run: Run) -> FittedLinear:
    inputs = run.bundle.features.of_table(run.test)
    specs = {name: block.spec for name, block in inputs.items()}
    width = sum(spec.size for spec in specs.values())
    weights = np.random.default_rng(0).normal(0, 0.1, (width, 2))
    return FittedLinear(weights, np.zeros(2), specs, classifies=True)


@pytest.mark.parametrize(("shift", "packs"), [(0.0, True), (1e-6, True), (0.01, False)])
def test_a_graph_that_answers_otherwise_is_not_packed(binary: Run, tmp_path: Path, shift: float, packs: bool) -> None:  # noqa: FBT001
    honest = linear(binary)
    answers = honest(binary.bundle.features.of_table(binary.test))
    trained = Trainee(binary.bundle.schema, binary.bundle.features, Twofaced(honest, shift))
    origin = Origin("test", binary.bundle.recipe, "0" * 64)
    if packs:
        bundle = pack(trained, binary.report, binary.test, answers, origin, tmp_path)
        assert np.abs(bundle.outputs(binary.test.frame) - answers).max() <= 1e-4
        return
    with pytest.raises(ParityError, match="test row"):
        pack(trained, binary.report, binary.test, answers, origin, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_each_end_of_an_interval_is_replayed(regression: Run, tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Narrower(Predictor):
        """An interval whose graph is another's."""

        honest: Interval

        def __call__(self, inputs: Inputs) -> Floats:
            return self.honest(inputs)

        def to_onnx(self, path: Path) -> None:
            replace(self.honest, margin=4.0).to_onnx(path)

    inputs = regression.bundle.features.of_table(regression.test)
    rows = Examples(inputs, regression.test.frame[making.TARGET].to_numpy(), 1)
    line = Linear(penalty=1.0).fit(rows, rows, Task.REGRESSION, seed=1)
    spanned = Interval(line, line, line, 5.0)
    trained = Trainee(regression.bundle.schema, regression.bundle.features, Narrower(spanned))
    origin = Origin("test", regression.bundle.recipe, "0" * 64)
    with pytest.raises(ParityError, match="test row"):
        pack(trained, regression.report, regression.test, spanned(inputs), origin, tmp_path)


def test_what_is_remembered_of_intervals_is_each_of_their_ends(ranged: Bundle) -> None:
    kept = json.loads((ranged.folder / "reference.json").read_text(encoding="utf-8"))["answers"]
    assert [len(quantiles) for quantiles in kept] == [7, 7, 7]
    assert np.allclose(np.array(kept[1]) + 10, kept[2], rtol=1e-3)


def test_packing_again_keeps_what_is_there(binary: Run, tmp_path: Path) -> None:
    honest = linear(binary)
    answers = honest(binary.bundle.features.of_table(binary.test))
    trained = Trainee(binary.bundle.schema, binary.bundle.features, honest)
    origin = Origin("test", binary.bundle.recipe, "0" * 64)
    first = pack(trained, binary.report, binary.test, answers, origin, tmp_path)
    when = first.manifest.built
    again = pack(trained, binary.report, binary.test, answers, origin, tmp_path)
    assert again.digest == first.digest
    assert again.manifest.built == when
    (first.folder / "model.onnx").write_bytes(b"")
    mended = pack(trained, binary.report, binary.test, answers, origin, tmp_path)
    assert mended.digest == first.digest
    assert (mended.folder / "model.onnx").stat().st_size > 0
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(artifacts.STAGING)] == []


@pytest.mark.parametrize("said", [{"model": "linear"}, {"model": "mlp", "training": {"epochs": 3}}])
def test_one_seed_gives_one_digest_and_another_seed_another(tmp_path: Path, said: dict[str, Any]) -> None:
    whole = making.recipe(tmp_path, making.table("binary"), **said)
    digests = [run.train({**whole, "seed": seed}, home=tmp_path / home).bundle.digest for home, seed in HOMES]
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
