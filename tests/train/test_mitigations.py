"""Groups brought closer together: what each mitigation promises, on rows that need it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.blocks import Codes, Examples, HeldOut, Numbers
from modelyard.core.decisions import Decision, decide
from modelyard.core.finish import Costs
from modelyard.core.types import Task
from modelyard.families import MITIGATIONS, MODELS
from modelyard.train.mixture import Mixture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.core.blocks import Block
    from modelyard.core.types import Floats

every_mitigation = pytest.mark.parametrize("name", MITIGATIONS.names)


def rows(count: int = 600, seed: int = 0) -> Examples:
    """Two groups, one of which is positive more often and can be told by a column."""
    random = np.random.default_rng(seed)
    group = random.random(count) < 0.3
    values = random.normal(size=(count, 3)) + group[:, None] * np.array([1.0, 0.5, 0.0])
    positive = values[:, 0] + values[:, 2] + random.normal(size=count) > 0.9
    inputs: dict[str, Block] = {"n": Numbers(values.astype(np.float32)), "c": Codes(random.integers(0, 3, count), 5)}
    names = np.where(group, "b", "a").astype(object)
    return Examples(inputs, positive.astype(np.int64), 2, None, ("no", "yes"), names)


def build(name: str, **given: Any) -> Any:
    return MITIGATIONS.build(name, {"column": "group", **given}, "mitigation")


def linear() -> Any:
    return MODELS.build("linear", {"penalty": 1.0}, "model")


def gap(selected: Any, among: Any, group: Any) -> float:
    rates = [selected[among & (group == name)].mean() for name in ("a", "b")]
    return float(abs(rates[0] - rates[1]))


@every_mitigation
def test_it_names_its_column_and_fits_what_answers(name: str, tmp_path: Path) -> None:
    mitigation = build(name)
    assert mitigation.grouped() == "group"
    train, valid = rows(), rows(200, 1)
    first, again = (mitigation.fit(linear(), train, valid, costs=None, seed=1) for _ in range(2))
    answers = first(valid.inputs)
    assert answers.shape == (200, 2)
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(answers, again(valid.inputs))
    check_graph(first, valid, tmp_path)
    held = HeldOut(valid.target, answers)
    decision = mitigation.decision(held, valid.named_groups, Decision(0.4, "said"))
    assert bool(decision.by_group) is mitigation.asks


def check_graph(predictor: Any, rows_: Examples, folder: Path) -> None:
    import onnxruntime as ort

    from modelyard.core.blocks import feeds

    predictor.to_onnx(folder / "model.onnx")
    session = ort.InferenceSession((folder / "model.onnx").read_bytes())
    wanted = {node.name for node in session.get_inputs()}
    given = {key: value for key, value in feeds(rows_.inputs).items() if key in wanted}
    assert np.allclose(session.run(["answers"], given)[0], predictor(rows_.inputs), atol=1e-5)


class _Seen:
    """A model that keeps the rows that it is given."""

    def __init__(self) -> None:
        self.train: Examples | None = None
        self.valid: Examples | None = None

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> Any:
        assert task is Task.BINARY
        self.train, self.valid = train, valid
        return linear().fit(train, valid, task, seed=seed)


@pytest.mark.parametrize("weighed", [False, True])
def test_reweighing_makes_group_and_label_independent(weighed: bool) -> None:  # noqa: FBT001
    train = rows()
    if weighed:
        train = replace(train, weight=np.random.default_rng(3).uniform(0.1, 2, len(train)))
    model = _Seen()
    build("reweighing").fit(model, train, rows(200, 1), costs=None, seed=1)
    assert model.train is not None
    assert model.train.weight is not None
    weight, before = model.train.weight, np.ones(len(train)) if train.weight is None else train.weight
    shares = [
        np.average(train.target[train.named_groups == name], weights=weight[train.named_groups == name])
        for name in ("a", "b")
    ]
    assert np.isclose(shares[0], shares[1])
    assert np.isclose(weight.sum(), before.sum())
    assert np.isclose(shares[0], np.average(train.target, weights=before)), "as many are positive as before"


def test_what_a_search_tells_of_held_out_rows_has_their_own_weights() -> None:
    from modelyard import learners
    from modelyard.train.search import Searching

    auto = MODELS.build("auto", {"preset": "quick", "models": ["linear"], "folds": 2}, "model")
    train, valid = rows(150), rows(60, 1)
    found = build("reweighing").fit(Searching(auto, learners.candidate), train, valid, costs=None, seed=1)  # type: ignore[arg-type]
    weight = found.held_out.weight
    assert weight is None or np.allclose(weight, weight[0])


CONSTRAINTS: dict[str, Callable[[Any], Any]] = {
    "demographic_parity": lambda truth: np.ones(len(truth), dtype=bool),
    "true_positive_rate_parity": lambda truth: truth == 1,
    "false_positive_rate_parity": lambda truth: truth == 0,
}


@pytest.mark.parametrize("constraint", sorted(CONSTRAINTS))
@pytest.mark.parametrize("threshold", [None, 0.3])
def test_thresholds_by_group_bring_the_figure_together(constraint: str, threshold: float | None) -> None:
    held = rows(3000, 4)
    answers: Floats = linear().fit(rows(), rows(200, 1), Task.BINARY, seed=1)(held.inputs)
    usual = None if threshold is None else Decision(threshold, "said")
    groups, among = held.named_groups, CONSTRAINTS[constraint](held.target)
    before = decide(answers, usual)
    found = build("group_thresholds", constraint=constraint).decision(HeldOut(held.target, answers), groups, usual)
    after = decide(answers, found, groups)
    assert gap(before, among, groups) > 0.05
    assert gap(after, among, groups) < 0.005
    assert abs(after.mean() - before.mean()) < 0.01, "as many are selected as before"
    assert found.threshold == (threshold or 0.5)
    assert constraint in found.why
    later = rows(3000, 5)
    fresh = decide(linear().fit(rows(), rows(200, 1), Task.BINARY, seed=1)(later.inputs), found, later.named_groups)
    assert gap(fresh, CONSTRAINTS[constraint](later.target), later.named_groups) < 0.07


def test_odds_are_equalized_as_far_as_thresholds_alone_can() -> None:
    held = rows(3000, 4)
    answers: Floats = linear().fit(rows(), rows(200, 1), Task.BINARY, seed=1)(held.inputs)
    groups, truth = held.named_groups, held.target

    def worst(decided: Any) -> float:
        return max(gap(decided, truth == label, groups) for label in (0, 1))

    found = build("group_thresholds", constraint="equalized_odds").decision(HeldOut(truth, answers), groups, None)
    reached = worst(decide(answers, found, groups))
    assert reached < worst(decide(answers, None)) / 2
    moved = [
        worst(decide(answers, replace(found, by_group={**found.by_group, "b": other}), groups))
        for other in np.linspace(0.05, 0.95, 300)
    ]
    assert reached <= min(moved) + 0.01, "no other threshold of the second group is better beside the first's"


def test_a_group_that_is_too_thin_or_unknown_has_the_common_threshold() -> None:
    held = rows(300, 6)
    answers = np.random.default_rng(0).dirichlet([1, 1], 300).astype(np.float32)
    groups = held.named_groups.copy()
    groups[:15], groups[15:40] = "thin", ""
    found = build("group_thresholds").decision(HeldOut(held.target, answers), groups, Decision(0.4, "said"))
    assert set(found.by_group) == {"a", "b"}
    share = np.array([[0.5, 0.5]] * 3, dtype=np.float32)
    strange = np.array(["thin", "", "never seen"], dtype=object)
    assert decide(share, found, strange).tolist() == [1, 1, 1]
    assert decide(share * np.float32(0.7), found, strange).tolist() == [0, 0, 0]
    weighed = HeldOut(held.target, answers, np.where(groups == "b", 0.0, 1.0))
    assert set(build("group_thresholds").decision(weighed, groups, None).by_group) == {"a"}


@pytest.mark.parametrize("costs", [None, Costs(3.0, 1.0)])
def test_exponentiated_gradient_is_fair_at_its_threshold(costs: Costs | None) -> None:
    train, valid, later = rows(900), rows(300, 1), rows(3000, 5)
    threshold = 0.5 if costs is None else 0.25
    everyone = np.ones(3000, dtype=bool)
    found = build("exponentiated_gradient").fit(linear(), train, valid, costs=costs, seed=1)
    plain = linear().fit(train, valid, Task.BINARY, seed=1)
    before, after = (decide(one(later.inputs), Decision(threshold, "costs")).astype(float) for one in (plain, found))
    assert gap(before, everyone, later.named_groups) > 0.15
    assert gap(after, everyone, later.named_groups) < 0.08
    assert 0.02 < after.mean() < 0.9


def test_exponentiated_gradient_is_fairlearns() -> None:
    """The same mixture as Fairlearn's around scikit-learn's own logistic regression, of the same strength."""
    import warnings

    from fairlearn import reductions
    from sklearn.linear_model import LogisticRegression

    train = rows(900)
    values = train.inputs["n"]
    assert isinstance(values, Numbers)
    plain = replace(train, inputs={"n": values})
    ours = build("exponentiated_gradient", bound=0.02, iterations=50).fit(linear(), plain, plain, costs=None, seed=1)
    theirs = reductions.ExponentiatedGradient(
        LogisticRegression(C=1.0), reductions.DemographicParity(difference_bound=0.02), eps=0.02, max_iter=50
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(values.values, train.target, sensitive_features=train.named_groups.astype(str))
    weights = theirs.weights_[theirs.weights_ > 0]
    share = sum(
        weight * theirs.predictors_[place].predict_proba(values.values)[:, 1] for place, weight in weights.items()
    )
    assert np.corrcoef(ours(plain.inputs)[:, 1], share)[0, 1] > 0.99


def test_a_mixture_with_a_constant_takes_a_tilt_back(tmp_path: Path) -> None:
    train = rows(200)
    member = linear().fit(train, train, Task.BINARY, seed=1)
    mixture = Mixture(((0.75, member),), (0.2, 0.05), tilt=3.0)
    whole = 0.75 * member(train.inputs) + np.array([0.2, 0.05])
    odds = whole[:, 1] / whole[:, 0] / 3
    assert np.allclose(mixture(train.inputs)[:, 1], odds / (1 + odds), atol=1e-6)
    assert ((whole[:, 1] >= 0.5) == (mixture(train.inputs)[:, 1] >= 0.25)).all()
    check_graph(mixture, train, tmp_path)
