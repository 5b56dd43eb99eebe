"""What people read of releases: found by names and numbers alone, and checked before it is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from modelyard.core.report import Verdict
from modelyard.release.yard import Yard
from modelyard.serve.settings import Canary, Traffic
from tests.serve.asking import Client, refused
from tests.serve.releases import NAME, PATH, Served

if TYPE_CHECKING:
    from modelyard.run import Run

RISK = f"/models/{quote('风险')}/releases"
RELEASES = f"{PATH}/releases"
PAPERS = [
    ("card", "card.html", "text/html"),
    ("report", "report.json", "application/json"),
    ("recipe", "recipe.yaml", "text/plain"),
]


def test_a_yard_lists_its_releases_the_newest_first(stock: Yard, price: Run) -> None:
    answer = Served(stock, Traffic((Canary("challenger", 0.5),))).get(RELEASES).json()
    assert answer["name"] == NAME
    told = [(one["key"], one["version"], one["aliases"], one["role"], one["readable"]) for one in answer["releases"]]
    assert told == [
        ("3", 3, ["spare"], None, True),
        ("2", 2, ["challenger"], "canary", True),
        ("1", 1, ["champion"], "stable", True),
    ]
    champion = answer["releases"][-1]
    report = price.report
    assert champion["digest"] == price.bundle.digest
    assert (champion["model"], champion["task"], champion["rows"]) == (report.model, report.task, report.rows["test"])
    scores = [score for score in report.scores if score.slice is None]
    assert champion["figures"] == [
        {"metric": score.metric, "value": score.value, "low": score.low, "high": score.high} for score in scores
    ]


def test_of_two_versions_that_are_one_bundle_the_one_that_runs_is_told(stock: Yard, price: Run) -> None:
    other = Yard(stock.home.parent / "twice")
    for alias in ("spare", "champion"):
        other.offer(price.bundle, (), alias)
    listed = Served(other).get(RELEASES).json()["releases"]
    assert [(one["version"], one["role"]) for one in listed] == [(2, "stable"), (1, None)]


def test_verdicts_are_told_with_their_figures(stock: Yard, dearer: tuple[Run, ...]) -> None:
    verdict = Verdict("at_least", passed=True, reason="r2 is 0.99", value=0.99, bound=0.9, low=0.98, high=1.0)
    other = Yard(stock.home.parent / "judged")
    other.offer(dearer[0].bundle, (verdict,))
    (listed,) = Served(other).get(RELEASES).json()["releases"]
    assert listed["verdicts"] == [
        {
            "gate": "at_least",
            "passed": True,
            "reason": "r2 is 0.99",
            "value": 0.99,
            "bound": 0.9,
            "low": 0.98,
            "high": 1.0,
        }
    ]


def test_without_a_yard_the_running_bundle_is_the_only_one(client: Client, risk: Run) -> None:
    (listed,) = client.get(RISK).json()["releases"]
    assert (listed["key"], listed["version"], listed["aliases"]) == ("running", None, [])
    assert (listed["role"], listed["digest"]) == ("stable", risk.bundle.digest)
    assert client.get(f"{RISK}/running/report").json()["name"] == "风险"


@pytest.mark.parametrize(("kind", "file", "media"), PAPERS)
def test_a_paper_is_the_bundles_own_file(
    kind: str, file: str, media: str, stock: Yard, dearer: tuple[Run, ...]
) -> None:
    client = Served(stock)
    response = client.get(f"{RELEASES}/2/{kind}")
    assert response.content == (dearer[0].bundle.folder / file).read_bytes()
    assert response.headers["content-type"].startswith(media)
    assert response.headers["x-content-type-options"] == "nosniff"
    tag = response.headers["etag"]
    for given in (tag, f'"other", W/{tag}', "*"):
        again = client.ask("GET", f"{RELEASES}/2/{kind}", headers={"if-none-match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.ask("GET", f"{RELEASES}/2/{kind}", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_card_stays_in_its_sandbox(client: Client) -> None:
    policy = client.get(f"{RISK}/running/card").headers["content-security-policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'"} <= set(policy)


@pytest.mark.parametrize(
    "version", ["0", "4", "01", "-1", "1.0", "two", "running", "999999999999", "%00", "..%2f..", "1%2f..%2f2"]
)
@pytest.mark.parametrize("kind", ["card", "report", "recipe"])
def test_what_is_no_version_is_not_found(version: str, kind: str, stock: Yard) -> None:
    response = Served(stock).get(f"{RELEASES}/{version}/{kind}")
    assert refused(response, 404, "not_found")
    assert "<html" not in response.text


@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e", "..%2f" + quote("风险"), "%00", "a" * 5000])
def test_what_is_not_served_is_not_found(name: str, client: Client) -> None:
    for page in ("releases/1/card", "releases"):
        response = client.get(f"/models/{name}/{page}")
        assert refused(response, 404, "not_found")
        assert "<html" not in response.text


def test_an_altered_paper_is_not_shown(stock: Yard) -> None:
    client = Served(stock)
    stock.home.joinpath("bundles", stock.find(f"{NAME}@2").digest, "card.html").write_text("<h1>Best ever</h1>")
    hint = refused(client.get(f"{RELEASES}/2/card"), 404, "not_found")[0]
    assert hint["problem"] == "its card.html is missing or altered"
    assert str(stock.home) not in json.dumps(hint)
    assert client.get(f"{RELEASES}/1/card").status_code == 200


def test_a_release_whose_bundle_is_altered_is_listed_as_unreadable(stock: Yard) -> None:
    client = Served(stock)
    file = stock.home / "bundles" / stock.find(f"{NAME}@3").digest / "report.json"
    file.write_bytes(file.read_bytes().replace(b"0", b"1", 1))
    listed = {one["version"]: one["readable"] for one in client.get(RELEASES).json()["releases"]}
    assert listed == {3: False, 2: True, 1: True}


def test_a_yard_that_is_gone_is_a_503_and_the_model_answers_on(stock: Yard) -> None:
    client = Served(stock)
    with sa.create_engine(f"sqlite:///{stock.home / 'yard.db'}").begin() as connection:
        connection.execute(sa.text("ALTER TABLE releases RENAME TO moved"))
    told = refused(client.get(RELEASES), 503, "yard_unreachable")[0]
    assert told["problem"] == "the yard does not answer"
    assert client.house().status_code == 200
