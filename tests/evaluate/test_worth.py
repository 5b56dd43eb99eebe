"""Whether a model is worth its price: paired leads, the frontier, and the sentence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
from modelyard.core.worth import Alternative, Figure, Lead
from modelyard.evaluate import worth
from modelyard.evaluate.score import Measured, score
from modelyard.evaluate.worth import Judged
from modelyard.families import METRICS

ROWS = 400
RANDOM = np.random.default_rng(0)
TRUTH = np.arange(ROWS) % 2
TABLE = Table(pl.DataFrame({"y": TRUTH}), Schema((Column("y", Kind.CATEGORY, Role.TARGET, levels=("0", "1")),)))
METRIC = {"accuracy": METRICS.build("accuracy", {}), "log_loss": METRICS.build("log_loss", {})}


def measured(right: float, seed: int) -> Measured:
    """Answers of which a share is right."""
    hits = np.random.default_rng(seed).random(ROWS) < right
    positive = np.where(hits, TRUTH, 1 - TRUTH) * 0.8 + 0.1
    return Measured(TABLE, Task.BINARY, np.stack([1 - positive, positive], axis=1).astype(np.float32))


def models(**shares: float) -> dict[str, Judged]:
    return {
        name: worth.judged(measured(share, seed), METRIC, 1)
        for seed, (name, share) in enumerate(shares.items(), start=1)
    }


def test_figures_are_the_reports() -> None:
    given = measured(0.8, 1)
    report = score(given, METRIC, name="n", model="m", rows={"test": ROWS}, seed=1)
    assert worth.judged(given, METRIC, 1).figures == tuple(
        Figure(entry.metric, entry.value, entry.low, entry.high) for entry in report.scores
    )


def test_a_lead_is_paired_and_has_a_verdict() -> None:
    found = worth.leads(models(good=0.9, same=0.9, bad=0.6), "good")
    assert set(found) == {"same", "bad"}
    assert found["bad"].verdict == "worse"
    assert found["same"].verdict == "not distinguishable"
    for lead in found.values():
        assert lead.over == "good"
        assert lead.low is not None
        assert lead.difference is not None
        assert lead.high is not None
        assert lead.low <= lead.difference <= lead.high
    twin = models(one=0.8)["one"]
    assert worth.leads({"one": twin, "two": twin}, "one")["two"] == Lead("one", 0.0, 0.0, 0.0, "not distinguishable")


def test_the_more_models_the_wider_each_interval() -> None:
    few = models(a=0.8, b=0.75)
    many = models(a=0.8, b=0.75, c=0.7, d=0.7, e=0.7, f=0.7)
    narrow, wide = worth.leads(few, "a")["b"], worth.leads(many, "a")["b"]
    assert narrow.difference == wide.difference
    assert (wide.low or 0) < (narrow.low or 0) < (narrow.high or 0) < (wide.high or 0)


def test_with_a_loss_lower_is_better() -> None:
    losses = {"log_loss": METRIC["log_loss"]}
    found = {name: worth.judged(measured(share, 3), losses, 1) for name, share in {"good": 0.9, "bad": 0.6}.items()}
    assert worth.best(found) == "good"
    lead = worth.leads(found, "good")["bad"]
    assert lead.verdict == "worse"
    assert (lead.difference or 0) > 0


def test_what_is_not_defined_is_none_and_never_the_best() -> None:
    figure = Figure("roc_auc", None, None, None)
    nothing = Judged((figure,), np.full(1000, math.nan), higher_is_better=True)
    some = models(some=0.6)["some"]
    assert worth.best({"nothing": nothing, "some": some}) == "some"
    assert worth.leads({"nothing": nothing, "some": some}, "some")["nothing"] == Lead(
        "some", None, None, None, "not distinguishable"
    )


def line(name: str, value: float | None, price: float, **said: Any) -> Alternative:
    figure = Figure("accuracy", value, None if value is None else value - 0.02, None if value is None else value + 0.02)
    return Alternative(name, name, figures=(figure,), cost=price, **said)


def lines(table: dict[str, tuple[float, float]], chosen: str, apart: float = 0.03) -> list[Alternative]:
    """Lines by name, value and price; two are told apart where their values differ by more than `apart`."""
    top = max(table, key=lambda name: table[name][0])

    def lead(name: str, over: str) -> Lead | None:
        if name == over:
            return None
        by = round(table[name][0] - table[over][0], 6)
        verdict = "not distinguishable" if abs(by) <= apart else "better" if by > 0 else "worse"
        return Lead(over, by, by - apart, by + apart, verdict)  # type: ignore[arg-type]  # one of three words

    return [
        line(name, value, price, chosen=name == chosen, over_chosen=lead(name, chosen), over_best=lead(name, top))
        for name, (value, price) in table.items()
    ]


TABLES: dict[str, tuple[dict[str, tuple[float, float]], str, str]] = {
    "worth it": (
        {"full": (0.842, 30.0), "bag": (0.801, 1.0)},
        "full",
        """
        full is worth it: accuracy 0.842 against 0.801 for bag, better by 0.041 (0.011 to 0.071), at 30 times the
        price of a prediction
        """,
    ),
    "not worth it": (
        {"full": (0.842, 40.0), "bag": (0.83, 1.0)},
        "full",
        """
        full is not worth it: bag cannot be told from it (accuracy 0.830 against 0.842), at 1/40 of the price of a
        prediction; it is the cheapest that cannot be told from the best
        """,
    ),
    "a cheaper one is better": (
        {"full": (0.8, 40.0), "bag": (0.85, 1.0)},
        "full",
        """
        full is not worth it: bag is better by 0.050 (0.020 to 0.080) (accuracy 0.850 against 0.800), at 1/40 of the
        price of a prediction; it is the cheapest that cannot be told from the best
        """,
    ),
    "the cheapest and good enough": (
        {"bag": (0.83, 1.0), "full": (0.842, 30.0)},
        "bag",
        """
        none of the 2 models compared costs less to ask than bag, and none is better beyond chance
        """,
    ),
    "the cheapest, and a dearer one is better": (
        {"bag": (0.8, 1.0), "full": (0.85, 30.0)},
        "bag",
        """
        none of the 2 models compared costs less to ask than bag; full is better than bag by 0.050 (0.020 to 0.080),
        at 30 times the price; the cheapest that cannot be told from the best is full
        """,
    ),
    "worth it, and a dearer one is better still": (
        {"lora": (0.85, 10.0), "bag": (0.8, 1.0), "full": (0.9, 30.0)},
        "lora",
        """
        lora is worth it: accuracy 0.850 against 0.800 for bag, better by 0.050 (0.020 to 0.080), at 10 times the
        price of a prediction; full is better than lora by 0.050 (0.020 to 0.080), at 3 times the price; the
        cheapest that cannot be told from the best is full
        """,
    ),
    "neither best nor worth it": (
        {"lora": (0.81, 10.0), "bag": (0.8, 1.0), "full": (0.9, 30.0)},
        "lora",
        """
        lora is not worth it: bag cannot be told from it (accuracy 0.800 against 0.810), at 1/10 of the price of a
        prediction; full is better than lora by 0.090 (0.060 to 0.120), at 3 times the price; the cheapest that
        cannot be told from the best is full
        """,
    ),
    "the same price is no lower price": (
        {"full": (0.842, 1.0), "lora": (0.84, 0.9)},
        "full",
        """
        none of the 2 models compared costs less to ask than full, and none is better beyond chance
        """,
    ),
    "of the cheaper ones that are as good, the cheapest": (
        {"full": (0.842, 40.0), "head": (0.841, 20.0), "bag": (0.83, 1.0), "dull": (0.5, 0.1)},
        "full",
        """
        full is not worth it: bag cannot be told from it (accuracy 0.830 against 0.842), at 1/40 of the price of a
        prediction; it is the cheapest that cannot be told from the best
        """,
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_the_sentence(case: str) -> None:
    table, chosen, told = TABLES[case]
    assert worth.verdict(lines(table, chosen)) == " ".join(told.split())


def test_nothing_is_said_of_what_is_not_defined() -> None:
    told = worth.verdict([line("full", None, 2.0, chosen=True), line("bag", None, 1.0)])
    assert told == "whether full is worth it cannot be said: accuracy is not defined on these rows"


@pytest.mark.parametrize(
    ("higher", "expected"), [(True, ["bag", "lora", "full"]), (False, ["bag", "dull"])], ids=["higher", "lower"]
)
def test_the_frontier_is_what_no_other_beats_for_the_same_money(higher: bool, expected: list[str]) -> None:  # noqa: FBT001
    table = {"bag": (0.8, 1.0), "dull": (0.5, 2.0), "lora": (0.84, 10.0), "twin": (0.83, 10.0), "full": (0.85, 30.0)}
    found = worth.frontier([*lines(table, "bag"), line("unknown", None, 0.1)], higher_is_better=higher)
    assert [each.name for each in found] == expected
