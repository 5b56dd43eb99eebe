"""The page and the picture of models side by side."""

from __future__ import annotations

import importlib.util
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from modelyard.core import events
from modelyard.core.report import Report
from modelyard.core.types import Task
from modelyard.core.worth import Alternative, Figure, Lead
from modelyard.evaluate import worth as worths
from modelyard.release import frontier, worth
from modelyard.release.frontier import Mark

DRAWS = importlib.util.find_spec("altair") is not None and importlib.util.find_spec("vl_convert") is not None
REPORT = Report("评论", Task.BINARY, "pretrained", ("差", "好"), {"test": 400}, "", {"accuracy": True}, ())
BEHIND = Lead("pretrained (full)", -0.041, -0.06, -0.02, "worse")
LINES = (
    Alternative(
        "pretrained (full)",
        "pretrained",
        chosen=True,
        figures=(Figure("accuracy", 0.842, 0.825, 0.859), Figure("roc_auc", None, None, None)),
        seconds=91.26,
        energy=0.34,
        latency=12.3,
        core=12.1,
        size=90_000_000,
        cost=0.168,
        currency="CNY",
    ),
    Alternative(
        "词袋|bag",
        "bag",
        figures=(Figure("accuracy", 0.801, 0.782, 0.820), Figure("roc_auc", 0.9, 0.8, 0.95)),
        over_chosen=BEHIND,
        over_best=BEHIND,
        seconds=2.0,
        energy=0.002,
        latency=0.2,
        core=0.2,
        size=900,
        cost=0.0027,
        currency="CNY",
    ),
)


def test_the_page_says_what_each_takes() -> None:
    page = worth.page(LINES, REPORT, worths.verdict(LINES), picture=True)
    lines = page.splitlines()
    assert lines[0] == "# 评论: is the large model worth it?"
    assert "pretrained (full) is worth it: accuracy 0.842 against 0.801 for 词袋|bag" in lines[2]
    assert "| **pretrained (full)** | 0.8420 | 0.8250 to 0.8590 |  | 91.3 | 340 mWh | 12.3 | 86 MB | 0.168 |" in lines
    took = "worse, -0.0410 (-0.0600 to -0.0200) | 2.0 | 2 mWh | 0.2 | 900 B | 0.0027 |"
    assert f"| 词袋\\|bag | 0.8010 | 0.7820 to 0.8200 | {took}" in lines
    assert "| pretrained (full) | 0.8420 (0.8250 to 0.8590) | - (not defined) |" in lines
    assert "(frontier.svg)" in page
    assert "(frontier.svg)" not in worth.page(LINES, REPORT, "", picture=False)


@pytest.mark.skipif(not DRAWS, reason="needs modelyard[train]")
def test_the_picture_shows_every_name_as_text() -> None:
    found = worth.files(LINES, REPORT)
    assert set(found) == {"worth.md", "frontier.svg"}
    root = ET.fromstring(found["frontier.svg"])  # noqa: S314 - our own file
    told = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"pretrained (full)", "词袋|bag", "Is the large model worth it?"} <= set(told)
    assert "cost of a million single predictions, CNY (logarithmic)" in told
    assert "accuracy, 95% interval (higher is better)" in told


@pytest.mark.skipif(not DRAWS, reason="needs modelyard[train]")
@pytest.mark.parametrize("other", [0.842, None], ids=["the same quality", "not defined"])
def test_the_picture_of_one_point_or_two_on_one(other: float | None) -> None:
    twin = replace(LINES[1], cost=LINES[0].cost, figures=(Figure("accuracy", other, None, None),))
    drawn = frontier.svg(
        (replace(LINES[0], figures=(Figure("accuracy", 0.842, None, None),)), twin), "", higher_is_better=True
    )
    assert drawn is not None
    assert b"NaN" not in drawn


def test_without_the_packages_that_draw_a_note_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    heard: list[events.Event] = []
    with events.listening(heard.append):
        found = worth.files(LINES, REPORT)
    assert set(found) == {"worth.md"}
    assert b"frontier.svg" not in found["worth.md"]
    hint = "pip install 'modelyard[train]'"
    assert heard == [
        events.Note(f"the picture of quality against price needs the package 'altair', which is not installed: {hint}")
    ]


def test_nothing_is_compared_with_nothing() -> None:
    assert worth.files((), REPORT) == {}


MARKS = {
    "far apart": [Mark(100, 100, 90, 110), Mark(300, 200, 190, 210)],
    "side by side": [Mark(100, 100, 100, 100), Mark(150, 100, 100, 100), Mark(200, 104, 104, 104)],
    "one above the other": [Mark(300, 100, 60, 140), Mark(302, 110, 70, 150)],
    "at the edge": [Mark(590, 100, 90, 110), Mark(2, 100, 90, 110)],
    "one on the other": [Mark(300, 100, 100, 100)] * 4,
}


@pytest.mark.parametrize("case", MARKS)
def test_labels_keep_off_each_other_and_the_edge(case: str) -> None:
    marks = MARKS[case]
    found = frontier.places(marks, ["词袋 bag"] * len(marks))
    boxes = [place.box for place in found]
    assert all(box[0] >= 0 and box[2] <= frontier.WIDTH for box in boxes)
    for place, one in enumerate(boxes):
        for two in boxes[:place]:
            assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
