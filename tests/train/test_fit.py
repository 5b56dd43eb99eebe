"""What is wished of a model beside its fit: class weights, calibration, a threshold, wherever a model is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
import yaml

from modelyard import run
from modelyard.assemble import assemble
from modelyard.core.blocks import HeldOut
from modelyard.core.errors import DataError
from modelyard.core.finish import Aim, Costs, Finish
from modelyard.core.protocols import Model, Predictor
from modelyard.core.types import Parts, Table, Task
from modelyard.data.read import read
from modelyard.data.split import split
from modelyard.families import METRICS
from modelyard.release import batch
from modelyard.release.bundle import Bundle
from modelyard.serve.app import App
from modelyard.train import heed
from modelyard.train.fit import fit
from tests import making
from tests.serve.asking import Client

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelyard.core.blocks import Examples, Inputs
    from modelyard.core.protocols import Settings
    from modelyard.core.types import Floats, Kind
    from modelyard.train.fit import Trained

READERS: dict[str, Any] = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}
LINEAR = {"name": "linear", "penalty": 1.0}


def rows(count: int = 1200, seed: int = 0) -> pl.DataFrame:
    """One in seven is bad; two numbers foretell it, not surely."""
    random = np.random.default_rng(seed)
    a, b = random.normal(0, 1, (2, count))
    share = 1 / (1 + np.exp(-(1.5 * a - b - 2.5)))
    return pl.DataFrame({"a": a, "b": b, making.TARGET: np.where(random.random(count) < share, "bad", "good")})


def parts(folder: Path, frame: pl.DataFrame) -> tuple[Any, Parts]:
    plan = assemble(making.recipe(folder, frame, model=LINEAR))
    read_rows = read(plan.sources, plan.recipe)
    return plan, split(read_rows, plan.recipe.split, plan.recipe.seed)


def fitted(plan: Any, given: Parts, finish: Finish, model: Model | None = None) -> Trained:
    learner = plan.model if model is None else model
    return fit(learner, given, Task.BINARY, plan.making(plan.model), 7, finish)


def test_a_class_of_weight_three_is_each_of_its_rows_three_times(tmp_path: Path) -> None:
    plan, given = parts(tmp_path, rows(300))
    weighed = fitted(plan, given, Finish(class_weight={"bad": 3.0}))
    frame = given.train.frame
    bad = frame.filter(pl.col(making.TARGET) == "bad")
    # The encoders learn from rows, whatever they weigh: only what the model sees is doubled.
    doubled = _Threefold(plan.model, len(bad))
    assert len(bad) > 20
    again = fitted(plan, given, Finish(), doubled)
    np.testing.assert_allclose(weighed(given.test), again(given.test), atol=1e-4)
    assert np.abs(weighed(given.test) - fitted(plan, given, Finish())(given.test)).max() > 0.05


@dataclass(frozen=True)
class _Threefold(Model):
    """A model that is fitted on every row of the second class three times."""

    inner: Model
    bad: int
    tasks = frozenset(Task)

    def encoders(self) -> Mapping[Kind, Settings]:
        return self.inner.encoders()

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> Predictor:
        second = np.flatnonzero(train.target == 1)
        assert len(second) == self.bad
        return self.inner.fit(
            train.take(np.concatenate([np.arange(len(train)), second, second])), valid, task, seed=seed
        )


FACTORS: list[tuple[Any, list[float] | None, list[float]]] = [
    ("balanced", None, [4 / 6, 4 / 2]),
    ("balanced", [1, 1, 1, 3, 1, 1, 0, 0], [8 / 10, 8 / 6]),
    ({"bad": 5.0, "good": 2.0}, None, [2.0, 5.0]),
    ({"bad": 5.0}, [1.0] * 8, [1.0, 5.0]),
]


@pytest.mark.parametrize(("wish", "weight", "wanted"), FACTORS)
def test_balanced_classes_weigh_the_same(
    wish: Any, weight: list[float] | None, wanted: list[float], tmp_path: Path
) -> None:
    _, given = parts(tmp_path, rows(100))
    target = np.array([0, 0, 0, 1, 0, 0, 0, 1])
    found = heed.factors(wish, given.train.schema.target, target, None if weight is None else np.array(weight))
    assert found is not None
    np.testing.assert_allclose(found, wanted)


def test_a_class_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no class called 'baad'") as caught:
        making.train(tmp_path, rows(100), class_weight={"baad": 5, "good": 1})
    assert (caught.value.where, caught.value.hint) == ("class_weight.baad", "known: good, bad")


@pytest.mark.parametrize("wish", ["balanced", {"bad": 6.0}])
def test_calibration_brings_weighed_probabilities_back_to_how_often_it_happens(wish: Any, tmp_path: Path) -> None:
    plan, given = parts(tmp_path, rows(3000))
    plain = fitted(plan, given, Finish(class_weight=wish))
    meant = fitted(plan, given, Finish(class_weight=wish, calibration="auto"))
    happens = (given.test.frame[making.TARGET] == "bad").mean()
    assert plain(given.test)[:, 1].mean() > 1.8 * float(str(happens))
    assert meant(given.test)[:, 1].mean() == pytest.approx(float(str(happens)), abs=0.04)
    assert "calibrated on 600 held-out rows: platt" in meant.notes[0]
    assert meant.bare is not meant.predictor
    assert plain.bare is plain.predictor


@dataclass(frozen=True)
class _Knowing(Predictor):
    """A predictor that was wrong about its held-out rows in a way that tells what to do."""

    inner: Predictor
    held_out: HeldOut

    def __call__(self, inputs: Inputs) -> Floats:
        return self.inner(inputs)

    def to_onnx(self, path: Path) -> None:
        self.inner.to_onnx(path)


@dataclass(frozen=True)
class _Searching(Model):
    """A model that pools its rows and keeps answers to all of them, one in two of the second class."""

    inner: Model
    tasks = frozenset(Task)

    def encoders(self) -> Mapping[Kind, Settings]:
        return self.inner.encoders()

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> Predictor:
        learnt = self.inner.fit(train, valid, task, seed=seed)
        known = HeldOut(train.target, np.full((len(train), 2), 0.5, np.float32), train.weight)
        return _Knowing(learnt, known)


def test_a_predictor_that_knows_held_out_answers_is_calibrated_on_them_as_rows_come(tmp_path: Path) -> None:
    plan, given = parts(tmp_path, rows(600))
    weighed = fitted(plan, given, Finish(class_weight="balanced", calibration="platt"), _Searching(plan.model))
    share = float(str((given.train.frame[making.TARGET] == "bad").mean()))
    even = np.full((1, 2), 0.5, np.float32)
    told: Any = weighed.predictor
    assert told.calibrator(even)[0, 1] == pytest.approx(share, abs=0.01)  # with its class weights it would be a half
    assert f"on {len(given.train)} held-out rows" in weighed.notes[0]


def test_a_method_without_the_rows_for_it_says_so(tmp_path: Path) -> None:
    plan, given = parts(tmp_path, rows(200))
    trained = fitted(plan, given, Finish(calibration="isotonic"))
    assert trained.predictor is trained.bare
    assert trained.notes == ("too few held-out rows for isotonic, 40: probabilities are the model's",)


@pytest.mark.parametrize("calibration", ["none", "auto"])
def test_a_metric_chooses_the_threshold_on_held_out_rows(calibration: Any, tmp_path: Path) -> None:
    plan, given = parts(tmp_path, rows())
    f1 = METRICS.build("f1", {})
    trained = fitted(plan, given, Finish(calibration=calibration, aim=Aim("f1", f1)))
    assert trained.decision is not None
    assert trained.decision.threshold < 0.5
    assert trained.decision.why == "the best f1 on 240 held-out rows"


def test_nothing_is_finished_where_nothing_is_wished(tmp_path: Path) -> None:
    plan, given = parts(tmp_path, rows(200))
    trained = fitted(plan, given, Finish())
    assert (trained.predictor, trained.decision, trained.notes) == (trained.bare, None, ())
    alone = replace(given, valid=Table(given.valid.frame.head(3), given.valid.schema))
    few = fitted(plan, alone, Finish(calibration="auto", costs=Costs(5, 1)))
    assert few.predictor is few.bare
    assert few.decision is not None


@pytest.fixture(scope="module")
def costly(tmp_path_factory: pytest.TempPathFactory) -> run.Run:
    folder = tmp_path_factory.mktemp("costly")
    return making.train(folder, rows(), name="costly", costs={"false_negative": 5, "false_positive": 1})


def test_every_way_to_ask_follows_the_threshold(costly: run.Run, tmp_path: Path) -> None:
    bundle = Bundle.load(costly.bundle.folder)
    frame = costly.test.frame
    share = bundle.outputs(frame)[:, 1]
    wanted = np.where(share >= 1 / 6, "bad", "good").tolist()
    assert wanted != np.where(share > 0.5, "bad", "good").tolist()
    records = frame.drop(making.TARGET).to_dicts()
    assert [record["prediction"] for record in bundle.predict(frame)["predictions"]] == wanted
    client = Client(App({"costly": bundle}))
    told = client.post(records).json()["predictions"]
    assert [record["prediction"] for record in told] == wanted
    assert [record["probabilities"]["bad"] for record in told] == pytest.approx(share.tolist(), abs=1e-6)
    assert client.post(records[0]).json()["prediction"] == wanted[0]
    assert client.get("/models").json()["models"][0]["decision"]["threshold"] == pytest.approx(1 / 6)
    for ending, reads in READERS.items():
        file = tmp_path / f"answers.{ending}"
        batch.write(bundle, batch.answers(bundle, frame.lazy(), 50), file)
        assert reads(file)["prediction"].to_list() == wanted


def rows_of(made: run.Run) -> str:
    return str(yaml.safe_load(made.bundle.recipe)["data"]["train"]["path"])


def test_the_report_judges_those_decisions_and_the_card_names_the_threshold(costly: run.Run) -> None:
    report, bundle = costly.report, costly.bundle
    truth = (costly.test.frame[making.TARGET] == "bad").to_numpy()
    answered = costly.answers[:, 1] >= 1 / 6
    score = report.score("expected_cost")
    assert score is not None
    assert score.value == pytest.approx(np.mean(5 * (truth & ~answered) + (answered & ~truth)))
    recall = report.score("recall")
    assert recall is not None
    assert recall.value == pytest.approx((truth & answered).sum() / truth.sum())
    (told,) = [note for note in report.notes if "probability" in note]
    assert told == "'bad' is answered from a probability of 0.1667 on: a missed one costs 5, a false alarm 1"
    assert told in (bundle.folder / "README.md").read_text(encoding="utf-8")
    again = run.evaluate(bundle, rows_of(costly))
    assert told in again.notes
    cost = again.score("expected_cost")
    assert cost is not None
    assert cost.value < 0.7


def test_the_threshold_is_sealed_with_the_bundle(costly: run.Run, binary: run.Run) -> None:
    assert "decision.json" in costly.bundle.manifest.files
    assert binary.bundle.decision is None
    assert "decision.json" not in binary.bundle.manifest.files


def test_decisions_best_by_a_metric_are_better_by_it(tmp_path: Path) -> None:
    frame = rows(2500)
    (tmp_path / "plain").mkdir()
    plain = making.train(tmp_path / "plain", frame)
    aimed = making.train(tmp_path, frame, decision={"metric": "f1"})
    before, after = plain.report.score("f1"), aimed.report.score("f1")
    assert before is not None
    assert after is not None
    assert after.value > before.value
    assert any("the best f1 on 500 held-out rows" in note for note in aimed.report.notes)
    (ours,) = {s.value for s in plain.report.scores if s.metric == "roc_auc"}
    assert ours == next(s.value for s in aimed.report.scores if s.metric == "roc_auc")


def test_truncation_is_told_and_not_silent(tmp_path: Path) -> None:
    made = making.train(
        tmp_path,
        making.table("binary").with_columns(comment=pl.concat_str("comment", pl.int_range(pl.len()).cast(pl.String))),
        columns={"comment": {"kind": "text", "encoder": {"name": "ngrams", "longest": 25}}},
        model=LINEAR,
    )
    cut = made.hygiene.cut["comment"]
    assert 0 < cut < 72
    told = f"{cut} of 72 texts of 'comment' are longer than 25 characters (longest): only their beginnings are read"
    assert told in made.report.notes
