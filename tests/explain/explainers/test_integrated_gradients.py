"""Gradients along the way: they add up, and are what captum finds."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from torch import nn

from modelyard.core.blocks import Raw
from modelyard.core.errors import UsageError
from modelyard.core.explaining import Why
from modelyard.explain.explainers.integrated_gradients import IntegratedGradients
from modelyard.train import batches
from modelyard.train.predictor import Answering, TorchPredictor
from tests import making
from tests.explain import subjects

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from modelyard.run import Run


def trained(folder: Path, model: Any, task: str = "binary", columns: tuple[str, ...] = (), **said: Any) -> Run:
    table = making.table(task, 200)
    kept = [*columns, making.TARGET] if columns else table.columns
    said = {"training": {"epochs": 3}, "calibration": "none", **said}
    return making.train(folder, table.select(kept), model=model, **said)


MODELS: list[tuple[Any, str]] = [
    ("mlp", "binary"),
    ({"name": "mlp", "numbers": "periodic"}, "regression"),
    ({"name": "mlp", "numbers": "plain"}, "multiclass"),
    ("bag", "binary"),
    ("text_cnn", "multiclass"),
    ("lstm", "regression"),
    ("transformer", "binary"),
]


@pytest.mark.parametrize(("model", "task"), MODELS)
def test_shares_sum_to_the_answer_less_the_base(model: Any, task: str, tmp_path: Path) -> None:
    run = trained(tmp_path, model, task)
    rows = run.test.frame.head(4)
    outputs = run.bundle.outputs(rows)
    told = run.explain(rows)
    scale = 1.0 if run.bundle.names else float(np.abs(outputs).max())
    for why, answers in zip(told, outputs, strict=True):
        assert isinstance(why, Why)
        assert np.abs(answers - why.answer).min() <= 1e-4 * scale
        assert why.total == pytest.approx(why.answer, abs=1e-3 * scale)
        assert why.columns.keys() == making.KINDS.keys()
        assert sum(map(abs, why.columns.values())) > 0


@pytest.mark.parametrize("name", ["pretrained", "setfit", "zero_shot"])
def test_a_pretrained_encoder_tells_its_tokens(name: str, tmp_path: Path, tiny_bert: Path) -> None:
    said: dict[str, Any] = {} if name == "zero_shot" else {"training": {"epochs": 1}}
    table = making.table("binary").select("comment", making.TARGET)
    run = making.train(tmp_path, table, model={"name": name, "weights": str(tiny_bert)}, calibration="none", **said)
    (why,) = run.explain(run.test.frame.head(1))
    assert isinstance(why, Why)
    assert why.total == pytest.approx(why.answer, abs=1e-3)
    assert why.shares[0].value == "[CLS]"
    assert [share.start for share in why.shares] == list(range(len(why.shares)))


def test_it_is_what_captum_finds(tmp_path: Path) -> None:
    run = trained(tmp_path, {"name": "mlp", "numbers": "periodic"}, columns=("年龄", "income"))
    assert run.trained is not None
    module: Any = run.trained.bare.module  # type: ignore[attr-defined]
    behind, rows = run.bundle.columns(run.test.frame.tail(9)), run.bundle.columns(run.test.frame.head(3))
    one, base = (batches.tensors(run.bundle.features(part)) for part in (rows, behind))
    told = run.explain(run.test.frame.head(3), background=run.test.frame.tail(9), steps=256, most=256)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from captum.attr import IntegratedGradients

        def forward(*values: Tensor) -> Tensor:
            answers: Tensor = module(dict(zip(one, values, strict=True)))
            return answers[:, 1]

        found = IntegratedGradients(forward).attribute(
            tuple(one.values()), tuple(each.mean(0, keepdim=True) for each in base.values()), n_steps=256
        )
    theirs = np.stack([each.detach().numpy().sum(axis=1) for each in found], axis=1)
    ours = np.array([list(why.columns.values()) for why in told if isinstance(why, Why)])
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_bundle_has_no_network_and_a_line_is_none(binary: Run) -> None:
    with pytest.raises(UsageError, match="asks the fitted network") as caught:
        binary.bundle.explain(binary.test.frame.head(1), "integrated_gradients")
    assert "shapley" in caught.value.hint
    with pytest.raises(UsageError, match="this model is none"):
        binary.explain(binary.test.frame.head(1))
    assert binary.explain(binary.test.frame.head(1), "shapley").adds_up


def test_a_networks_own_inputs_are_not_the_columns_where_steps_prepare_them() -> None:
    network = TorchPredictor(Answering(nn.Linear(1, 1), 0.0, 1.0, classifies=False), {})
    subject = replace(subjects.of(subjects.straight, 1, 1), encode=lambda _name, values: Raw(values), network=network)
    rows = subjects.columns(np.zeros((1, 1)))
    with pytest.raises(UsageError, match="what `prepare` makes of the columns") as caught:
        IntegratedGradients()(subject, rows, rows)
    assert "shapley" in caught.value.hint
