"""How far groups lie apart: Fairlearn's figures, and intervals that hold the truth."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as textbook

from modelyard.core.decisions import Decision
from modelyard.core.types import Column, Floats, Kind, Role, Schema, Table, Task
from modelyard.evaluate import fairness, resampled
from modelyard.evaluate.score import Measured
from modelyard.families import METRICS

if TYPE_CHECKING:
    from modelyard.core.evidence import Disparity

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate")
CLASSES = ("good", "bad")


def table(truth: Any, group: Any, weight: Any = None, kind: Kind = Kind.CATEGORY) -> Table:
    columns = {"y": [CLASSES[one] for one in truth], "group": group}
    known = [Column("y", Kind.CATEGORY, Role.TARGET, levels=CLASSES), Column("group", kind, Role.SLICE)]
    if weight is not None:
        columns["w"] = weight
        known.append(Column("w", Kind.NUMBER, Role.WEIGHT))
    return Table(pl.DataFrame(columns), Schema(tuple(known)))


def both(share: Any) -> Floats:
    positive = np.asarray(share, dtype=np.float32)
    return np.stack([1 - positive, positive], axis=1)


def metrics(*names: str) -> dict[str, Any]:
    return {name: METRICS.build(name, {}) for name in names}


def sample(rows: int, groups: int, seed: int) -> tuple[Any, Any, Any]:
    """Truths, probabilities that foretell them, and groups that differ."""
    random = np.random.default_rng(seed)
    group = random.integers(0, groups, rows)
    score = random.normal(group * 0.4, 1)
    truth = (score + random.normal(0, 1, rows) > 0.5).astype(np.int64)
    return truth, 1 / (1 + np.exp(-score)), np.array([f"g{one}" for one in group])


@pytest.mark.parametrize("groups", [2, 4])
@pytest.mark.parametrize("threshold", [None, 0.62])
@pytest.mark.parametrize("weighed", [False, True])
def test_every_figure_is_fairlearns(groups: int, threshold: float | None, weighed: bool) -> None:  # noqa: FBT001
    from fairlearn import metrics as fairlearn

    truth, share, group = sample(600, groups, 1)
    weight = np.random.default_rng(2).uniform(0.2, 3, 600) if weighed else None
    decision = None if threshold is None else Decision(threshold, "said")
    answers = both(share)
    measured = Measured(table(truth, group, weight), Task.BINARY, answers, decision=decision)
    found = fairness.disparities(measured, metrics(*RATES, "accuracy", "f1", "roc_auc"), seed=1)
    held: dict[tuple[str, str], Disparity] = {(each.metric, each.kind): each for each in found}

    answered = (answers[:, 1] >= np.float32(threshold)).astype(int) if threshold else answers.argmax(axis=1)
    shared = {rate: getattr(fairlearn, rate) for rate in RATES}
    shared |= {"accuracy": textbook.accuracy_score, "f1": textbook.f1_score}
    extra = {} if weight is None else {"sample_params": {name: {"sample_weight": weight} for name in shared}}
    frame = fairlearn.MetricFrame(metrics=shared, y_true=truth, y_pred=answered, sensitive_features=group, **extra)
    for name in shared:
        assert math.isclose(held[name, "difference"].value, frame.difference()[name], abs_tol=1e-9)
        assert math.isclose(held[name, "ratio"].value, frame.ratio()[name], abs_tol=1e-9)
        assert held[name, "difference"].lowest == f"group = {frame.by_group[name].idxmin()}"
        assert held[name, "difference"].highest == f"group = {frame.by_group[name].idxmax()}"
    plain = {"y_true": truth, "y_pred": answered, "sensitive_features": group, "sample_weight": weight}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {
            ("selection_rate", "difference"): fairlearn.demographic_parity_difference(**plain),
            ("selection_rate", "ratio"): fairlearn.demographic_parity_ratio(**plain),
            ("true_positive_rate", "difference"): fairlearn.equal_opportunity_difference(**plain),
            ("true_positive_rate", "ratio"): fairlearn.equal_opportunity_ratio(**plain),
            ("equalized_odds", "difference"): fairlearn.equalized_odds_difference(**plain),
            ("equalized_odds", "ratio"): fairlearn.equalized_odds_ratio(**plain),
        }
    for key, value in theirs.items():
        assert math.isclose(held[key].value, value, abs_tol=1e-9), key
    areas = [
        textbook.roc_auc_score(
            truth[group == one],
            answers[group == one, 1],
            sample_weight=None if weight is None else weight[group == one],
        )
        for one in np.unique(group)
    ]
    assert math.isclose(held["roc_auc", "difference"].value, max(areas) - min(areas), abs_tol=1e-9)
    assert held["selection_rate", "difference"].rows == np.unique(group, return_counts=True)[1].min()


@pytest.mark.parametrize("groups", [2, 5])
@pytest.mark.parametrize("apart", [0.0, 0.2])
def test_intervals_hold_the_truth(groups: int, apart: float) -> None:
    """Two hundred data sets, or a hundred: 95% for two groups, and for several no less."""
    trials = 200 if groups == 2 else 100
    random = np.random.default_rng(3)
    chance = np.linspace(0.3, 0.3 + apart, groups)
    held = {"difference": 0, "ratio": 0}
    true = {"difference": apart, "ratio": 0.3 / (0.3 + apart)}
    for trial in range(trials):
        group = np.arange(150 * groups) % groups
        selected = (random.random(len(group)) < chance[group]).astype(int)
        measured = Measured(table(selected, [f"g{one}" for one in group]), Task.BINARY, both(selected))
        for each in fairness.disparities(measured, metrics("selection_rate"), seed=trial):
            if apart:
                inside = each.low <= true[each.kind] <= each.high
            else:  # chance alone decides which group has more: none may be told to have, more often than that
                inside = each.low <= 0 if each.kind == "difference" else each.high >= 1
            held[each.kind] += inside
    for kind, count in held.items():
        assert count / trials >= 0.9, kind
        if groups == 2 and apart:
            assert count / trials <= 0.985, kind


def held_share(positives: tuple[int, int], rates: tuple[float, float], trials: int = 400) -> dict[str, float]:
    """How often the intervals of two groups' true positive rates hold the truth, whichever group has more."""
    random = np.random.default_rng(11)
    group = np.repeat(["a", "b"], [max(count, 20) for count in positives])
    truth = np.concatenate([np.arange(max(count, 20)) < count for count in positives]).astype(int)
    apart, quotient = rates[0] - rates[1], rates[0] / rates[1]
    held = {"difference": 0, "ratio": 0}
    for trial in range(trials):
        hit = random.random(len(truth)) < np.where(group == "a", *rates)
        measured = Measured(table(truth, group), Task.BINARY, both((truth == 1) & hit))
        for each in fairness.disparities(measured, metrics("true_positive_rate"), seed=trial):
            ahead = each.highest == "group = a"
            true = (apart if ahead else -apart) if each.kind == "difference" else (1 / quotient if ahead else quotient)
            held[each.kind] += each.low <= true <= each.high
    return {kind: count / trials for kind, count in held.items()}


@pytest.mark.parametrize(
    ("positives", "rates"), [((15, 60), (0.9, 0.9)), ((8, 40), (0.85, 0.45)), ((8, 60), (0.9, 0.9))]
)
def test_intervals_of_two_groups_hold_the_truth_on_few_rows(
    positives: tuple[int, int], rates: tuple[float, float]
) -> None:
    for kind, share in held_share(positives, rates).items():
        assert share >= 0.92, kind


def test_two_groups_say_whether_it_is_certain_which_has_more() -> None:
    truth, share, group = sample(400, 2, 4)
    alike = Measured(table(truth, np.roll(np.arange(400) % 2, 1).astype(str)), Task.BINARY, both(share))
    unlike = Measured(table(truth, group), Task.BINARY, both(share))
    unsure, sure = (fairness.disparities(one, metrics("selection_rate"), 1) for one in (alike, unlike))
    assert unsure[0].low < 0 < unsure[0].value < unsure[0].high
    assert unsure[1].low < unsure[1].value < 1 < unsure[1].high
    assert 0 < sure[0].low < sure[0].value < sure[0].high
    assert sure[1].low < sure[1].value < sure[1].high < 1


def test_no_mistake_in_either_group_does_not_prove_that_they_are_alike() -> None:
    truth, group = np.arange(80) % 2, ["a"] * 40 + ["b"] * 40
    measured = Measured(table(truth, group), Task.BINARY, both(truth))
    told = (*RATES[1:3], "accuracy", "roc_auc")
    found = {(each.metric, each.kind): each for each in fairness.disparities(measured, metrics(*told), 1)}
    for name in (*told, "equalized_odds"):
        apart = found[name, "difference"]
        assert (apart.value, apart.low < -0.05, apart.high > 0.05) == (0, True, True), name
        ratio = found[name, "ratio"]
        if name in {"false_positive_rate", "equalized_odds"}:
            assert math.isnan(ratio.low) is math.isnan(ratio.value)
        else:
            assert (ratio.low < 0.95, ratio.high >= 1) == (True, True), name


def test_two_areas_are_as_sure_as_delong_says() -> None:
    truth, chance, group = sample(300, 2, 8)
    (found, _) = fairness.disparities(Measured(table(truth, group), Task.BINARY, both(chance)), metrics("roc_auc"), 1)
    error = math.hypot(*[textbook_error(truth[group == one], chance[group == one]) for one in ("g0", "g1")])
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.05)


def textbook_error(truth: Any, chance: Any) -> float:
    """DeLong's standard error of an area, pair by pair."""
    above = (chance[truth == 1][:, None] > chance[truth == 0]).astype(float)
    one, other = above.mean(axis=1), above.mean(axis=0)
    return math.sqrt(float(one.var(ddof=1)) / len(one) + float(other.var(ddof=1)) / len(other))


def test_numbers_are_compared_by_their_quarters_and_thin_groups_left_out() -> None:
    truth, share, _ = sample(200, 2, 5)
    ages = Measured(table(truth, np.arange(200) % 97 + 0.5, kind=Kind.NUMBER), Task.BINARY, both(share))
    (found, _) = fairness.disparities(ages, metrics("accuracy"), 1)
    assert found.lowest.startswith("group ")
    assert " to " in found.lowest
    thin = table(truth, ["a"] * 100 + ["b"] * 85 + ["rare"] * 15)
    assert fairness.groups(thin)["group"].names == ("group = a", "group = b")
    assert fairness.groups(thin)["group"].rows == 85
    alone = table(truth, ["a"] * 190 + ["rare"] * 10)
    assert fairness.groups(alone) == {}
    assert fairness.uncompared(alone) == ["group"]
    assert fairness.disparities(Measured(alone, Task.BINARY, both(share)), metrics("accuracy"), 1) == ()


def test_a_figure_that_a_group_lacks_leaves_the_group_out() -> None:
    truth = np.array([0, 1] * 40 + [0] * 40)
    group = ["a"] * 40 + ["b"] * 40 + ["no bad one"] * 40
    measured = Measured(table(truth, group), Task.BINARY, both(np.random.default_rng(0).random(120)))
    found = {
        one.metric: one for one in fairness.disparities(measured, metrics(*RATES[:3]), 1) if one.kind == "difference"
    }
    assert {found["true_positive_rate"].lowest, found["true_positive_rate"].highest} == {"group = a", "group = b"}
    assert math.isfinite(found["true_positive_rate"].low)
    assert math.isfinite(found["equalized_odds"].value)
    alone = Measured(table(truth[40:], group[40:]), Task.BINARY, both(np.full(80, 0.7)))
    undefined = fairness.disparities(alone, metrics("true_positive_rate"), 1)[0]
    assert math.isnan(undefined.value)
    assert undefined.lowest == ""


@pytest.mark.parametrize("kind", ["numbers", "classes"])
def test_other_tasks_are_compared_too(kind: str) -> None:
    random = np.random.default_rng(6)
    group = ["a"] * 60 + ["b"] * 60
    if kind == "numbers":
        values = random.normal(size=120)
        target = Column("y", Kind.NUMBER, Role.TARGET)
        rows = Table(
            pl.DataFrame({"y": values, "group": group}), Schema((target, Column("group", Kind.CATEGORY, Role.SLICE)))
        )
        error = np.where(np.arange(120) < 60, 0.5, 2.0)
        measured = Measured(rows, Task.REGRESSION, (values + error)[:, None].astype(np.float32))
        found = fairness.disparities(measured, metrics("mae", "rmse"), 1)
        assert math.isclose(found[0].value, 1.5, rel_tol=1e-5)
        assert found[0].highest == "group = b"
    else:
        levels = ("x", "y", "z")
        target = Column("y", Kind.CATEGORY, Role.TARGET, levels=levels)
        codes = np.arange(120) % 3
        rows = Table(
            pl.DataFrame({"y": [levels[one] for one in codes], "group": group}),
            Schema((target, Column("group", Kind.CATEGORY, Role.SLICE))),
        )
        answers = np.eye(3, dtype=np.float32)[np.where(np.arange(120) < 60, codes, 0)]
        found = fairness.disparities(Measured(rows, Task.MULTICLASS, answers), metrics("accuracy", "f1"), 1)
        assert math.isclose(found[0].value, 1 - 1 / 3, abs_tol=1e-9)


def test_one_seed_draws_the_same_rows_for_every_call() -> None:
    truth, share, group = sample(100, 2, 7)
    measured = Measured(table(truth, group), Task.BINARY, both(share))
    everyone = [np.ones(100, dtype=bool)]
    first = resampled.figures(measured, metrics("accuracy", "brier"), everyone, 1)
    again = resampled.figures(measured, metrics("accuracy"), everyone, 1)
    assert np.array_equal(first["accuracy"], again["accuracy"])
    assert first["accuracy"].shape == (1001, 1)
    other = resampled.figures(measured, metrics("accuracy"), everyone, 2)
    assert not np.array_equal(first["accuracy"], other["accuracy"])
