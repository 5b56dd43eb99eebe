"""The promise: a part written as one new file is found, checked, tested and trained with, with no other edit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import making

ROOT = Path(__file__).parents[2]

ENCODER = '''"""Numbers by their rank among those of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from pydantic import Field

from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.blocks import Block, Numbers
from modelyard.core.types import Column, Floats, Kind, Values


@dataclass(frozen=True)
class FittedRank(FittedEncoder):
    """Where a number stands among the quantiles of training."""

    edges: tuple[float, ...]

    def __call__(self, values: Values) -> Block:
        """[rows] float64 with NaN to Numbers [rows, 2]: the rank in [-1, 1], and whether the number is missing."""
        missing = np.isnan(values)
        rank = np.interp(np.where(missing, 0.0, values), self.edges, np.linspace(-1, 1, len(self.edges)))
        return Numbers(np.stack([np.where(missing, 0.0, rank), missing], axis=1).astype(np.float32))

    def state(self) -> State:
        """The quantiles."""
        return {"edges": list(self.edges)}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the quantiles."""
        return cls(tuple(float(edge) for edge in state["edges"]))


@part
class Rank(Encoder):
    """A number's place among `quantiles` of the training rows: what is skewed is spread out evenly."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})
    fitted: ClassVar[type[FittedEncoder]] = FittedRank

    quantiles: int = Field(default=32, ge=2)

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedRank:
        """Learn the quantiles of the numbers that are there."""
        known = values[~np.isnan(values)]
        if len(known) == 0:
            return FittedRank((0.0, 0.0))
        edges = np.quantile(known, np.linspace(0, 1, self.quantiles), method="lower")
        return FittedRank(tuple(edges.tolist()))
'''

METRIC = '''"""Accuracy, each class counting alike."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate.confusion import counts


@part
class BalancedAccuracy(Metric):
    """The mean of the recalls of the classes that occur."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]."""
        right, _, true = counts(truth, predicted, weight)
        return float(np.mean(right[true > 0] / true[true > 0]))
'''

MODEL = '''"""The class whose centre is nearest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from pydantic import Field

from modelyard.core.protocols import Model, Predictor
from modelyard.core.registry import part
from modelyard.core.blocks import Examples, Form, Inputs, Numbers
from modelyard.core.types import Floats, Json, Kind, Task

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class FittedCentroid(Predictor):
    """A softmax of `-sharpness * |x - centre|^2`, as `2 x C - |C|^2` up to what all classes share."""

    centres: Floats  # [classes, features]
    widths: tuple[int, ...]  # of each block, 0 for one that is no number
    sharpness: float

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, classes] float32."""
        rows = np.concatenate([b.values for b in inputs.values() if isinstance(b, Numbers)], axis=1).astype(np.float64)
        scores = self.sharpness * (2 * rows @ self.centres.T - (self.centres**2).sum(axis=1))
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)

    def to_onnx(self, path: Path) -> None:
        """Write `Softmax(x W + b)`."""
        names = [(f"x{place}_values", width) for place, width in enumerate(self.widths) if width]
        constants = {"w": 2 * self.sharpness * self.centres.T, "b": -self.sharpness * (self.centres**2).sum(axis=1)}
        nodes = [
            helper.make_node("Concat", [name for name, _ in names], ["x"], axis=1),
            helper.make_node("MatMul", ["x", "w"], ["xw"]),
            helper.make_node("Add", ["xw", "b"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["answers"], axis=1),
        ]
        graph = helper.make_graph(
            nodes,
            "centroid",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width]) for name, width in names],
            [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows", len(self.centres)])],
            [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        path.write_bytes(model.SerializeToString(deterministic=True))


@part
class Centroid(Model):
    """The class whose mean row is nearest, by the columns that are numbers."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    reads: ClassVar[frozenset[Form]] = frozenset({"numbers", "codes"})
    needs: ClassVar[frozenset[Form]] = frozenset({"numbers"})

    sharpness: float = Field(default=1.0, gt=0)

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Numbers by rank."""
        return {Kind.NUMBER: {"name": "rank"}}

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> FittedCentroid:
        """Take the mean of each class."""
        blocks: list[Any] = list(train.inputs.values())
        rows = np.concatenate([b.values for b in blocks if isinstance(b, Numbers)], axis=1).astype(np.float64)
        centres = np.stack([rows[train.target == one].mean(axis=0) for one in range(train.outputs)])
        widths = tuple(int(b.values.shape[1]) if isinstance(b, Numbers) else 0 for b in blocks)
        return FittedCentroid(centres, widths, self.sharpness)
'''

NEW = {
    "features/encoders/rank.py": ENCODER,
    "evaluate/metrics/balanced_accuracy.py": METRIC,
    "models/centroid.py": MODEL,
}

TRAIN = """
import sys, modelyard, modelyard.run
from modelyard.assemble import assemble
from modelyard.editors import json_schema
assert modelyard.__file__.startswith(sys.argv[1]), modelyard.__file__
run = modelyard.train({
    "version": 1, "name": "risk", "data": sys.argv[2], "target": sys.argv[3],
    "columns": {"income": {"encoder": {"name": "rank", "quantiles": 8}}, "comment": {"role": "ignore"}},
    "model": {"name": "centroid", "sharpness": 2}, "metrics": ["balanced_accuracy", "accuracy"],
    "gates": [{"gate": "at_least", "metric": "balanced_accuracy", "bound": 0.6}],
}, home=__import__("pathlib").Path(sys.argv[4]))
release, verdicts = modelyard.release(run.bundle, run.yard)
answer = run.bundle.predict(run.bundle.example)["predictions"][0]
told = [run.report.model, run.report.scores[0].metric, run.bundle.features.names["income"], release.version]
print(*told, answer["prediction"])
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package somewhere else, with three new files in it and nothing else touched."""
    place = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src/modelyard", place / "modelyard", ignore=shutil.ignore_patterns("__pycache__"))
    for name, code in NEW.items():
        (place / "modelyard" / name).write_text(code, encoding="utf-8")
    return place


def python(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in this checkout on the copied package."""
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_new_parts_are_found_and_pass_the_contracts(copy: Path) -> None:
    where = python(copy, "-c", "import modelyard; print(modelyard.__file__)")
    assert where.stdout.strip() == str(copy / "modelyard/__init__.py"), where.stderr
    ran = python(
        copy,
        *("-m", "pytest", "tests/families", "-q", "-p", "no:cacheprovider", "-rA", "--color=no"),
        *("-k", "(rank or balanced_accuracy or centroid) and not new_parts"),
    )
    assert ran.returncode == 0, ran.stdout[-5000:]
    passed = re.findall(r"^PASSED (\S+)", ran.stdout, re.MULTILINE)
    for part, fewest in (("rank", 12), ("balanced_accuracy", 18), ("centroid", 18)):
        assert len([test for test in passed if re.search(rf"\b{part}\b", test)]) >= fewest, part


def test_a_recipe_trains_with_new_parts(copy: Path, tmp_path: Path) -> None:
    making.table("binary").write_parquet(tmp_path / "rows.parquet")
    ran = python(copy, "-c", TRAIN, str(copy), str(tmp_path / "rows.parquet"), making.TARGET, str(tmp_path / "yard"))
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert ran.stdout.split()[:4] == ["centroid", "balanced_accuracy", "rank", "1"]
    assert ran.stdout.split()[4] in {"good", "bad"}


WRONG = [  # file, code, what is said
    (
        "features/encoders/rank.py",
        ENCODER.replace("class Rank(", "class Ranks("),
        "the file holds no class 'Rank(Encoder)'",
    ),
    ("features/encoders/rank.py", ENCODER.replace("@part\n", ""), "the class 'Rank' lacks the decorator @part"),
    ("evaluate/metrics/balanced_accuracy.py", METRIC.replace("(Metric)", ""), "'BalancedAccuracy(Metric)'"),
    ("models/centroid.py", "", "the file holds no class 'Centroid(Model or Network or Search)'"),
]


@pytest.mark.parametrize(("file", "code", "said"), WRONG)
def test_a_file_that_is_no_part_is_told_by_name(copy: Path, file: str, code: str, said: str) -> None:
    place = copy / "modelyard" / file
    try:
        place.write_text(code, encoding="utf-8")
        asked = "from modelyard.families import FAMILIES\nfor f in FAMILIES:\n  for n in f.names: f.part(n)"
        ran = python(copy, "-c", asked)
    finally:
        place.write_text(NEW[file], encoding="utf-8")
    assert ran.returncode == 1
    told = ran.stderr.strip().splitlines()
    module = f"modelyard.{file.removesuffix('.py').replace('/', '.')}"
    assert told[-2].startswith(f"modelyard.core.errors.PartError: {module}: ")
    assert said in told[-2]
    assert told[-1] == "  hint: see CONTRIBUTING.md"
