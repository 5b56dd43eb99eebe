"""Augmented rows are learnt from alone, and only where they help on the validation rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
import pytest

from modelyard import run
from modelyard.assemble import assemble
from modelyard.core.errors import RecipeError
from modelyard.core.featuring import Augment
from modelyard.core.types import Kind, Parts, Table, Task
from modelyard.data.read import read
from modelyard.data.split import split
from modelyard.train import augmented
from modelyard.train import fit as training
from modelyard.train.fit import BARE
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.finish import Finish
    from modelyard.core.types import Values
    from modelyard.train.fit import Trained

LINEAR = {"name": "linear", "penalty": 1.0}
TEXT = {"comment": {"kind": "text"}}


class Wrong(Augment):
    """Says of each text what the other class says."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})

    def __init__(self, other: dict[str, str]) -> None:
        self.other = other

    def __call__(self, values: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        return np.array([self.other[text] for text in values], dtype=object)


def planned(folder: Path, frame: pl.DataFrame, **said: Any) -> tuple[Any, Parts]:
    plan = assemble(making.recipe(folder, frame, **{"model": LINEAR, "columns": TEXT, **said}))
    rows = read(plan.sources, plan.recipe)
    return plan, split(rows, plan.recipe.split, plan.recipe.seed)


def texts(rows: int = 300) -> pl.DataFrame:
    """A word that tells the class, among words that do not."""
    random = np.random.default_rng(0)
    truth = random.random(rows) < 0.5
    filler = random.choice(["kettle", "teapot", "kitchen", "weekday"], (rows, 3))
    told = [f"{' '.join(some)} {'fine' if good else 'broken'}" for some, good in zip(filler, truth, strict=True)]
    return pl.DataFrame({"comment": told, "n": np.arange(rows) % 7, making.TARGET: np.where(truth, "yes", "no")})


def once(
    plan: Any, parts: Parts, task: Task = Task.BINARY, finish: Finish = BARE, more: Table | None = None
) -> Trained:
    return training.fit(plan.model, parts, task, plan.making(plan.model), plan.recipe.seed, finish, more)


def fit(plan: Any, parts: Parts, augments: dict[str, Augment], task: Task = Task.BINARY) -> Trained:
    return augmented.fit(lambda more: once(plan, parts, task, plan.finish, more), parts, augments, 7)


def test_only_the_model_sees_them_and_only_for_learning(tmp_path: Path) -> None:
    plan, parts = planned(tmp_path, texts(), augment=["drop"])
    seen: list[Table | None] = []

    def fitted(more: Table | None) -> Trained:
        seen.append(more)
        return once(plan, parts, finish=plan.finish, more=more)

    trained = augmented.fit(fitted, parts, plan.augments, 7)
    assert seen[0] is None
    assert seen[1] is not None
    assert len(seen[1]) == len(parts.train)
    plain = once(plan, parts)
    again = once(plan, parts, more=seen[1])
    assert trained.features.state() == plain.features.state() == again.features.state(), "encoders read plain rows"
    assert not np.array_equal(again(parts.test), plain(parts.test))


def test_rows_that_contradict_the_labels_are_left_out(tmp_path: Path) -> None:
    plan, parts = planned(tmp_path, texts())
    other = {t: t.replace("fine", "x").replace("broken", "fine").replace("x", "broken") for t in texts()["comment"]}
    trained = fit(plan, parts, {"wrong": Wrong(other)})
    assert np.array_equal(trained(parts.test), fit(plan, parts, {})(parts.test))
    assert trained.notes[-1].endswith("they hurt and are left out")
    told = f"{len(parts.train)} augmented rows (wrong): the loss on {len(parts.valid)} validation rows is "
    assert trained.notes[-1].startswith(told)


def test_rows_that_change_nothing_are_left_out(tmp_path: Path) -> None:
    plan, parts = planned(tmp_path, texts(), model={"name": "linear", "penalty": 1e-4})
    same = {text: text for text in texts()["comment"]}
    chance = texts().with_columns(pl.Series(making.TARGET, ["yes", "no"] * 150))
    plan, parts = planned(tmp_path, chance)
    trained = fit(plan, parts, {"same": Wrong(same)})
    assert np.array_equal(trained(parts.test), fit(plan, parts, {})(parts.test))
    assert "within noise" in trained.notes[-1] or "they hurt" in trained.notes[-1]


def test_rows_that_help_are_learnt_from(tmp_path: Path) -> None:
    plan, parts = planned(tmp_path, texts(), model={"name": "linear", "penalty": 30.0})
    clear = {text: " ".join([text.split()[-1]] * 3) for text in texts()["comment"]}
    trained = fit(plan, parts, {"clear": Wrong(clear)})
    assert trained.notes[-1].endswith("they are learnt from")
    plain = fit(plan, parts, {})
    assert augmented.losses(trained, parts.valid).mean() < augmented.losses(plain, parts.valid).mean()


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_the_whole_flow_notes_what_became_of_them(task: str, tmp_path: Path) -> None:
    made = making.train(
        tmp_path, making.table(task), columns=TEXT, model=LINEAR, augment=["swap", {"augment": "drop", "share": 0.2}]
    )
    (note,) = [note for note in made.report.notes if "augmented rows (swap, drop)" in note]
    assert note.startswith("144 augmented rows")
    assert made.report.rows == {"train": 72, "valid": 24, "test": 24}
    assert "augment: swap" in made.bundle.recipe


def test_losses_are_those_of_each_row(tmp_path: Path) -> None:
    plan, parts = planned(tmp_path, texts())
    trained = fit(plan, parts, {})
    shares = trained.bare(trained.features.of_table(parts.valid))
    said = [shares[row, int(label == "yes")] for row, label in enumerate(parts.valid.frame[making.TARGET])]
    assert parts.valid.schema.target.levels == ("no", "yes")
    np.testing.assert_allclose(augmented.losses(trained, parts.valid), -np.log(said), rtol=1e-6)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"augment": ["swop"]}, "no augment called 'swop'"),
    ({"augment": ["swap", {"augment": "swap", "share": 0.3}]}, "the augment 'swap' is named 2 times"),
    ({"augment": [{"augment": "drop", "share": 1}]}, "augment.0.share"),
    ({"augment": ["swap"], "model": "auto"}, "is not for 'auto', which searches among models"),
    ({"augment": ["swap"], "columns": {"comment": {"kind": "category"}}}, "'swap' changes texts, and no column is one"),
    ({"augment": ["flip"]}, "'flip' changes pictures, and no column is one"),
    ({"augment": ["smote"]}, "makes rows of numbers, levels and times, and not of comment"),
    ({"augment": [{"augment": "window", "columns": "t_*"}]}, "'t_\\*' names no column of the kind number"),
    ({"augment": [{"augment": "window", "columns": "*"}]}, "2 columns are too few to be a series"),
    ({"augment": [{"augment": "jitter", "columns": ["income", "incme"]}]}, "'incme' names no column"),
    ({"augment": ["smote"], "target": "income", "columns": {"comment": {"role": "ignore"}}}, "not for the task 'regr"),
]


@pytest.mark.parametrize(("said", "problem"), WRONG)
def test_what_cannot_be_augmented_is_told(said: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=problem):
        run.inspect(making.recipe(tmp_path, making.table("binary"), **said))
