"""Where nothing that was learnt shows, the report says so before it shows a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.decisions import Decision
from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
from modelyard.evaluate.score import Measured, score
from modelyard.families import METRICS

if TYPE_CHECKING:
    from modelyard.core.report import Report
    from modelyard.core.types import Floats

ROWS = 400
LEVELS = ("great", "other")
NAMES = ("accuracy", "f1", "log_loss", "roc_auc")


def report(truth: Any, answers: Floats, *names: str, task: Task = Task.BINARY, **said: Any) -> Report:
    classes = LEVELS if task.classifies else ()
    shown = [classes[code] for code in truth] if classes else truth
    target = Column("y", Kind.CATEGORY if classes else Kind.NUMBER, Role.TARGET, levels=classes)
    measured = Measured(Table(pl.DataFrame({"y": shown}), Schema((target,))), task, answers, **said)
    metrics = {name: METRICS.build(name, {}) for name in names}
    return score(measured, metrics, name="n", model="m", rows={"test": len(truth)}, seed=1)


def chances(share: Any) -> Floats:
    """Two columns of probabilities from the second one's."""
    return np.stack([1 - np.asarray(share), np.asarray(share)], axis=1).astype(np.float32)


def drawn(signal: float, centre: float) -> tuple[Any, Floats]:
    """A third are other; `signal` is what the answers know of it, `centre` where they lie."""
    random = np.random.default_rng(3)
    truth = (random.random(ROWS) < 1 / 3).astype(np.int64)
    return truth, chances(1 / (1 + np.exp(-(centre + signal * (truth - 1 / 3) + random.normal(0, 1, ROWS)))))


def test_guesses_are_told_first_with_the_majority_beside_them() -> None:
    truth, answers = drawn(0.0, 0.0)
    found = report(truth, answers, *NAMES)
    assert found.notes[0] == found.doubt
    assert found.doubt.startswith(f"this model has learnt nothing that shows on these {ROWS} rows: accuracy 0.")
    majority = 1 - truth.mean()
    assert f"against {majority:.3f} for always answering 'great'; do not use it, or give it more" in found.doubt
    assert str(found).splitlines()[1] == f"  BEWARE: {found.doubt}"
    assert str(found).count(found.doubt) == 1
    assert f"{found.scores[0].value:.4f}?" in str(found)


@pytest.mark.parametrize("centre", [-0.7, 0.0])
def test_a_model_that_knows_something_stands(centre: float) -> None:
    found = report(*drawn(3.0, centre), *NAMES)
    assert found.doubt == ""
    assert "BEWARE" not in str(found)
    assert f"{found.scores[0].value:.4f}?" not in str(found)


def test_what_ranks_a_little_and_decides_worse_than_the_majority_says_both() -> None:
    truth, answers = drawn(0.7, 1.0)
    found = report(truth, answers, *NAMES)
    assert found.doubt.startswith("this model's answers are worse than always answering 'great': accuracy 0.")
    auc = found.score("roc_auc")
    assert auc is not None
    assert f"shows in its roc_auc of {auc.value:.3f} alone" in found.doubt


def test_a_rare_class_that_is_ranked_well_is_no_doubt_though_accuracy_gains_nothing() -> None:
    random = np.random.default_rng(0)
    truth = (random.random(2000) < 0.03).astype(np.int64)
    answers = chances(0.02 + 0.2 * truth * random.random(2000))
    assert report(truth, answers, "accuracy", "roc_auc").doubt == ""


def test_decisions_at_a_threshold_are_not_judged_by_the_majority() -> None:
    """Costs made them so: fewer are right on purpose."""
    truth, answers = drawn(2.0, 0.0)
    found = report(truth, answers, *NAMES, decision=Decision(0.1, "costs"))
    accuracy = found.score("accuracy")
    assert accuracy is not None
    assert accuracy.value < 0.6
    assert found.doubt == ""


def test_guessing_gains_by_f1_and_that_is_no_learning() -> None:
    truth, answers = drawn(0.0, 2.0)
    found = report(truth, answers, "f1", "accuracy")
    assert found.scores[0].value > 0.3
    assert found.doubt.startswith("this model has learnt nothing")
    assert report(truth, answers, "f1").doubt == "", "nothing measured can tell"


def test_a_number_is_judged_beside_the_mean() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(100, 10, ROWS)
    guessed = (100 + random.normal(0, 3, (ROWS, 1))).astype(np.float32)
    found = report(truth, guessed, "rmse", "mae", "r2", task=Task.REGRESSION)
    assert found.doubt.startswith(f"this model has learnt nothing that shows on these {ROWS} rows: rmse 9.")
    assert f"for always answering {truth.mean():.4g};" in found.doubt
    known = (truth[:, None] + random.normal(0, 5, (ROWS, 1))).astype(np.float32)
    assert report(truth, known, "rmse", "r2", task=Task.REGRESSION).doubt == ""


def test_what_is_said_of_the_constant_is_said_once() -> None:
    truth, answers = drawn(0.0, 0.0)
    constant = chances(np.full(ROWS, 1 / 3))
    found = report(truth, answers, *NAMES, baselines={"constant": constant, "linear": constant})
    assert [note for note in found.notes if "constant" in note] == []
    assert any("linear baseline" in note for note in found.notes)


def test_few_rows_may_be_too_few_to_show_it_and_rows_of_one_class_show_nothing() -> None:
    truth, answers = drawn(0.0, 0.0)
    assert report(truth[:40], answers[:40], *NAMES).doubt.endswith("more examples and more test rows")
    assert report(np.zeros(40, dtype=np.int64), answers[:40], *NAMES).doubt == ""
