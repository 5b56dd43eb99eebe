"""The card: every number is the report's, nothing asks for anything, and it can be read in two languages."""

from __future__ import annotations

import ast
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

from modelyard.core.evidence import (
    Change,
    Cost,
    Curve,
    Disparity,
    Energy,
    Importance,
    Provenance,
    Stress,
    Threshold,
    WeakSlice,
)
from modelyard.core.report import Comparison, Report, Score
from modelyard.families import METRICS, PERTURBATIONS
from modelyard.recipe.schema import CardSpec, RiskSpec
from modelyard.release import card
from modelyard.release.card import metrics
from modelyard.release.card import words as speech
from modelyard.release.card.chinese import CHINESE
from modelyard.release.card.words import Words
from tests import making

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Schema
    from modelyard.run import Run

CHROMIUM = Path("/usr/bin/chromium")
SAID = CardSpec(
    summary="Tells whom to call.",
    intended_use="People who call customers.",
    not_for="Deciding without a person.",
    limits=("Boston alone.",),
    licence="Apache-2.0",
    contact="risk@example.com",
)
RISKS = (RiskSpec(risk="It calls too often", owner="Head of sales", response="A limit of one call"),)
EVIL = "<script>alert('x')</script> & \"年龄\" | `code`"


def full(report: Report) -> Report:
    """A report that holds something of everything, its numbers all different."""
    took = Energy(1.25e-6, 0.5e-6, 3.5e-6, 4.25e-4, 2.25e-7, 1.5)
    return replace(
        report,
        scores=(*report.scores, Score("roc_auc", 0.71234, 0.61234, 0.81234, 41, f"home = {EVIL}")),
        comparisons=(Comparison("constant", "roc_auc", 0.5, 0.31111, 0.21111, 0.41111, "better"),),
        confusion=((11.0, 3.0), (2.0, 8.0)),
        thresholds=tuple(Threshold(x / 10, 1 - x / 10, x / 20, 0.9, 0.2, 0.5, 0.6, x == 5) for x in range(1, 10)),
        curves=(
            Curve("roc", (0.0, 0.25, 1.0), (0.0, 0.75, 1.0)),
            Curve("calibration", (0.125, 0.5), (0.25, 0.625), (0.1, 0.4), (0.3, 0.7), (12, 12)),
            Curve("learning", (15.0, 30.0), (0.6, 0.7), (0.5, 0.6), (0.7, 0.8)),
        ),
        disparities=(Disparity("home", "selection_rate", "difference", 0.13131, 0.05151, 0.21212, 33, "own", EVIL),),
        weak=(WeakSlice(f"home = {EVIL}", "accuracy", 0.61616, 0.91919, -0.41, -0.15, 29, 0.002),),
        stress=(Stress("typos", "comment", "roc_auc", 0.81818, -0.02121, -0.04141, 0.01414, 120),),
        importance=(Importance(EVIL, "roc_auc", 0.10101, 0.05051, 0.15151),),
        changes=(Change("reweighing", "selection_rate difference", 0.13579, 0.04321, -0.12345, -0.03456, "home"),),
        data=Provenance("d", 120, "2024-05-06", "since"),
        epsilon=2.5,
        cost=Cost(took, replace(took, kwh=2.5e-6), "DEU", 381.5, 0.275, "EUR", 0.315, 0.925, 1_234_567, 0.0125, "how"),
    )


def told(report: Report, schema: Schema, language: speech.Language = "en") -> card.Told:
    return card.Told(report, schema, "d" * 64, card.Said(SAID, RISKS, Words(language)))


def page(report: Report, schema: Schema, language: speech.Language = "en") -> str:
    return card.files(told(report, schema, language))[card.PAGE].decode()


def numbers(value: Any) -> Iterator[float]:
    """Every number that JSON holds."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


class Reader(HTMLParser):
    """Opens and closes tags, and keeps the text, that of `data` elements apart."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.values: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.links += [str(given[key]) for key in ("href", "src") if key in given]
        self.ids |= {str(given["id"])} if "id" in given else set()
        if tag not in {"meta", "link", "img"}:
            self.open.append(tag)
        if tag == "data":
            self.values.append((str(given["value"]), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "data":
            self.values[-1] = (self.values[-1][0], data)
        elif "style" not in self.open and "pre" not in self.open:
            self.texts.append(data)


def read(content: str) -> Reader:
    reader = Reader()
    reader.feed(content)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_the_page_is_one_of_the_report(language: speech.Language, binary: Run) -> None:
    report = full(binary.report)
    known = set(numbers(msgspec.json.decode(msgspec.json.encode(report))))
    reader = read(page(report, binary.bundle.schema, language))
    assert len(reader.values) > 60
    for value, shown in reader.values:
        assert float(value) in known, shown
    beside = {str(len(binary.bundle.schema.features)), "95", "99", "1", "0", "0.5", "64", "1000"}
    facts = [report.data.newest if report.data else "", report.cost.method if report.cost else ""]
    stated = " ".join([*report.notes, *map(str, SAID), *facts])
    beside |= set(re.findall(r"\d+(?:[.,]\d+)*", stated))
    loose = re.findall(r"(?<![\w.])\d+(?:[.,]\d+)*", " ".join(reader.texts))
    assert set(loose) <= beside


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_the_markdown_is_one_of_the_page(language: speech.Language, binary: Run) -> None:
    made = told(full(binary.report), binary.bundle.schema, language)
    shown = {text for _, text in read(card.files(made)[card.PAGE].decode()).values}
    markdown = card.files(made)[card.README].decode()
    cells = [cell.strip() for line in markdown.splitlines() if line.startswith("| ") for cell in line.split(" | ")]
    figures = {found for cell in cells for found in re.findall(r"(?<![\w.-])[+-]?\d+\.\d{4}(?!\d)", cell)}
    assert len(figures) > 20
    assert figures <= shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_asks_for_nothing_and_obeys_no_name(language: speech.Language, binary: Run) -> None:
    content = page(full(binary.report), binary.bundle.schema, language)
    reader = read(content)
    assert "script" not in reader.tags
    assert "alert('x')" in "".join(reader.texts)
    assert "default-src 'none'" in content
    allowed = ("#", "data:", "worth.md")
    assert all(link.startswith(allowed) for link in reader.links)
    assert {link[1:] for link in reader.links if link.startswith("#")} <= reader.ids


HOSTILE = [
    EVIL,
    "<img src=x onerror=alert(1)>",
    "\\`<script>`",
    "``<script>`",
    "`a``b` <script> `c`",
    "`a\nb` <script> `c`",
    "`\n\n<script>",
    "`x` <!-- <script>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_markdown_obeys_no_name(name: str, binary: Run) -> None:
    markdown = pytest.importorskip("markdown_it", reason="needs markdown-it-py")
    schema = binary.bundle.schema
    columns = tuple(replace(column, name=name) if column.name == "home" else column for column in schema.columns)
    report = replace(full(binary.report), classes=(name, "good"), notes=(f"odd: {name}",))
    said = card.Said(replaced(SAID, summary=name), (RiskSpec(risk=name, owner=name, response=name),), Words())
    made = card.files(card.Told(report, replace(schema, columns=columns), "d", said))[card.README].decode()
    body = made.split("---\n", 2)[2]
    shown = markdown.MarkdownIt("commonmark").enable("table").render(body)
    reader = read(shown)
    assert not {"script", "img"} & reader.tags
    assert "<!--" not in shown
    assert '<a href="card.html">card.html</a>' in shown
    assert "<code>POST /predict</code>" in shown


def replaced(spec: CardSpec, **said: Any) -> CardSpec:
    return spec.model_copy(update=said)


def test_the_front_matter_leaves_out_what_is_not_defined(binary: Run) -> None:
    odd = (Score("f1", math.nan, math.nan, math.nan, 30), Score("log_loss", math.inf, 0.0, math.inf, 30))
    report = replace(binary.report, scores=(*binary.report.scores, *odd), doubt="")
    front = card.files(told(report, binary.bundle.schema))[card.README].decode().split("---\n", 2)[1]
    listed = yaml.safe_load(front)["model-index"][0]["results"][0]["metrics"]
    assert [one["type"] for one in listed] == [score.metric for score in binary.report.scores if score.slice is None]
    assert ".nan" not in front
    assert ".inf" not in front


@pytest.mark.parametrize(("language", "said"), [("en", "does not read `home`"), ("zh", "模型不读取 `home`")])
def test_a_column_whose_groups_are_decided_by_is_asked_for(
    language: speech.Language, said: str, tmp_path: Path
) -> None:
    made = making.train(
        tmp_path,
        making.table("binary", 400).drop("comment"),
        columns={"home": {"role": "slice"}},
        mitigation={"mitigation": "group_thresholds", "column": "home"},
        language=language,
    )
    assert made.bundle.group is not None
    readme = (made.bundle.folder / card.README).read_text(encoding="utf-8")
    opening, rest = readme.split("\n## ", 1)
    assert said in opening
    assert said in rest
    assert "| home | " in rest
    page = (made.bundle.folder / card.PAGE).read_text(encoding="utf-8")
    assert page.count("<code>home</code>") == 2


def test_a_figure_that_is_not_defined_is_a_dash(binary: Run) -> None:
    odd = Score("roc_auc", math.nan, math.nan, math.nan, 30, "home = own")
    report = replace(full(binary.report), scores=(*binary.report.scores, odd))
    assert "not defined" in page(report, binary.bundle.schema)


def test_a_report_in_doubt_says_so_first_and_draws_no_curve(binary: Run) -> None:
    doubted = replace(full(binary.report), doubt="nothing was learnt", notes=("nothing was learnt",))
    content = page(doubted, binary.bundle.schema)
    assert "<figure>" in page(full(binary.report), binary.bundle.schema)
    assert "<figure>" not in content
    assert content.index("Beware: nothing was learnt.") < content.index("Predicts")
    assert f"{binary.report.scores[0].value:.4f}?" in content


def test_a_card_without_evidence_is_short_and_says_what_is_not_said(binary: Run) -> None:
    report = replace(binary.report, comparisons=(), stress=(), importance=(), cost=None)
    bare = card.Told(report, binary.bundle.schema, "d")
    content = card.files(bare)[card.PAGE].decode()
    for head in ("How it holds up", "Why it answers so", "What it takes"):
        assert head not in content
    assert "Not said by whoever made it: Intended use, Not for, Licence, Contact" in content
    assert "The recipe names no risks" in content


def test_the_recipe_says_what_the_card_tells(tmp_path: Path) -> None:
    said: dict[str, Any] = {
        "language": "zh",
        "card": {"intended_use": "给客服人员使用", "licence": "proprietary", "limits": ["只有中文"]},
        "risks": [{"risk": "误判", "owner": "风控负责人"}],
        "columns": {"home": {"role": "slice"}},
    }
    made = making.train(tmp_path, making.table("binary", 400), **said)
    folder = made.bundle.folder
    for name in (card.README, card.PAGE):
        content = (folder / name).read_text(encoding="utf-8")
        for words in (
            "给客服人员使用",
            "proprietary",
            "只有中文",
            "误判",
            "风控负责人",
            "有多好",
            "与最简单的答案相比",
        ):
            assert words in content, (name, words)
    assert "<figure>" in (folder / card.PAGE).read_text(encoding="utf-8")
    assert json.loads((folder / "report.json").read_text())["name"] == "test"
    plain = making.train(tmp_path, making.table("binary", 400), **said | {"card": {"pictures": False}})
    assert "<figure>" not in (plain.bundle.folder / card.PAGE).read_text(encoding="utf-8")


def spoken() -> list[str]:
    """Every sentence that the card's files say in English."""
    found = []
    for file in sorted(Path(card.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = ast.unparse(node.func)
                if name in {"words", "told.words", "words.line", "told.words.line"}:
                    found.append(str(node.args[0].value))
    return found


def test_everything_that_the_card_says_has_chinese_words() -> None:
    assert len(spoken()) > 60
    assert [said for said in spoken() if said not in CHINESE] == []
    holes = {said: other for said, other in CHINESE.items() if said.count("{") != other.count("{")}
    assert holes == {}


def test_every_perturbation_has_chinese_words() -> None:
    assert [name for name in PERTURBATIONS.names if name not in CHINESE] == []


def test_every_metric_says_what_it_means_in_both_languages() -> None:
    for name in METRICS.names:
        assert metrics.meaning(name), name
        assert Words("zh")(metrics.meaning(name)) != metrics.meaning(name), name


def test_nothing_of_a_chinese_page_stays_english(binary: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is looked up is found: heads of tables, names of curves, verdicts, kinds, tasks, perturbations."""
    missed: set[str] = set()

    class Watched(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            if key and key not in self:
                missed.add(key)
            return super().get(key, default)

    monkeypatch.setattr(speech, "TABLES", {"en": {}, "zh": Watched(CHINESE)})
    page(full(binary.report), binary.bundle.schema, "zh")
    assert missed == set()


@pytest.mark.parametrize(
    ("note", "chinese"),
    [
        ("not defined: f1 on home = 父母家", "无法计算：f1 on home = 父母家"),
        (
            "'bad' is answered from a probability of 0.25 on: a missed one costs 3, a false alarm 1",
            "从概率 0.25 起回答“bad”：漏报的代价为 3，误报的代价为 1",
        ),
        ("12 of 480 texts of 'comment' are empty", "“comment”的 480 条文本中有 12 条为空"),
        ("something that nobody has put into Chinese", "something that nobody has put into Chinese"),
    ],
)
def test_ready_made_sentences_are_put_into_chinese(note: str, chinese: str) -> None:
    assert Words("zh").note(note) == chinese
    assert Words("en").note(note) == note


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_browser_reads_it_offline_without_a_word_in_its_log(
    language: speech.Language, width: int, binary: Run, tmp_path: Path
) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    file = tmp_path / card.PAGE
    file.write_text(page(full(binary.report), binary.bundle.schema, language), encoding="utf-8")
    words: list[str] = []
    with playwright.sync_playwright() as started:
        flags = ["--no-sandbox", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        shown = browser.new_page(viewport={"width": width, "height": 844})
        shown.on("console", lambda message: words.append(message.text))
        shown.on("pageerror", lambda error: words.append(str(error)))
        shown.on("request", lambda asked: words.append(asked.url) if asked.url.startswith("http") else None)
        shown.goto(file.as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        loaded = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
        assert shown.evaluate(loaded)
        assert shown.locator("figure").count() >= 6
        browser.close()
    assert words == []
