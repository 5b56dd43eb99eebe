"""Why, on a terminal and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelyard.core.explaining import Why
from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Trained


def test_a_row_is_told_with_its_sum(trained: Trained, call: Call) -> None:
    told = call("explain", trained.bundle, trained.folder / "customers.csv", "--row", 3, "--quiet")
    assert told.status == 0
    assert "churn, row 3: shapley" in told.out
    assert "what is answered on average" in told.out
    assert "sum: probability of yes" in told.out
    assert "█" in told.out
    assert all(name in told.out for name in ("age", "fee", "note"))


def test_rows_are_counted_from_one_and_the_others_stand_for_what_may_be(trained: Trained, call: Call) -> None:
    told = call("explain", trained.bundle, trained.folder / "customers.csv", "--row", 3, "--json", "--quiet").json
    frame = pl.read_csv(trained.folder / "customers.csv")
    bundle = Bundle.load(trained.bundle)
    assert told["row"] == 3
    assert told["of"] == "yes"
    assert told["answer"] == pytest.approx(float(bundle.outputs(frame[2:3])[0, 1]))
    assert told["base"] + sum(share["amount"] for share in told["shares"]) == pytest.approx(told["answer"])
    assert {share["column"]: share["value"] for share in told["shares"]}["note"] == frame["note"][2]


def test_without_a_row_many_are_told_together_and_the_reports_importance(trained: Trained, call: Call) -> None:
    place = trained.folder / "customers.csv"
    told = call("explain", trained.bundle, place, "--json", "--quiet").json
    assert told["rows"] == 120
    assert told["overall"].keys() == {"age", "fee", "note"}
    assert {each["column"] for each in told["importance"]} == {"age", "fee", "note"}
    shown = call("explain", trained.bundle, place, "--quiet").out
    assert "120 rows" in shown
    assert "how much worse roc_auc was" in shown


def test_a_file_of_one_row_is_explained_by_the_bundles_summaries(trained: Trained, call: Call) -> None:
    one = trained.folder / "one.csv"
    pl.read_csv(trained.folder / "customers.csv").head(1).write_csv(one)
    told = call("explain", trained.bundle, one, "--row", 1, "--quiet")
    assert told.status == 0
    assert "summaries" in told.out


def test_a_method_is_chosen_and_set(trained: Trained, call: Call) -> None:
    place = trained.folder / "customers.csv"
    told = call("explain", trained.bundle, place, "--row", 3, "--method", "counterfactual", "--quiet")
    assert told.status == 0
    assert "->" in told.out
    words = ["--row", 3, "--method", "counterfactual", "--set", "keep=[fee, note]", "--json", "--quiet"]
    kept = call("explain", trained.bundle, place, *words).json
    assert {move["column"] for move in kept["moves"]} <= {"age"}
    line = call("explain", trained.bundle, place, "--row", 3, "--method", "lime", "--of", "no", "--quiet")
    assert "probability of no" in line.out


WRONG: list[tuple[list[Any], str, str]] = [
    (["--row", 121], "there is no row 121: ", "say --row 1 to --row 120"),
    (["--row", 0], "invalid value for '--row'", "see: modelyard explain --help"),
    (["--row", 1, "--method", "shaply"], "no explainer called 'shaply'", "did you mean 'shapley'?"),
    (["--row", 1, "--method", "permutation"], "asks the truth of the rows", "report.importance"),
    (["--row", 1, "--method", "integrated_gradients"], "asks the fitted network", "shapley"),
    (["--row", 1, "--of", "yess"], "no class called 'yess'", "did you mean 'yes'?"),
    (["--row", 1, "--set", "permutatons=3"], "unknown key", "did you mean 'permutations'?"),
    (["--row", 1, "--set", "foo=1"], "unknown key", "known: exact, permutations, pieces, seed"),
    (["--row", 1, "--set", "permutations"], "is not of the form KEY=VALUE", "such as"),
    (["--row", 1, "--set", "permutations=[1"], "is no YAML", ""),
]


@pytest.mark.parametrize(("words", "problem", "hint"), WRONG)
def test_what_cannot_be_told_is_told(words: list[Any], problem: str, hint: str, trained: Trained, call: Call) -> None:
    told = call("explain", trained.bundle, trained.folder / "customers.csv", *words, "--json", "--quiet")
    assert told.status == 2
    assert problem in told.json["problem"]
    assert hint in told.json["hint"]


def test_what_is_told_is_what_the_bundle_tells(trained: Trained, call: Call) -> None:
    frame = pl.read_csv(trained.folder / "customers.csv")
    (why,) = Bundle.load(trained.bundle).explain(frame[2:3], background=frame[:2].vstack(frame[3:]).sample(100, seed=7))
    assert isinstance(why, Why)
    told = call("explain", trained.bundle, trained.folder / "customers.csv", "--row", 3, "--json", "--quiet").json
    assert [share["amount"] for share in told["shares"]] == pytest.approx([share.amount for share in why.shares])
