"""The contract of models, on every model and every task that it claims, through the flow that users take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from modelyard.assemble import assemble
from modelyard.core.blocks import Form, feeds
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Network, Search
from modelyard.core.types import Kind, Task
from modelyard.families import METRICS, MODELS, default_encoder
from modelyard.features.fit import ENCODERS
from modelyard.release.rows import dicts_of
from tests import making
from tests.families import parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.run import Run

    Runs = Callable[[str, Task], Run]

CASES = [(name, task) for name in MODELS.names for task in sorted(MODELS.part(name).tasks)]
every_case = pytest.mark.parametrize(("name", "task"), CASES)
CLOSE = 1e-4


def train(name: str, task: Task, folder: Path, weights: Path) -> Run:
    """The whole flow on a small table of what it reads; few epochs for a network, small weights where it takes some."""
    cls = MODELS.part(name)
    columns = [column for column, kind in making.KINDS.items() if form_of(name, kind, weights) in cls.reads]
    said: dict[str, Any] = {"model": {"name": name, **parts.settings(cls, {"weights": str(weights)})}}
    if Search in cls.__mro__:
        said["model"] |= {"preset": "quick", "folds": 2, "models": ["linear", "boosting"]}
    if Network in cls.__mro__ and cls.learns != "nothing":  # type: ignore[union-attr]
        said["training"] = {"epochs": 2}
    metrics = [metric for metric in METRICS.names if task in METRICS.part(metric).tasks][:1]
    table = making.table(task).select(*columns, making.TARGET)
    return making.train(folder, table, task=str(task), metrics=metrics, **said)


def form_of(name: str, kind: Kind, weights: Path) -> str:
    """What blocks a model gets of a kind."""
    wanted = parts.build(MODELS, name, {"weights": str(weights)}).encoders().get(kind, {"name": default_encoder(kind)})
    return str(ENCODERS.part(str(wanted["name"])).makes)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Runs:
    """Each model trained once for each task."""
    done: dict[tuple[str, Task], Run] = {}

    def run_of(name: str, task: Task) -> Run:
        if (name, task) not in done:
            done[name, task] = train(name, task, tmp_path_factory.mktemp(f"{name}-{task}"), tiny_bert)
        return done[name, task]

    return run_of


def scale(run: Run) -> float:
    """What an answer may differ by is told in the target's units."""
    return 1.0 if run.bundle.names else float(np.abs(run.answers).max())


@pytest.mark.parametrize("name", MODELS.names)
def test_it_does_some_task_and_wants_encoders_that_there_are(name: str, tiny_bert: Path) -> None:
    model = parts.build(MODELS, name, {"weights": str(tiny_bert)})
    assert model.tasks
    for kind, wanted in model.encoders().items():
        settings = dict(wanted)
        encoder = ENCODERS.part(settings.pop("name"))
        assert Kind(kind) in encoder.kinds
        assert ENCODERS.build(wanted["name"], settings)
    assert model.needs <= model.reads <= set(get_args(Form))
    assert {form_of(name, kind, tiny_bert) for kind in making.KINDS.values()} & model.reads


@pytest.mark.parametrize("name", MODELS.names)
def test_it_is_told_of_a_column_that_it_does_not_read(name: str, tiny_bert: Path) -> None:
    model = MODELS.part(name)
    others = [encoder for encoder in ENCODERS.names if ENCODERS.part(encoder).makes not in model.reads]
    for encoder in others:
        columns = {
            "x": {"encoder": {"name": encoder, **parts.settings(ENCODERS.part(encoder), {"weights": str(tiny_bert)})}}
        }
        said = {"name": name, **parts.settings(model, {"weights": str(tiny_bert)})}
        with pytest.raises(RecipeError) as caught:
            assemble({"version": 1, "name": "n", "data": "a.csv", "target": "y", "model": said, "columns": columns})
        assert caught.value.where == "recipe: columns.x.encoder"


@every_case
def test_answers_have_their_form(name: str, task: Task, runs: Runs) -> None:
    run = runs(name, task)
    outputs = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 1}[task]
    for answers in (run.answers, run.bundle.outputs(run.test.frame)):
        assert answers.dtype == np.float32
        assert answers.shape == (len(run.test), outputs)
        assert np.isfinite(answers).all()
        if task.classifies:
            assert (answers >= 0).all()
            assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert len(np.unique(run.answers[:, 0])) > 1, "the answer does not depend on the row"


@every_case
def test_the_bundle_answers_as_training_did(name: str, task: Task, runs: Runs) -> None:
    run = runs(name, task)
    records = dicts_of(run.test.frame, run.test.schema)
    assert np.abs(run.bundle.outputs(records) - run.answers).max() <= CLOSE * scale(run)
    assert np.abs(run.bundle.outputs(run.test.frame) - run.answers).max() <= CLOSE * scale(run)
    for row in (0, len(records) - 1):
        assert np.abs(run.bundle.outputs(records[row]) - run.answers[row]).max() <= CLOSE * scale(run)


@every_case
def test_an_answer_does_not_depend_on_the_rows_beside_it(name: str, task: Task, runs: Runs) -> None:
    run = runs(name, task)
    features = run.bundle.features.of_table(run.test)
    whole = run.bundle.run(features)
    mirrored = np.arange(len(run.test))[::-1]
    again = run.bundle.run({column: block.take(mirrored) for column, block in features.items()})[mirrored]
    assert np.abs(whole - again).max() <= 1e-5 * scale(run)
    for row in range(0, len(run.test), 7):
        alone = run.bundle.run({column: block.take(np.array([row])) for column, block in features.items()})
        assert np.abs(alone[0] - whole[row]).max() <= 1e-5 * scale(run)


@every_case
def test_strange_rows_are_answered(name: str, task: Task, runs: Runs) -> None:
    run = runs(name, task)
    row = dict(run.bundle.example)
    strange: dict[Kind, list[Any]] = {
        Kind.NUMBER: [1.7e308, -1.7e308, 0],
        Kind.CATEGORY: ["never seen 没见过", "", "🦊"],
        Kind.TEXT: ["", "🦊" * 500, "长" * 5_000],
        Kind.BOOLEAN: [True, "no", 1],
        Kind.TIME: ["0001-01-01", "9999-12-31T23:59:59", "2024-02-29T00:00:00+14:00"],
    }
    rows = [row | {c.name: strange[c.kind][place] for c in run.test.schema.features} for place in range(3)]
    rows += [{c.name: None if c.nullable else row[c.name] for c in run.test.schema.features}]
    answers = run.bundle.outputs(rows)
    assert np.isfinite(answers).all()
    assert answers.shape == (4, run.answers.shape[1])


@every_case
def test_its_graph_is_plain_onnx(name: str, task: Task, runs: Runs) -> None:
    run = runs(name, task)
    file = run.bundle.folder / "model.onnx"
    graph = onnx.load(file)
    onnx.checker.check_model(graph, full_check=True)
    assert {domain.domain for domain in graph.opset_import} <= {"", "ai.onnx.ml"}
    assert [output.name for output in graph.graph.output] == ["answers"]
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    given = feeds(run.bundle.features.of_table(run.test))
    for node in session.get_inputs():
        assert node.name in given
        assert not isinstance(node.shape[0], int), "the number of rows is fixed"
    for trace in (b"site-packages", b"/home/", b"/root/", str(run.bundle.folder.parents[1]).encode()):
        assert trace not in file.read_bytes(), "the graph tells of the machine that made it"


@pytest.mark.parametrize("name", MODELS.names)
def test_one_seed_gives_one_bundle(name: str, runs: Runs, tmp_path: Path, tiny_bert: Path) -> None:
    task = min(MODELS.part(name).tasks)
    again = train(name, task, tmp_path, tiny_bert)
    first = runs(name, task)
    assert np.array_equal(again.answers, first.answers)
    assert again.bundle.manifest.files["model.onnx"] == first.bundle.manifest.files["model.onnx"]
    assert again.bundle.manifest.files["encoders.json"] == first.bundle.manifest.files["encoders.json"]
