"""`review`: a name, a digest, and then the release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

GATES = "gates=[{gate: reviewed, by: [Ada Lovelace]}, {gate: small, bound: 20MB}, {gate: frugal, bound: 1}]"


@pytest.mark.usefixtures("folder")
def test_a_release_waits_for_a_review(call: Call) -> None:
    bundle = call("train", "recipe.yaml", "--json", "--set", GATES).json["bundle"]
    refused = call("release", bundle)
    assert refused.status == 3
    assert "refused  reviewed: nobody signed it off" in refused.out
    told = call("review", bundle, "--by", "Ada Lovelace", "--note", "read the report", "--json")
    assert told.status == 0
    assert set(told.json) == {"name", "digest", "by", "at", "note"}
    assert (told.json["by"], told.json["note"]) == ("Ada Lovelace", "read the report")
    plain = call("review", bundle, "--by", "Grace Hopper")
    assert plain.out.startswith("Grace Hopper signed off churn ")
    released = call("release", bundle, "--json")
    assert released.status == 0
    verdict = released.json["verdicts"][1]
    assert (verdict["gate"], verdict["bound"]) == ("small", 20e6)
    assert 0 < verdict["value"] < 20e6


def test_a_review_without_a_name_is_refused(call: Call, folder: Path) -> None:
    bundle = call("train", "recipe.yaml", "--json").json["bundle"]
    assert call("review", bundle).status == 2
    nobody = call("review", bundle, "--by", "", "--json")
    assert nobody.status == 2
    assert nobody.json["hint"] == 'such as: --by "Ada Lovelace"'
    assert "a recipe" in call("review", folder / "recipe.yaml", "--by", "Ada").err


@pytest.mark.usefixtures("folder")
def test_a_report_shows_changed_rows_and_what_it_costs(call: Call) -> None:
    told = call("train", "recipe.yaml")
    assert "when rows come with" in told.out
    assert any(line.startswith("out_of_range") for line in told.out.splitlines())
    assert "training took " in told.out
    assert "ms at p99; the bundle " in told.out
    as_json = call("train", "recipe.yaml", "--json").json
    assert as_json["cost"]["currency"] == "USD"
    assert {line["perturbation"] for line in as_json["stress"]} >= {"number_noise", "unseen_levels"}
