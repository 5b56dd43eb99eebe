"""What is said to be told is told, and what chance says is said to be chance as often as was promised."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from sklearn.feature_selection import mutual_info_classif
from sklearn.metrics import mutual_info_score

from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features.relevance import binned, mutual, permuted, rates, stable
from modelyard.features.relevance.additive import Solver
from modelyard.features.steps.interact import Interact
from modelyard.features.steps.select import Select

TRUE, NULL = 6, 24


def generated(
    seed: int, rows: int = 500, *, classes: bool = True
) -> tuple[dict[str, Values], dict[str, Column], Floats]:
    """Columns of which the first few each move the target, and all others, levels among them, do not."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(rows, TRUE + NULL))
    drive = numbers[:, :TRUE].sum(axis=1) * 0.8
    target: Any = drive + random.normal(size=rows)
    if classes:
        target = (random.random(rows) < 1 / (1 + np.exp(-drive))).astype(np.int64)
    columns: dict[str, Values] = {f"c{place}": column for place, column in enumerate(numbers.T)}
    known = {name: Column(name, Kind.NUMBER) for name in columns}
    for place in range(TRUE + NULL - 6, TRUE + NULL):  # some of those that say nothing are of levels
        columns[f"c{place}"] = random.choice(np.array(["a", "b", "c", None], dtype=object), rows)
        known[f"c{place}"] = Column(f"c{place}", Kind.CATEGORY)
    return columns, known, target


def kept(step: Select, seed: int, *, classes: bool = True) -> tuple[int, int]:
    """How many of the columns that tell and of those that do not are kept."""
    columns, known, target = generated(seed, classes=classes)
    left = step.fit(columns, known, target, seed)(columns)
    places = [int(name[1:]) for name in left]
    return sum(place < TRUE for place in places), sum(place >= TRUE for place in places)


@pytest.mark.parametrize(("by", "classes"), [*product(["mutual_information", "permutation"], [True, False])])
def test_false_discoveries_are_as_many_as_the_rate_says(by: Any, *, classes: bool) -> None:
    """The mean share over tables, with three standard errors; docs/features.md has the figures of fifty tables."""
    tables = 20 if by == "mutual_information" else 10
    found = [kept(Select(by=by, fdr=0.2), seed, classes=classes) for seed in range(tables)]
    shares = np.array([false / max(true + false, 1) for true, false in found])
    assert shares.mean() <= 0.2 + 3 * shares.std() / np.sqrt(tables)
    assert np.mean([true for true, _ in found]) > 0.8 * TRUE
    if by == "mutual_information":
        assert shares.mean() > 0.07  # chance is not overrated either: of 30 columns, 24 tell nothing


def test_stability_keeps_no_more_falsely_than_it_says() -> None:
    found = [kept(Select(by="stability", falsely=1.0), seed, classes=False) for seed in range(8)]
    assert np.mean([false for _, false in found]) <= 1.0
    assert np.mean([true for true, _ in found]) > 1


def test_p_values_of_what_tells_nothing_are_even() -> None:
    """Columns of noise alone: p-values are uniform, as the shuffles are what chance does."""
    random, values = np.random.default_rng(3), []
    for seed in range(6):
        columns = {f"c{place}": column for place, column in enumerate(random.normal(size=(60, 120)))}
        known = {name: Column(name, Kind.NUMBER) for name in columns}
        target: Any = random.integers(0, 2, 120)
        rows = binned.of(list(columns), columns, known, target, seed)
        values += mutual.p_values(rows, 0.5, seed)[1].tolist()
    counts = np.histogram(values, bins=5, range=(0, 1))[0]
    assert (np.abs(counts - 72) < 4 * np.sqrt(72 * 0.8)).all()


def test_mutual_information_is_scikit_learns() -> None:
    columns, known, target = generated(5)
    rows = binned.of(list(columns), columns, known, target, 5)
    found = mutual.information(rows.spread(), target.astype(np.int64)[:, None], rows.starts)[:, 0]
    for place in range(len(columns)):
        assert found[place] == pytest.approx(mutual_info_score(rows.codes[:, place], target), abs=1e-9)
    codes = rows.codes[:, :3]
    theirs = mutual_info_classif(codes, target, discrete_features=True)
    assert found[:3] == pytest.approx(theirs, abs=1e-9)


def test_importance_is_what_shuffling_does() -> None:
    """The closed form beside many shuffles of the held-out rows."""
    columns, known, target = generated(6, 300, classes=False)
    rows = binned.of(list(columns)[:4], columns, known, target, 6)
    fold = np.arange(300) % 2
    part = permuted._Part(rows, fold, 1)
    figures = rows.figures
    solver = Solver.of(rows.spread(part.learn))
    weights = solver.weights(figures[part.learn])
    ones = rows.spread(part.held)
    base = figures[part.learn].mean() - float((solver.means @ weights)[0])
    random, column = np.random.default_rng(0), slice(rows.starts[0], rows.starts[1])

    def loss(spread: Floats) -> float:
        return float(((figures[part.held] - base - spread @ weights) ** 2).mean())

    def shuffled() -> Floats:
        changed = ones.copy()
        changed[:, column] = changed[random.permutation(len(ones)), column]
        return changed

    drawn = np.mean([loss(shuffled()) for _ in range(800)]) - loss(ones)
    grown, squared = part.grown(figures)
    assert grown[0, 0] / len(part.held) == pytest.approx(drawn, rel=0.05)
    codes = rows.codes[part.held, 0]
    own = weights[column, 0][codes]
    left = figures[part.held, 0] - base - ones @ weights[:, 0]
    each = 2 * left * (own - own.mean()) + (own - own.mean()) ** 2 + own.var()
    assert grown[0, 0] == pytest.approx(each.sum(), rel=1e-4)
    assert squared[0, 0] == pytest.approx((each**2).sum(), rel=1e-4)


def test_adjusted_p_values_are_the_least_rates_by_the_definition() -> None:
    p = np.random.default_rng(1).random(30) ** 2
    for rate in (0.05, 0.2, 0.6):
        ordered = np.sort(p)
        below = [place for place in range(30) if ordered[place] <= rate * (place + 1) / 30]
        wanted = p <= ordered[below[-1]] if below else np.zeros(30, dtype=bool)
        assert ((rates.adjusted(p) <= rate) == wanted).all()


def test_where_nothing_tells_anything_one_column_stays_and_it_is_said() -> None:
    random = np.random.default_rng(8)
    columns = {f"c{place}": random.normal(size=80) for place in range(5)}
    known = {name: Column(name, Kind.NUMBER) for name in columns}
    target: Any = random.integers(0, 2, 80)
    step = Select().fit(columns, known, target, 7)
    assert len(step(columns)) == 1
    assert "none tells more than chance does" in step.notes[0]
    assert "4 of 5 columns are left out" in step.notes[0]


def test_the_most_are_the_best_and_what_is_to_stay_stays() -> None:
    columns, known, target = generated(2, classes=False)
    columns["c0"] = target + 0.0
    step = Select(most=2, keep=("c29",)).fit(columns, known, target, 2)
    left = list(step(columns))
    assert "c0" in left
    assert "c29" in left
    assert len(left) == 3
    assert "beyond the best 2" in step.notes[0]


def test_pairs_that_say_more_together_are_found_and_additive_ones_are_not() -> None:
    random = np.random.default_rng(9)
    numbers = random.normal(size=(1500, 5))
    columns = {f"c{place}": column for place, column in enumerate(numbers.T)}
    known = {name: Column(name, Kind.NUMBER) for name in columns}
    target = 2 * columns["c0"] + 2 * columns["c1"] + columns["c2"] * columns["c3"] + random.normal(size=1500)
    step = Interact(pairs="auto").fit(columns, known, target, 7)
    assert [column.name for column in step.made] == ["c2_times_c3"]
    assert "of 10 pairs 1 say more together" in step.notes[0]


def test_levels_that_mean_something_only_together_are_found() -> None:
    random = np.random.default_rng(10)
    columns: dict[str, Any] = {
        name: random.choice(np.array(["x", "y"], dtype=object), 800) for name in ("left", "right", "idle")
    }
    known = {name: Column(name, Kind.CATEGORY) for name in columns}
    odd = (columns["left"] == "x") ^ (columns["right"] == "x")
    target: Any = (random.random(800) < np.where(odd, 0.8, 0.2)).astype(np.int64)
    step = Interact(pairs="auto").fit(columns, known, target, 7)
    assert [column.name for column in step.made] == ["left_with_right"]


def test_q_follows_from_how_many_may_be_kept_falsely() -> None:
    assert stable.taken(100, 0.75, 1.0) == 7  # 7^2 / (0.5 * 100) <= 1
    assert stable.taken(3, 0.6, 0.1) == 1
