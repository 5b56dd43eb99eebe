"""The search: what it tries and says, that it keeps to its time and memory, and that it goes on where it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from modelyard.core import deadline, events, memory
from modelyard.core.blocks import Block, Codes, Examples, Numbers
from modelyard.core.errors import RecipeError
from modelyard.core.types import Task
from modelyard.families import MODELS
from modelyard.models import auto
from modelyard.models.auto import Auto
from modelyard.models.boosting import Boosting
from modelyard.train import judging as judge
from modelyard.train import thin
from modelyard.train.ensemble import graph_of
from modelyard.train.hunt import Hunt
from modelyard.train.judging import Judging
from modelyard.train.notebook import BusyError, Notebook, Record
from modelyard.train.price import Price, work
from modelyard.train.search import Searching
from modelyard.train.transform import Transformed

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.protocols import Model, Settings
    from modelyard.core.training import Transform
    from modelyard.train.ensemble import Ensemble

LINEAR = Auto(models=("linear",), time_limit=60.0, folds=3, trials=3)


def rows(task: Task = Task.BINARY, count: int = 240, seed: int = 0) -> Examples:
    """A table whose target follows from it, with noise."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(count, 3)).astype(np.float32)
    inputs: dict[str, Block] = {"a": Numbers(numbers), "b": Codes(random.integers(0, 4, count), 4)}
    signal = numbers[:, 0] + np.abs(numbers[:, 1]) + random.normal(0, 0.5, count)
    if task is Task.REGRESSION:
        return Examples(inputs, 200 + 30 * signal.astype(np.float64), 1)
    outputs = 2 if task is Task.BINARY else 3
    edges = np.quantile(signal, np.linspace(0, 1, outputs + 1)[1:-1])
    return Examples(inputs, np.searchsorted(edges, signal).astype(np.int64), outputs)


def search(how: Auto, learn: Examples, task: Task = Task.BINARY, place: Path | None = None, **said: Any) -> Ensemble:
    """Run it on two thirds and a third of the rows."""
    middle = len(learn) * 2 // 3
    train, valid = learn.take(np.arange(middle)), learn.take(np.arange(middle, len(learn)))
    return Searching(how, said.pop("build", build), place).fit(train, valid, task, seed=said.pop("seed", 3))


def build(name: str, settings: Settings, transform: Transform | None = None) -> Model:
    model = cast("Model", MODELS.build(name, settings))
    return Transformed(model, transform) if transform else model


class Builder:
    """Builds as ever, and breaks off at a fit."""

    def __init__(self, most: int | None = None) -> None:
        self.fits: list[tuple[str, str]] = []
        self.most = most

    def __call__(self, name: str, settings: Settings, transform: Transform | None = None) -> Model:
        model = build(name, settings, transform)
        before = type(model).fit

        def fit(*args: Any, **said: Any) -> Any:
            if self.most is not None and len(self.fits) >= self.most:
                raise KeyboardInterrupt
            self.fits.append((name, str(sorted(settings.items()))))
            return before(model, *args, **said)

        object.__setattr__(model, "fit", fit)
        return model


@pytest.mark.parametrize("task", Task)
def test_the_ensemble_is_better_than_nothing_and_says_what_it_tried(task: Task) -> None:
    learn = rows(task)
    found = search(LINEAR, learn, task)
    whole, *others = [line for line in found.leaderboard if not line.skipped]
    assert whole.name == "ensemble"
    assert {"constant", "linear"} == {line.name for line in others}
    constant = next(line for line in others if line.name == "constant")
    assert whole.loss is not None
    assert constant.loss is not None
    assert whole.loss < 0.8 * constant.loss
    assert sum(line.weight for line in others) == pytest.approx(1)
    assert [line.loss for line in others] == sorted(line.loss for line in others if line.loss is not None)
    for line in others:
        assert line.low is not None
        assert line.high is not None
        assert line.loss is not None
        assert line.low <= line.loss <= line.high
    tried = [line for line in others if line.name == "linear"]
    assert all(line.latency and line.size and line.seconds for line in tried)
    assert len(found.held_out.answers) == len(learn)
    assert found.held_out.places is not None
    assert sorted(found.held_out.places) == list(range(len(learn)))
    assert np.array_equal(found.held_out.target, learn.target[found.held_out.places])


def test_one_seed_finds_one_ensemble() -> None:
    learn = rows()
    first, again, other = (search(LINEAR, learn, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first(learn.inputs), again(learn.inputs))
    assert not np.array_equal(first(learn.inputs), other(learn.inputs))


def test_broken_off_it_goes_on_and_repeats_only_the_trial_in_flight(tmp_path: Path) -> None:
    learn = rows()
    whole = Builder()
    undisturbed = search(LINEAR, learn, build=whole)
    broken = Builder(most=8)
    with pytest.raises(KeyboardInterrupt):
        search(LINEAR, learn, place=tmp_path, build=broken)
    heard: list[events.Event] = []
    rest = Builder()
    with events.listening(heard.append):
        found = search(LINEAR, learn, place=tmp_path, build=rest)
    assert any(isinstance(event, events.Note) and "goes on" in event.text for event in heard)
    judged = [fit for fit in broken.fits if broken.fits.count(fit) == 3]
    assert judged
    repeated = {fit for fit in rest.fits if fit in judged}
    members = {
        str(sorted({**LINEAR.objective(), **line.settings}.items())) for line in found.leaderboard if line.weight
    }
    assert {settings for _, settings in repeated} <= members  # fitted again to answer, not to be judged
    assert np.array_equal(found(learn.inputs), undisturbed(learn.inputs))


def test_a_search_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    learn = rows()
    first = search(LINEAR, learn, place=tmp_path)
    again = Builder()
    found = search(LINEAR, learn, place=tmp_path, build=again)
    assert len(again.fits) <= 2 * sum(line.weight > 0 for line in found.leaderboard if line.name != "ensemble")
    assert np.array_equal(first(learn.inputs), found(learn.inputs))
    other = Builder()
    search(LINEAR, rows(seed=5), place=tmp_path, build=other)
    assert len(other.fits) > len(again.fits)  # other rows, another search


def test_a_torn_record_is_made_anew(tmp_path: Path) -> None:
    learn = rows()
    first = search(LINEAR, learn, place=tmp_path)
    for record in tmp_path.rglob("*.npz"):
        record.write_bytes(record.read_bytes()[:50])
    found = search(LINEAR, learn, place=tmp_path)
    assert {line.name for line in found.leaderboard} >= {"linear", "ensemble"}
    assert found.held_out.answers.shape == first.held_out.answers.shape


def test_what_there_is_no_time_for_is_skipped_and_said() -> None:
    with pytest.raises(RecipeError, match=r"no model could be fitted \(linear: not begun: 0.0 s were left"):
        search(Auto(models=("linear",), time_limit=1e-6), rows())
    with deadline.within(30):
        found = search(LINEAR, rows())
    assert any(line.name == "linear" for line in found.leaderboard)


def test_a_model_that_fails_is_a_line_of_the_leaderboard() -> None:
    def failing(name: str, settings: Settings, transform: Transform | None = None) -> Model:
        model = build(name, settings, transform)
        if settings != {**LINEAR.objective(), **model.variants()[0]}:

            def fit(*_: Any, **__: Any) -> Any:
                raise FloatingPointError("it went to infinity")

            object.__setattr__(model, "fit", fit)
        return model

    found = search(LINEAR, rows(), build=failing)
    assert any(line.skipped == "failed: it went to infinity" for line in found.leaderboard)
    assert found.members


def test_what_is_more_work_than_may_be_is_tried_for_less_and_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    how, learn = Auto(models=("boosting",), time_limit=60.0, folds=2, trials=0), rows(Task.REGRESSION, 3000)
    freely = search(how, learn, Task.REGRESSION)
    dear = work(graph_of(freely))
    monkeypatch.setitem(auto.EFFORTS, "balanced", replace(auto.EFFORTS["balanced"], work=dear / 10))
    found = search(how, learn, Task.REGRESSION)
    assert work(graph_of(found)) < dear / 4
    quick = [line for line in found.leaderboard if line.settings.get("learning_rate", 0.05) > 0.05]
    assert quick
    assert not any(line.settings.get("learning_rate", 0.05) > 0.05 for line in freely.leaderboard)
    assert all(line in quick for line in found.leaderboard if line.weight and line.name == "boosting")


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
@pytest.mark.parametrize("count", [3, 4, 6, 7, 11])
@pytest.mark.parametrize("preset", ["quick", "best"])
def test_a_table_of_a_few_rows_is_searched(task: Task, count: int, preset: Any) -> None:
    learn = rows(task, count)
    how = Auto(preset=preset, models=("linear", "boosting"), time_limit=60.0, trials=1)
    with np.errstate(all="ignore"):
        found = search(how, learn, task)
    assert np.isfinite(found(learn.inputs)).all()


def test_the_best_preset_done_again_answers_as_well(tmp_path: Path) -> None:
    """Its members' models are lost with the process: they are fitted again, and have the time for it."""
    learn, how = rows(count=400), Auto(preset="best", models=("linear", "boosting"), time_limit=4.0, folds=3, trials=0)
    first, again = (search(how, learn, place=tmp_path) for _ in range(2))
    assert np.abs(first(learn.inputs) - again(learn.inputs)).max() < 0.02


def test_a_member_that_cannot_be_fitted_again_is_left_out() -> None:
    def failing(name: str, settings: Settings, transform: Transform | None = None) -> Model:
        model = build(name, settings, transform)
        before, done = type(model).fit, [0]

        def fit(*args: Any, **said: Any) -> Any:
            done[0] += 1
            if name == "boosting" and len(args[0]) > 200:  # nine tenths of all rows
                raise MemoryError("no more")
            return before(model, *args, **said)

        object.__setattr__(model, "fit", fit)
        return model

    learn = rows(count=240)
    how = Auto(models=("linear", "boosting"), time_limit=60.0, folds=3, trials=0)
    found = search(how, learn, build=failing)
    assert sum(share for share, _ in found.members) == pytest.approx(1)
    told = [line.skipped for line in found.leaderboard if line.name == "boosting" and line.skipped]
    assert told in ([], ["failed when it was fitted again: no more"])
    assert np.isfinite(found(learn.inputs)).all()


def test_tuning_learns_the_target_that_the_best_candidate_learns(tmp_path: Path) -> None:
    learn = rows(Task.REGRESSION)
    tail = Examples(learn.inputs, np.exp(learn.target / 20), 1)
    found = search(Auto(models=("linear",), time_limit=60.0, folds=3, trials=4), tail, Task.REGRESSION, tmp_path)
    tuned = [line for line in found.leaderboard if "penalty" in line.settings]
    assert tuned
    assert all(line.settings["target_transform"] == "log" for line in tuned)


def test_haste_is_no_reason_for_answers_that_are_far_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    learn = rows(count=1200)
    values = learn.inputs["a"].arrays()["values"]
    crossed = Examples(learn.inputs, (values[:, 0] * values[:, 1] > 0).astype(np.int64), 2)
    monkeypatch.setitem(auto.EFFORTS, "balanced", replace(auto.EFFORTS["balanced"], work=0.5))
    found = search(Auto(models=("linear", "boosting"), time_limit=60.0, folds=2, trials=0), crossed)
    assert {line.name for line in found.leaderboard if line.weight} == {"ensemble", "boosting"}


def test_variants_of_what_lies_far_behind_wait() -> None:
    learn = rows(count=1200)
    values = learn.inputs["a"].arrays()["values"]
    crossed = Examples(learn.inputs, (values[:, 0] * values[:, 1] > 0).astype(np.int64), 2)  # no sum of curves shows it
    tried = Builder()
    how = Auto(models=("linear", "boosting"), time_limit=90.0, folds=2, trials=1)
    search(how, crossed, build=tried)
    order = [name for name, _ in tried.fits]
    variants = len(Boosting().variants())
    assert order[:4] == ["linear", "linear", "boosting", "boosting"]
    assert order[4 : 4 + 2 * (variants - 1)] == ["boosting"] * (2 * (variants - 1))
    assert order.count("linear") >= 4, "they are tried in the end"


def test_the_pool_holds_some_of_each_model(tmp_path: Path) -> None:
    learn = rows(count=300)
    how = Auto(models=("linear", "boosting"), time_limit=60.0, folds=2, trials=0)
    split = Judging.of(learn, Task.BINARY, ("squared", 0.5), 2, 60.0, 1)
    with Notebook(tmp_path, 1) as notebook:
        hunt = Hunt(build, split, notebook, replace(how.effort(), members=3), 0.0)
    answers = np.full((len(split.judged), 2), 0.5)
    for place in range(50):
        name = "boosting" if place < 48 else "linear"
        record = Record(name, {"l2": float(place)}, answers, 1.0, Price(0.1, 10, 0.1))
        hunt.found[record.key] = record
    names = [record.name for record in hunt._pool()]
    assert names.count("linear") == 2
    assert len(names) == 30


def test_one_process_keeps_a_notebook_at_a_time(tmp_path: Path) -> None:
    with Notebook(tmp_path, 1), pytest.raises(BusyError):
        Notebook(tmp_path, 1)
    (tmp_path / "trials.log").write_bytes(b'{"op_code": 0, "worker')  # cut short, as by a full disk
    with Notebook(tmp_path, 1) as again:
        assert again.tuned("linear") == 0


def judging(learn: Examples) -> Judging:
    return Judging.of(learn, Task.BINARY, ("squared", 0.5), 4, 60.0, 1)


def test_rows_are_thinned_to_the_memory_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    learn = rows(count=2 * judge.PROBE)
    model = build("linear", {})
    part, held = judging(learn).part(0)
    assert len(judging(learn).thinned(model, part, held)) == len(part)
    monkeypatch.setattr(memory, "available", lambda: model.memory(part) / thin.SHARE * 0.8)
    thinned = judging(learn).thinned(model, part, held)
    assert judge.PROBE <= len(thinned) < len(part)
    assert set(thinned.target) == {0, 1}


def test_rows_are_thinned_to_the_time_that_is_left() -> None:
    learn = rows(count=judge.MANY * 2)
    part, held = judging(learn).part(0)
    with deadline.within(1e-3):
        assert len(judging(learn).thinned(build("linear", {}), part, held)) == judge.PROBE
    assert len(judging(learn).thinned(build("linear", {}), part, held)) == len(part)


def test_many_rows_are_judged_by_fewer_folds() -> None:
    learn = rows(count=4000)
    for seconds, used, judged in ((100.0, 4, 4000), (10.0, 2, 2000), (0.1, 1, 4000 // judge.ALONE)):
        found = Judging.of(learn, Task.BINARY, ("squared", 0.5), 4, seconds, 1)
        assert found.used == used
        assert len(found.judged) == judged


@pytest.mark.parametrize(
    ("said", "seconds"), [("10m", 600), ("90s", 90), ("1.5h", 5400), (45, 45), ("30", 30), (" 2 m ", 120)]
)
def test_times_are_read_as_people_write_them(said: Any, seconds: float) -> None:
    assert MODELS.build("auto", {"time_limit": said}).effort().seconds == seconds  # type: ignore[union-attr]


@pytest.mark.parametrize("said", ["soon", "-3s", 0, "10 minutes", ""])
def test_no_time_is_refused(said: Any) -> None:
    with pytest.raises(RecipeError, match="time_limit"):
        MODELS.build("auto", {"time_limit": said}, "model")


def test_a_long_tail_is_learnt_by_its_logarithm_too() -> None:
    learn = rows(Task.REGRESSION)
    plain = search(LINEAR, learn, Task.REGRESSION)
    assert not any("target_transform" in line.settings for line in plain.leaderboard)
    tail = Examples(learn.inputs, np.exp(learn.target / 40), 1)
    found = search(LINEAR, tail, Task.REGRESSION)
    bent = [line for line in found.leaderboard if line.settings.get("target_transform") == "log"]
    assert bent
    assert any(line.weight for line in bent)
    assert np.isfinite(found(learn.inputs)).all()
