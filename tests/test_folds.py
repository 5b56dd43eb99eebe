"""The whole plan in folds: choices are made inside them, figures allow for shared rows, and old reports still read."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard import folds
from modelyard.assemble import assemble
from modelyard.cli import facts
from modelyard.core import events
from modelyard.core.errors import RecipeError
from modelyard.core.evidence import Folds, FoldScore
from modelyard.core.featuring import FittedStep, State, Step
from modelyard.core.report import Report
from modelyard.core.types import Column, Floats, Kind, Parts, Role, Schema, Table, Task, Values
from modelyard.data.read import Rows
from modelyard.data.splits.folds import folds as dealt_in_folds
from modelyard.evaluate.metrics.roc_auc import RocAuc
from modelyard.families import GATES, default_encoder
from modelyard.features.fit import ENCODERS, Making
from modelyard.models.linear import Linear
from modelyard.recipe.schema import SplitSpec
from modelyard.release import reports
from modelyard.train.fit import Trained, fit
from tests import making

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelyard.core.featuring import Encoder

WIDE, KEPT, LONG = 200, 8, 120  # columns of noise, those that are selected, rows


@dataclass(frozen=True)
class FittedBest(FittedStep):
    """The columns that stay."""

    names: tuple[str, ...]

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Some of them."""
        return {name: columns[name] for name in self.names}

    @property
    def made(self) -> tuple[Column, ...]:
        """Nothing new."""
        return ()

    def state(self) -> State:
        """Their names."""
        return {"names": list(self.names)}

    @classmethod
    def restore(cls, state: State) -> Self:
        """The same."""
        kept: Any = state["names"]
        return cls(tuple(kept))


class Best(Step):
    """The columns that the target hangs on most, as it seems on the rows that it is fitted to."""

    fitted: ClassVar[type[FittedStep]] = FittedBest

    def fit(
        self,
        columns: Mapping[str, Values],
        known: Mapping[str, Column],  # noqa: ARG002 - all are numbers
        target: Floats | None,
        seed: int,  # noqa: ARG002 - chance has no say
    ) -> FittedBest:
        """By the correlation with the target."""
        assert target is not None
        seems = {name: abs(float(np.corrcoef(values, target)[0, 1])) for name, values in columns.items()}
        return FittedBest(tuple(sorted(seems, key=lambda name: -seems[name])[:KEPT]))


def noise(names: list[str] | None = None) -> Rows:
    """Rows of nothing but noise, or of some of its columns."""
    random = np.random.default_rng(1)
    columns = {f"x{number}": random.normal(size=LONG) for number in range(WIDE)}
    target = random.permutation(np.arange(LONG) % 2)
    frame = pl.DataFrame({name: columns[name] for name in names or columns} | {"y": target})
    features = [Column(name, Kind.NUMBER, storage="float") for name in names or columns]
    schema = Schema((*features, Column("y", Kind.NUMBER, Role.TARGET, levels=("0", "1"), storage="integer")))
    return Rows(Table(frame, schema), None, None, Task.BINARY, "", ())


def choose(column: Column) -> tuple[str, Encoder]:
    return default_encoder(column.kind), ENCODERS.build(default_encoder(column.kind), {}, column.name)


def blank() -> Report:
    return Report("n", Task.BINARY, "linear", ("0", "1"), {"test": 0}, "", {"roc_auc": True}, ())


def measured(rows: Rows, making_: Making) -> Report:
    def fitted(parts: Parts) -> Trained:
        return fit(Linear(penalty=1.0), parts, Task.BINARY, making_, 1)

    spec = SplitSpec(folds=5, repeats=2)
    return folds.told(blank(), dealt_in_folds(rows, spec, 3), {"roc_auc": RocAuc()}, fitted, Task.BINARY, 3)


def test_a_choice_among_noise_shows_no_lift_where_it_is_made_in_the_fold() -> None:
    inside = measured(noise(), Making(choose, [("best", Best())], 1)).folds
    everything = noise().train
    columns = {c.name: everything.frame[c.name].to_numpy() for c in everything.schema.features}
    outside = measured(
        noise(list(Best().fit(columns, {}, everything.frame["y"].to_numpy(), 1).names)), Making(choose, [], 1)
    ).folds
    assert inside is not None
    assert outside is not None
    (nested,), (flattered,) = inside.scores, outside.scores
    assert nested.low < 0.5 < nested.high
    assert nested.out_of_fold < 0.6
    assert flattered.low > 0.6, "columns that were chosen by all rows have seen what they are measured on"
    assert (inside.folds, inside.repeats, len(nested.each), inside.rows) == (5, 2, 10, LONG)


def test_figures_of_folds_are_those_of_the_fits(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    frame = making.table("regression", 150)
    with events.listening(heard.append):
        run = making.train(tmp_path, frame, split={"folds": 3}, metrics=["rmse", "mae"])
    found = run.report.folds
    assert found is not None
    assert (found.by, found.folds, found.repeats, found.rows) == ("random", 3, 1, 150)
    assert (found.train, found.test) == ((100,) * 3, (50,) * 3)
    rmse, mae = found.scores
    assert rmse.mean == pytest.approx(np.mean(rmse.each))
    assert rmse.out_of_fold == pytest.approx(math.sqrt(np.mean(np.square(rmse.each))))
    assert mae.out_of_fold == pytest.approx(np.mean(mae.each))
    assert mae.out_of_fold_low < mae.out_of_fold < mae.out_of_fold_high
    reach = 4.302652729749462 * math.sqrt((1 / 3 + 1 / 2) * np.var(mae.each, ddof=1))
    assert mae.high - mae.mean == pytest.approx(reach)
    steps = [event.done for event in heard if isinstance(event, events.Step) and event.name == "fitting in folds"]
    assert steps == [0, 1, 2, 3]
    assert run.report.rows == {"train": 90, "valid": 30, "test": 30}, "the bundle is the model of the one split"


def test_each_fold_has_a_threshold_and_groups_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = making.table("binary", 160).with_columns(client=pl.Series([f"c{row % 20}" for row in range(160)]))
    run = making.train(
        tmp_path,
        frame,
        split={"by": "group", "column": "client", "folds": 2, "repeats": 2},
        columns={"client": {"role": "ignore"}, "comment": {"role": "ignore"}},
        decision={"metric": "f1"},
        metrics=["roc_auc", "f1"],
        language="zh",
    )
    found = run.report.folds
    assert found is not None
    assert (found.by, found.test) == ("group", (80,) * 4)
    assert "roc_auc in 2 folds: " in str(run.report)
    facts.folds(found)
    shown = capsys.readouterr().out
    assert "2 folds by group, 2 times: the whole plan fitted anew in each, every choice inside it" in shown
    assert f"{found.scores[0].mean:.4f}" in shown
    card = (run.bundle.folder / "README.md").read_text(encoding="utf-8")
    assert f"{found.scores[1].out_of_fold:.4f}" in card
    assert "在 2 折（群体，划分 2 次）中" in card
    assert "train: " not in card
    again = modelyard.load(run.bundle.folder)
    assert again.report.folds == found
    assert json.loads((run.bundle.folder / "report.json").read_text(encoding="utf-8"))["folds"]["repeats"] == 2


def test_reports_of_before_keep_their_digest_and_are_read() -> None:
    said: dict[str, Any] = asdict(blank())
    del said["folds"]
    before = json.dumps(said).encode()
    report = reports.decode(before)
    assert report == blank()
    assert reports.lasting_digest(report) == "496f76f8fb855793572f7404182d45c9a59f863814533e296b6e05765fe7083f"
    found = measured(noise(["x0", "x1"]), Making(choose, [], 1))
    assert reports.lasting_digest(found) != reports.lasting_digest(replace(found, folds=None))


GATED: list[tuple[dict[str, Any], bool]] = [
    ({"gate": "at_least", "bound": 0.4}, True),
    ({"gate": "at_least", "bound": 0.4, "strict": True}, False),
    ({"gate": "at_most", "bound": 0.6}, True),
    ({"gate": "at_most", "bound": 0.4}, False),
]


@pytest.mark.parametrize(("said", "passes"), GATED)
def test_gates_judge_the_mean_of_folds(said: dict[str, Any], passes: bool) -> None:  # noqa: FBT001
    score = FoldScore("roc_auc", 0.5, 0.35, 0.65, (0.4, 0.6), 0.5, 0.4, 0.6)
    report = replace(blank(), folds=Folds("random", 2, 1, 40, (20, 20), (20, 20), (score,)))
    settings = {key: value for key, value in said.items() if key != "gate"} | {"metric": "roc_auc", "folds": True}
    built = GATES.build(str(said["gate"]), settings, "gates.0")
    verdict = built(report, None)
    assert verdict.passed is passes
    assert verdict.reason.startswith("the mean roc_auc of 2 folds is 0.5000 (95% interval 0.3500 to 0.6500, 40 rows)")
    with pytest.raises(RecipeError, match="the report holds no roc_auc in folds"):
        built(blank(), None)


def test_a_gate_on_folds_needs_folds() -> None:
    recipe = {"version": 1, "name": "n", "data": "a.csv", "target": "y", "model": "linear"}
    gate = {"gate": "at_least", "metric": "roc_auc", "bound": 0.5, "folds": True}
    assert assemble({**recipe, "gates": [gate], "split": {"folds": 5}}).gates[0].needs() == {"folds": ()}
    with pytest.raises(RecipeError, match="judges folds, and the recipe asks for none"):
        assemble({**recipe, "gates": [gate]})
    with pytest.raises(RecipeError, match="leave out slice, or folds"):
        assemble({**recipe, "gates": [{**gate, "slice": "x = a"}], "split": {"folds": 5}})
