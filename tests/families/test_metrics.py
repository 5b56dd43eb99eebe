"""The contract of metrics, on every metric and every task that it is for; the oracle is scikit-learn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics as textbook

from modelyard.core.types import Task
from modelyard.evaluate import pairs
from modelyard.families import METRICS
from tests.families import parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats

CASES = [(name, task) for name in METRICS.names for task in sorted(METRICS.part(name).tasks)]
every_case = pytest.mark.parametrize(("name", "task"), CASES)
RATES = ("selection_rate", *(f"{a}_{b}_rate" for a in ("true", "false") for b in ("positive", "negative")))
Rows = tuple[Any, Any, Any]  # truth, predicted, weight


def metric(name: str, given_settings: dict[str, Any] | None = None) -> Metric:
    built: Metric = parts.build(METRICS, name, given_settings)
    return built


def outputs(task: Task) -> int:
    return {Task.BINARY: 2, Task.MULTICLASS: 4, Task.REGRESSION: 3}[task]  # of numbers: the value, low and high


@st.composite
def rows(draw: st.DrawFn, task: Task) -> Rows:
    """Truths of every class, answers with ties and certainties, weights with zeros."""
    count = draw(st.integers(2 * outputs(task), 40))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    weight = draw(arrays.arrays(np.float64, count, elements=st.sampled_from([0.0, 0.5, 1.0, 3.0]), fill=st.just(1.0)))
    weight[: 2 * outputs(task)] = 1.0
    if not task.classifies:
        ordered = np.sort(random.normal(0, 5, (count, 3)), axis=1).astype(np.float32)
        return random.normal(0, 5, count), ordered[:, [1, 0, 2]], weight
    truth = np.concatenate([np.arange(2 * outputs(task)) % outputs(task), random.integers(0, outputs(task), count)])[
        :count
    ]
    answers = random.dirichlet(np.ones(outputs(task)), count)
    answers = np.where(draw(st.booleans()), np.round(answers, 1), answers) + 1e-3
    return truth, (answers / answers.sum(axis=1, keepdims=True)).astype(np.float32), weight


def perfect(truth: Any, task: Task) -> Floats:
    right = np.eye(outputs(task))[truth] if task.classifies else np.repeat(truth[:, None], 3, axis=1)
    return np.asarray(right, dtype=np.float32)


def close(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-9)


@every_case
@given(data=st.data())
def test_it_is_a_figure(name: str, task: Task, data: st.DataObject) -> None:
    value = metric(name)(*data.draw(rows(task)))
    assert type(value) is float
    assert math.isfinite(value)


@every_case
@given(data=st.data())
def test_nothing_is_better_than_the_truth(name: str, task: Task, data: st.DataObject) -> None:
    truth, predicted, weight = data.draw(rows(task))
    truth = truth.astype(np.float32).astype(truth.dtype)
    if METRICS.part(name).describes:
        return
    best, given_value = metric(name)(truth, perfect(truth, task), weight), metric(name)(truth, predicted, weight)
    if metric(name).higher_is_better:
        assert best >= given_value
    else:
        assert best <= given_value


@every_case
@given(data=st.data())
def test_a_row_of_weight_two_is_two_rows(name: str, task: Task, data: st.DataObject) -> None:
    truth, predicted, weight = data.draw(rows(task))
    doubled = weight.copy()
    doubled[1] *= 2
    again = np.append(np.arange(len(truth)), 1)
    assert close(metric(name)(truth, predicted, doubled), metric(name)(truth[again], predicted[again], weight[again]))


@every_case
@given(data=st.data())
def test_only_the_ratio_of_weights_matters(name: str, task: Task, data: st.DataObject) -> None:
    truth, predicted, weight = data.draw(rows(task))
    assert close(metric(name)(truth, predicted, weight), metric(name)(truth, predicted, 7 * weight))


@every_case
@given(data=st.data())
def test_rows_of_no_weight_do_not_matter(name: str, task: Task, data: st.DataObject) -> None:
    truth, predicted, weight = data.draw(rows(task))
    kept = weight > 0
    assert close(metric(name)(truth, predicted, weight), metric(name)(truth[kept], predicted[kept], weight[kept]))


@every_case
@given(data=st.data())
def test_the_order_of_rows_does_not_matter(name: str, task: Task, data: st.DataObject) -> None:
    truth, predicted, weight = data.draw(rows(task))
    order = np.array(data.draw(st.permutations(range(len(truth)))))
    assert close(metric(name)(truth, predicted, weight), metric(name)(truth[order], predicted[order], weight[order]))


@every_case
@given(data=st.data())
def test_it_is_pure(name: str, task: Task, data: st.DataObject) -> None:
    given_rows = data.draw(rows(task))
    before = [array.copy() for array in given_rows]
    assert metric(name)(*given_rows) == metric(name)(*given_rows)
    assert all(np.array_equal(now, then) for now, then in zip(given_rows, before, strict=True))


@every_case
@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_truth_that_does_not_vary_is_a_figure_or_nan(name: str, task: Task, count: int) -> None:
    """A slice or a resample may hold one class: the report says that the figure is not defined, and goes on."""
    random = np.random.default_rng(count)
    for truth in (np.zeros(count, dtype=int), np.full(count, outputs(task) - 1)):
        plain = truth if task.classifies else truth.astype(float)
        raw = random.random((count, outputs(task))).astype(np.float32)
        predicted = raw / raw.sum(axis=1, keepdims=True) if task.classifies else raw
        for answers in (predicted, perfect(plain, task)):
            assert type(metric(name)(plain, answers, np.ones(count))) is float


def _of_fairlearn(name: str) -> Callable[[Any, Any, Any], float]:
    def oracle(truth: Any, predicted: Any, weight: Any) -> float:
        from fairlearn import metrics as fairlearn

        return float(getattr(fairlearn, name)(truth, predicted.argmax(axis=1), sample_weight=weight))

    return oracle


def _f(function: Callable[..., float], average: str) -> Callable[[Any, Any, Any], float]:
    def oracle(truth: Any, predicted: Any, weight: Any) -> float:
        how: dict[str, Any] = {"average": "binary", "pos_label": 1} if predicted.shape[1] == 2 else {"average": average}
        return function(truth, predicted.argmax(axis=1), sample_weight=weight, zero_division=0, **how)

    return oracle


def _auc(truth: Any, predicted: Any, weight: Any) -> float:
    classes = [1] if predicted.shape[1] == 2 else range(predicted.shape[1])
    return float(
        np.mean([textbook.roc_auc_score(truth == one, predicted[:, one], sample_weight=weight) for one in classes])
    )


def _brier(truth: Any, predicted: Any, weight: Any) -> float:
    if predicted.shape[1] == 2:
        return float(textbook.brier_score_loss(truth, predicted[:, 1], sample_weight=weight))
    wrong = ((predicted - np.eye(predicted.shape[1])[truth]) ** 2).sum(axis=1)
    return float(np.average(wrong, weights=weight))


def _decided(function: Callable[..., float]) -> Callable[[Any, Any, Any], float]:
    return lambda truth, predicted, weight: function(truth, predicted.argmax(axis=1), sample_weight=weight)


def _average_precision(truth: Any, predicted: Any, weight: Any) -> float:
    classes = [1] if predicted.shape[1] == 2 else range(predicted.shape[1])
    each = [textbook.average_precision_score(truth == one, predicted[:, one], sample_weight=weight) for one in classes]
    return float(np.mean(each))


def _cost(truth: Any, predicted: Any, weight: Any) -> float:
    (_, alarmed), (missed, _) = textbook.confusion_matrix(
        truth, predicted.argmax(axis=1), sample_weight=weight, labels=[0, 1]
    )
    return float((5 * missed + 0.5 * alarmed) / weight.sum())


def _ece(truth: Any, predicted: Any, weight: Any) -> float:
    """Row by row: who lies where among fifteen equal shares of the weight, those of one probability together."""
    binary = predicted.shape[1] == 2
    told = [float(row[1] if binary else max(row)) for row in predicted]
    hit = [one == 1 if binary else one == int(np.argmax(row)) for one, row in zip(truth, predicted, strict=True)]
    gaps: dict[int, float] = {}
    for share in set(told):
        under = sum(w for p, w in zip(told, weight, strict=True) if p < share)
        level = sum(w for p, w in zip(told, weight, strict=True) if p == share)
        place = min(int(15 * (under + level / 2) / weight.sum()), 14)
        apart = sum(w * (p - h) for p, h, w in zip(told, hit, weight, strict=True) if p == share)
        gaps[place] = gaps.get(place, 0.0) + apart
    return float(sum(map(abs, gaps.values())) / weight.sum())


# What scikit-learn says the figure is. A metric without a line here still runs every other check.
ORACLES: list[tuple[str, dict[str, Any], Callable[[Any, Any, Any], float]]] = [
    ("accuracy", {}, lambda t, p, w: textbook.accuracy_score(t, p.argmax(axis=1), sample_weight=w)),
    *[("precision", {"average": how}, _f(textbook.precision_score, how)) for how in ("macro", "micro", "weighted")],
    *[("recall", {"average": how}, _f(textbook.recall_score, how)) for how in ("macro", "micro", "weighted")],
    *[("f1", {"average": how}, _f(textbook.f1_score, how)) for how in ("macro", "micro", "weighted")],
    ("roc_auc", {}, _auc),
    ("average_precision", {}, _average_precision),
    ("balanced_accuracy", {}, _decided(textbook.balanced_accuracy_score)),
    ("expected_cost", {"false_negative": 5.0, "false_positive": 0.5}, _cost),
    ("ece", {}, _ece),
    *[(name, {}, _of_fairlearn(name)) for name in RATES],
    ("brier", {}, _brier),
    (
        "log_loss",
        {},
        lambda t, p, w: textbook.log_loss(t, p.astype(np.float64), sample_weight=w, labels=range(p.shape[1])),
    ),
    ("mae", {}, lambda t, p, w: textbook.mean_absolute_error(t, p[:, 0], sample_weight=w)),
    ("rmse", {}, lambda t, p, w: textbook.root_mean_squared_error(t, p[:, 0], sample_weight=w)),
    ("r2", {}, lambda t, p, w: textbook.r2_score(t, p[:, 0], sample_weight=w)),
]


@pytest.mark.parametrize(
    ("name", "given_settings", "oracle"), ORACLES, ids=lambda case: case if isinstance(case, str) else ""
)
@pytest.mark.filterwarnings("ignore:The y_prob values do not sum to one")
@given(data=st.data())
def test_it_is_what_the_textbook_says(
    name: str, given_settings: dict[str, Any], oracle: Callable[[Any, Any, Any], float], data: st.DataObject
) -> None:
    for task in sorted(METRICS.part(name).tasks):
        given_rows = data.draw(rows(task))
        mine, theirs = metric(name, given_settings)(*given_rows), oracle(*given_rows)
        assert math.isclose(mine, theirs, rel_tol=1e-5, abs_tol=1e-6)


@given(data=st.data())
def test_numbers_without_intervals_are_measured_by_their_values(data: st.DataObject) -> None:
    truth, predicted, weight = data.draw(rows(Task.REGRESSION))
    for name in (name for name in METRICS.names if Task.REGRESSION in METRICS.part(name).tasks):
        bare, whole = (metric(name)(truth, answers, weight) for answers in (predicted[:, :1], predicted))
        assert math.isnan(bare) if name in {"coverage", "interval_width"} else bare == whole


@given(data=st.data())
def test_intervals_are_counted_and_measured(data: st.DataObject) -> None:
    truth, predicted, weight = data.draw(rows(Task.REGRESSION))
    rows_held = [weight[row] for row in range(len(truth)) if predicted[row, 1] <= truth[row] <= predicted[row, 2]]
    widths = [weight[row] * float(predicted[row, 2] - predicted[row, 1]) for row in range(len(truth))]
    assert close(metric("coverage")(truth, predicted, weight), sum(rows_held) / weight.sum())
    assert math.isclose(metric("interval_width")(truth, predicted, weight), sum(widths) / weight.sum(), rel_tol=1e-5)


def test_a_sure_and_wrong_answer_has_a_finite_price() -> None:
    sure = np.array([[1.0, 0.0]], dtype=np.float32)
    assert 30 < metric("log_loss")(np.array([1]), sure, np.ones(1)) < 40


def test_calibration_error_is_what_it_is_known_to_be() -> None:
    told = np.repeat([0.2, 0.6], 500)
    truth = np.tile([1, 0, 0, 0, 0], 200)  # a fifth everywhere: the first half is right, the second lies 0.4 off
    answers = np.stack([1 - told, told], axis=1)
    assert close(metric("ece")(truth, answers, np.ones(1000)), 0.2)


def test_only_metrics_about_decisions_do_not_look_at_how_sure_an_answer_is() -> None:
    random = np.random.default_rng(0)
    truth, sure = random.integers(0, 2, 200), random.uniform(0.5, 1, 200)
    answered = np.eye(2)[random.integers(0, 2, 200)]
    answers = np.where(answered == 1, sure[:, None], 1 - sure[:, None])
    for name in [name for name in METRICS.names if Task.BINARY in METRICS.part(name).tasks]:
        figures = [metric(name)(truth, given_answers, np.ones(200)) for given_answers in (answers, answered)]
        assert (figures[0] == figures[1]) is METRICS.part(name).decides, name


@every_case
def test_by_a_fair_one_who_is_blind_gains_by_luck_alone(name: str, task: Task) -> None:
    """Answers dealt to the rows at random are no better than the shares or the mean, in the mean of many deals."""
    measure = metric(name)
    if not measure.fair:
        return
    random = np.random.default_rng(0)
    count = 300
    if task.classifies:
        truth: Any = np.minimum(random.geometric(0.6, count) - 1, outputs(task) - 1)
        shares = np.bincount(truth, minlength=outputs(task)) / count
        given = random.dirichlet(np.ones(outputs(task)), count)
    else:
        truth = random.exponential(5, count)
        shares, given = np.full(outputs(task), truth.mean()), random.normal(truth.mean(), 2, (count, outputs(task)))
    blind = measure(truth, np.tile(shares, (count, 1)).astype(np.float32), np.ones(count))
    deals = [measure(truth, random.permutation(given).astype(np.float32), np.ones(count)) for _ in range(50)]
    gain = (np.mean(deals) - blind) * (1 if measure.higher_is_better else -1)
    assert gain < 0.01


@pytest.mark.parametrize(
    ("name", "truth"),
    [("true_positive_rate", 0), ("false_negative_rate", 0), ("true_negative_rate", 1), ("false_positive_rate", 1)],
)
def test_a_rate_of_nothing_is_not_defined(name: str, truth: int) -> None:
    answers = np.array([[0.5, 0.5], [0.1, 0.9]], dtype=np.float32)
    assert math.isnan(metric(name)(np.full(2, truth), answers, np.ones(2)))


@given(data=st.data())
def test_a_rate_is_as_sure_as_the_share_that_it_is(data: st.DataObject) -> None:
    """Recall and the true positive rate are one figure with one interval; a rate and its complement mirror it."""
    truth, predicted, weight = data.draw(rows(Task.BINARY))

    def told(name: str) -> tuple[float, float, float]:
        (found,) = pairs.measured(pairs.Rows(truth, weight, 1), [(metric(name), predicted)])
        return found.value, found.low, found.high

    recall, rate, missed = told("recall"), told("true_positive_rate"), told("false_negative_rate")
    assert recall == pytest.approx(rate, abs=1e-12)
    assert [1 - one for one in missed] == pytest.approx([rate[0], rate[2], rate[1]], abs=1e-9)
    spared, alarmed = told("true_negative_rate"), told("false_positive_rate")
    assert [1 - one for one in alarmed] == pytest.approx([spared[0], spared[2], spared[1]], abs=1e-9)


@pytest.mark.parametrize(
    ("name", "right", "ends"),
    [
        ("true_positive_rate", True, (0.6756, 1.0)),
        ("false_negative_rate", True, (0.0, 0.3244)),
        ("false_positive_rate", True, (0.0, 0.3244)),
        ("true_negative_rate", False, (0.0, 0.3244)),
    ],
)
def test_eight_of_eight_do_not_prove_a_rate(name: str, right: bool, ends: tuple[float, float]) -> None:  # noqa: FBT001
    truth = np.arange(16) % 2
    answers = np.eye(2, dtype=np.float32)[truth if right else 1 - truth]
    (found,) = pairs.measured(pairs.Rows(truth, np.ones(16), 1), [(metric(name), answers)])
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-4)


def test_a_rate_of_nothing_lies_nowhere() -> None:
    rate: Any = metric(RATES[1])
    answers = np.array([[0.5, 0.5], [0.1, 0.9]], dtype=np.float32)
    (found,) = pairs.measured(pairs.Rows(np.zeros(2, dtype=int), np.ones(2), 1), [(rate, answers)])
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert np.isnan(rate.span(np.zeros(2, dtype=int), answers, np.ones(2))).all()
