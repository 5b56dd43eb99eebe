"""What may be said of an explanation, what a bundle draws its background from, and what is told when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.errors import DataError, UsageError
from modelyard.core.explaining import Why
from modelyard.release.explaining import INDEPENDENT
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run


def test_of_two_classes_the_positive_one_is_explained_and_the_other_is_its_mirror(binary: Run) -> None:
    rows = binary.test.frame.head(2)
    usual, good, bad = (binary.bundle.explain(rows, of=of, permutations=10) for of in (None, "good", "bad"))
    assert str(usual) == str(good)
    for mine, theirs in zip(good, bad, strict=True):
        assert isinstance(mine, Why)
        assert isinstance(theirs, Why)
        assert (mine.of, theirs.of) == ("good", "bad")
        assert mine.answer + theirs.answer == pytest.approx(1)
        assert [s.amount for s in mine.shares] == pytest.approx([-s.amount for s in theirs.shares], abs=1e-6)


def test_of_several_classes_each_rows_own_answer_is_explained(tmp_path: Path) -> None:
    run = making.train(tmp_path, making.table("multiclass").drop("comment"))
    rows = run.test.frame.head(12)
    answered = [record["prediction"] for record in run.bundle.predict(rows)["predictions"]]
    told = [why for why in run.bundle.explain(rows) if isinstance(why, Why)]
    assert [why.of for why in told] == answered
    assert len(set(answered)) > 1
    assert {why.of for why in run.bundle.explain(rows, of="unsure") if isinstance(why, Why)} == {"unsure"}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"method": "shaply"}, "no explainer called 'shaply'", "did you mean 'shapley'?"),
    ({"of": "goood"}, "no class called 'goood'", "did you mean 'good'?"),
    ({"permutatons": 3}, "unknown key", "did you mean 'permutations'?"),
    ({"permutations": 1}, "greater than or equal to 2", ""),
]


@pytest.mark.parametrize(("said", "problem", "hint"), WRONG)
def test_a_wrong_word_is_told(said: dict[str, Any], problem: str, hint: str, binary: Run) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        binary.bundle.explain(binary.bundle.example, **said)
    assert caught.value.hint == hint
    assert caught.value.exit_status == 2


def test_a_number_has_no_classes_and_no_rows_have_no_reason(regression: Run) -> None:
    with pytest.raises(UsageError, match="has no classes"):
        regression.bundle.explain(regression.bundle.example, of="good")
    with pytest.raises(DataError, match="no rows to explain"):
        regression.bundle.explain([])
    with pytest.raises(DataError, match="no rows to compare with"):
        regression.bundle.explain(regression.bundle.example, background=[])
    with pytest.raises(DataError, match="unknown field"):
        regression.bundle.explain({"incom": 3})


def test_the_base_is_the_mean_answer_over_the_background(regression: Run) -> None:
    rows = regression.test.frame
    emptied = rows.with_columns(comment=pl.lit(""))
    (why,) = regression.bundle.explain(rows.head(1), background=rows, permutations=48)
    assert isinstance(why, Why)
    assert why.base == pytest.approx(float(regression.bundle.outputs(emptied).mean()), rel=1e-4)


def test_what_the_background_is_drawn_from_is_told(binary: Run) -> None:
    row = binary.bundle.example
    assert binary.bundle.explain(row, permutations=10).notes == (INDEPENDENT,)
    assert binary.bundle.explain(row, background=binary.test.frame, permutations=10).notes == ()
    assert binary.bundle.explain(row, "counterfactual").notes == ()


def test_the_recipe_says_how_a_person_can_change_a_column(tmp_path: Path) -> None:
    columns = {"income": {"change": "up"}, "home": {"change": "never"}, "member": {"change": "never"}}
    run = making.train(tmp_path, making.table("binary").drop("comment"), columns=columns)
    assert run.bundle.ways == {"income": "up", "home": "never", "member": "never"}
    told = run.bundle.explain(run.test.frame.head(10), "counterfactual")
    moved = {move.column: move for each in told for move in getattr(each, "moves", ())}
    assert moved
    assert not moved.keys() & {"home", "member"}


def test_a_bundle_explains_without_torch_or_scikit_learn(binary: Run) -> None:
    code = f"""
import sys
for name in ("torch", "sklearn", "scipy", "lightgbm", "onnx", "transformers"):
    sys.modules[name] = None
import modelyard
bundle = modelyard.load({str(binary.bundle.folder)!r})
for method in ("shapley", "lime", "counterfactual"):
    print(bundle.explain(bundle.example, method)[0].of)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["good"] * 3


def test_it_draws_itself(binary: Run) -> None:
    told = binary.bundle.explain({**binary.bundle.example, "comment": "<b>late</b> & paid"}, permutations=10)
    assert "&lt;b&gt;late" in told._repr_html_()
    assert "<b>late" not in told._repr_html_()
    assert "probability of good" in str(told)
    assert told.overall.keys() == making.KINDS.keys()
    assert list(told.overall.values()) == sorted(told.overall.values(), reverse=True)


def test_importance_can_be_left_out(tmp_path: Path) -> None:
    run = making.train(tmp_path, making.table("binary"), evidence={"importance": False})
    assert run.report.importance == ()
    assert json.loads((run.bundle.folder / "report.json").read_text(encoding="utf-8"))["importance"] == []
    assert "  importance: false\n" in run.bundle.recipe


def test_many_rows_are_each_explained_as_alone(binary: Run) -> None:
    rows = binary.test.frame.head(3)
    together = binary.bundle.explain(rows, permutations=10)
    for number in range(3):
        (alone,) = binary.bundle.explain(rows[number : number + 1], permutations=10)
        other = together[number]
        assert isinstance(alone, Why)
        assert isinstance(other, Why)
        mine, theirs = ([share.amount for share in why.shares] for why in (alone, other))
        assert np.allclose(mine, theirs, atol=1e-6)
