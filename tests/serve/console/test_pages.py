"""The console in a real browser: each page does what it is for, and nothing goes wrong on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from modelyard.serve import server
from modelyard.serve.access.settings import Access
from modelyard.serve.settings import Settings
from tests.serve.conftest import RECORD
from tests.serve.console.conftest import Screen
from tests.serve.releases import target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.release.yard import Yard
    from modelyard.run import Run

NARROW = {"viewport": {"width": 375, "height": 800}}
CHINESE = {"locale": "zh-CN", "color_scheme": "dark"}
ROUTES = [
    "models",
    "releases/house-price",
    "releases/house-price/1",
    "releases/%E9%A3%8E%E9%99%A9",
    "compare/house-price/1/2",
    "compare/%E9%A3%8E%E9%99%A9",
    "try/house-price",
    "try/%E9%A3%8E%E9%99%A9",
    "live",
]


def texts(page: Any, selector: str) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(selector).all_inner_texts()]


def test_models_are_shown_with_what_they_are(screen: Screen) -> None:
    page = screen.go("models")
    assert texts(page, ".model h2") == ["house-price", "风险"]
    house = page.locator(".model").first.inner_text()
    for told in ("A number", "Version 1", "champion", "answers now", "RMSE", "Ready", "Releases (2)"):
        assert told in house
    assert "The running bundle" in page.locator(".model").last.inner_text()


def test_a_release_is_looked_at_with_its_gates_and_its_card(screen: Screen, price: Run) -> None:
    page = screen.go("releases/house-price")
    assert texts(page, "tbody th") == ["Version 2", "Version 1"]
    page.get_by_role("link", name="Version 1").click()
    page.wait_for_selector("iframe")
    assert page.locator("h1").inner_text() == "house-price · Version 1"
    assert page.locator(".verdicts .passed").count() == 1
    figures = {row.split("\t")[0]: row.split("\t")[1] for row in page.locator(".figures tbody tr").all_inner_texts()}
    r2 = price.report.score("r2")
    assert r2 is not None
    assert figures["R²"] == f"{r2.value:.4f}"
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == "house-price"
    assert page.locator("iframe").get_attribute("sandbox") == "allow-same-origin"
    widest = page.evaluate("getComputedStyle(document.querySelector('iframe').contentDocument.body).maxWidth")
    assert widest != "none"  # its own style was put in
    link = frame.locator("nav a, a[href*='#']").last
    link.click()
    assert frame.locator("h1").inner_text() == "house-price"  # it stays the card, and is scrolled
    assert page.evaluate("document.querySelector('iframe').contentWindow.scrollY") > 0
    assert page.evaluate("document.querySelector('iframe').contentDocument.URL").startswith("about:srcdoc#")


def test_a_card_in_its_frame_runs_nothing(screen: Screen) -> None:
    evil = "<!doctype html><style>h1{color:red}</style><h1 onclick='top.x=1'>hi</h1><script>top.broken=1</script>"
    screen.page.route("**/card", lambda route: route.fulfill(body=evil, content_type="text/html"))
    page = screen.go("releases/house-price/1")
    page.frame_locator("iframe").locator("h1").click()
    assert page.evaluate("[window.broken, window.x]") == [None, None]
    assert page.evaluate("document.querySelector('iframe').contentDocument.scripts.length") == 0
    screen.wrong = [told for told in screen.wrong if "inline event handler" not in told and "sandboxed" not in told]


def test_two_releases_are_compared(screen: Screen, price: Run, dearer: tuple[Run, ...]) -> None:
    page = screen.go("compare/house-price/1/2")
    rmse = [run.report.score("rmse") for run in (price, dearer[0])]
    assert all(rmse)
    row = page.locator(".pairs tbody tr").first.inner_text()
    for score in rmse:
        assert score is not None
        assert f"{score.value:,.0f}" in row
    assert "Beware: the two were measured on different test rows" in page.locator(".note").inner_text()
    assert "Both were made from the same recipe" not in page.locator("main").inner_text()
    page.get_by_label("Release A").select_option("2")
    page.wait_for_url("**/compare/house-price/2/2")
    screen.settle()
    assert "Both were made from the same recipe" in page.locator("main").inner_text()


def test_intervals_that_do_not_overlap_are_marked(screen: Screen) -> None:
    def told(low: float, metric: str) -> dict[str, Any]:
        return {"metric": metric, "value": low + 0.05, "low": low, "high": low + 0.1, "rows": 90, "slice": None}

    def report(route: Any, low: float) -> None:
        higher = {"accuracy": True, "log_loss": False, "selection_rate": None, "f1": True}
        scores = [*(told(low, name) for name in list(higher)[:3]), told(0.5, "f1")]
        route.fulfill(
            json={"scores": scores, "higher_is_better": higher, "test_digest": "d", "disparities": [], "cost": None}
        )

    screen.page.route("**/releases/1/report", lambda route: report(route, 0.2))
    screen.page.route("**/releases/2/report", lambda route: report(route, 0.6))
    page = screen.go("compare/house-price/1/2")
    verdicts = [text.split("\t")[-1].split("\n")[-1] for text in page.locator(".pairs tbody tr").all_inner_texts()]
    assert verdicts[:4] == ["B is better", "A is better", "apart", "they overlap"]
    assert "Both were measured on the same test rows" in page.locator(".note").inner_text()


def test_a_prediction_is_tried_and_explained(screen: Screen, risk: Run) -> None:
    page = screen.go("try/%E9%A3%8E%E9%99%A9")
    assert page.get_by_label("开户").get_attribute("type") == "date"
    assert "Another value …" not in page.get_by_label("套餐").inner_text()  # its levels are closed
    filled = {"年龄": "41", "收入": "5200.5", "开户": "2024-05-01", "备注": "按时还款"}
    for name, value in filled.items():
        page.get_by_label(name, exact=False).first.fill(value)
    page.get_by_label("城市").first.select_option("上海")
    page.get_by_label("套餐").first.select_option("basic")
    page.get_by_label("vip").select_option("false")
    page.get_by_role("button", name="Explain").click()
    page.wait_for_selector(".reasons")
    expected = risk.bundle.predict(RECORD)["predictions"][0]
    assert page.locator(".said").inner_text() == expected["prediction"]
    shares = dict(zip(texts(page, ".share > span:first-child"), texts(page, ".share b"), strict=True))
    assert shares == {name: f"{100 * share:.1f}%" for name, share in expected["probabilities"].items()}
    columns = {text.split(" = ")[0] for text in texts(page, "[aria-label='What each column adds'] .what")}
    assert columns == set(RECORD)
    assert page.locator(".marked").inner_text() == RECORD["备注"]
    page.get_by_label("Method").select_option("counterfactual")
    page.get_by_role("button", name="Explain").click()
    page.wait_for_selector("text=Counterfactual >> visible=true")
    page.wait_for_function("!document.querySelector('.reasons')")


def test_what_is_wrong_with_a_record_stands_at_its_field(screen: Screen) -> None:
    page = screen.go("try/house-price")
    page.get_by_label("area").fill("large")
    page.get_by_role("button", name="Predict").click()
    page.wait_for_selector("[aria-invalid]")
    assert "expected a number" in page.locator(".field .wrong").first.inner_text()
    assert page.evaluate("document.activeElement.value") == "large"
    screen.wrong = [told for told in screen.wrong if "422" not in told]  # the browser's own note on the status


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_button_under_the_pointer_can_be_read(screen: Screen, scheme: str) -> None:
    page = screen.go("try/house-price")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours that are there at once
    for name in ("Predict", "Explain"):
        button = page.get_by_role("button", name=name)
        button.hover()
        shown = button.evaluate("one => { const s = getComputedStyle(one); return [s.color, s.backgroundColor]; }")
        assert _contrast(page, *shown) >= 4.5, (name, shown)


def _contrast(page: Any, *colours: str) -> float:
    """Of two colours as the browser tells them (WCAG 2.2, relative luminance)."""
    paint = """colour => { const c = document.createElement("canvas").getContext("2d"); c.fillStyle = colour;
        c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3); }"""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in page.evaluate(paint, colour)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True)))

    low, high = sorted(map(luminance, colours))
    return (high + 0.05) / (low + 0.05)


def test_live_figures_follow_the_traffic(screen: Screen) -> None:
    page = screen.go("live")
    page.wait_for_function("document.querySelector('.counts')")
    for _ in range(80):  # until a look lies between two requests
        httpx.post(f"{screen.url}/models/house-price/predict", json={"area": 100, "quarter": "south"})
        page.wait_for_timeout(200)
        if texts(page, ".tile dd")[0][:1].isdigit() and texts(page, ".tile dd")[0] != "0":
            break
    assert float(texts(page, ".tile dd")[0]) > 0
    assert re.fullmatch(r"[\d.,]+ ms", texts(page, ".tile dd")[1])
    page.locator(".counts th", has_text="house-price@2").wait_for()
    assert "canary" in page.locator(".counts th", has_text="house-price@2").inner_text()
    assert page.locator(".chart svg .line").count() >= 4
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Go on").get_attribute("aria-pressed") == "true"


def test_a_promotion_is_seen_without_loading_the_page_again(screen: Screen, yard: Yard) -> None:
    page = screen.go("models")
    house = page.locator(".model").first
    assert "Version 1" in house.inner_text()
    yard.promote("house-price")
    try:
        house.get_by_text("Version 2").wait_for()
    finally:
        yard.rollback("house-price")
    house.get_by_text("Version 1").wait_for()


def test_language_and_theme_are_switched_and_kept(screen: Screen) -> None:
    page = screen.go("try/house-price")
    page.get_by_label("area").fill("123")
    page.get_by_role("button", name="Predict").click()
    answer = page.locator(".said").inner_text()
    page.get_by_role("button", name="中文").click()
    page.wait_for_selector("h1:has-text('试用 house-price')")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator(".said").inner_text() == answer  # nothing is lost
    assert page.get_by_label("area").input_value() == "123"
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="深色").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.reload()
    screen.settle()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert "试用" in page.locator("h1").inner_text()


@pytest.mark.parametrize("screen", [CHINESE], indirect=True)
def test_a_chinese_browser_in_the_dark_is_met_as_such(screen: Screen) -> None:
    page = screen.go("models")
    assert page.locator("h1").inner_text() == "模型"
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "light dark"
    red, green, blue = map(
        int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
    )
    assert max(red, green, blue) < 60


@pytest.mark.parametrize("screen", [NARROW, NARROW | CHINESE], indirect=True)
@pytest.mark.parametrize("route", ROUTES)
def test_nothing_overflows_a_narrow_screen(screen: Screen, route: str) -> None:
    page = screen.go(route)
    if route.startswith("try"):
        page.locator(".foot button").nth(1).click()
        page.wait_for_selector(".reasons")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert screen.overflow == []


def test_it_is_used_by_keyboard_alone(screen: Screen) -> None:
    page = screen.go("models")
    press = page.keyboard.press
    press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Try it"
    press("Enter")
    page.wait_for_selector("h1:has-text('Try house-price')")
    assert page.evaluate("document.activeElement.tagName") == "H1"  # a screen reader hears the new page
    outlines = []
    for _ in range(30):
        press("Tab")
        outlines.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        if page.evaluate("document.activeElement.textContent") == "Predict":
            break
    assert set(outlines) == {"solid"} or set(outlines) == {"auto", "solid"}
    press("Enter")
    page.wait_for_selector(".said")
    assert page.locator("#told").inner_text().startswith("Answer: ")


@pytest.fixture
def locked(yard: Yard) -> Iterator[tuple[str, str]]:
    """The address of a server that asks for a key, and a token that may predict and no more."""
    _key, token = yard.keys.make("console", {"predict"}, None, None)
    settings = Settings(access=Access(home=str(yard.home)))
    with server.background({"house-price": target(yard)}, port=0, settings=settings) as url:
        yield url, token
    yard.keys.revoke("console")


def test_a_server_that_asks_for_a_key_gets_it(chromium: Any, locked: tuple[str, str]) -> None:
    url, token = locked
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 860})
    screen = Screen(context.new_page(), url)
    page = screen.page
    page.goto(f"{url}/console/#/releases/house-price/1")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "asks for an API key" in dialog.inner_text()
    dialog.get_by_label("Key").fill("my_" + "x" * 43)
    page.keyboard.press("Enter")
    dialog.get_by_text("does not take this key").wait_for()
    dialog.get_by_label("Key").fill(token)
    page.keyboard.press("Enter")
    page.frame_locator("iframe").locator("h1").wait_for()  # a card is read with the key too
    assert page.get_by_text("Open it alone").count() == 0  # a link would carry no key
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [1, 0]
    screen.go("try/house-price")
    page.get_by_role("button", name="Explain").click()
    page.get_by_text("This key may not do that").wait_for()
    assert page.locator(".said").inner_text()  # the answer itself is there
    page.get_by_role("button", name="API key in use").click()
    dialog.get_by_role("button", name="Forget it").click()
    dialog.get_by_text("asks for an API key").wait_for()
    assert page.evaluate("sessionStorage.length") == 0
    assert [told for told in screen.wrong if "401" not in told and "403" not in told] == []
    context.close()


def stub(screen: Screen, name: str) -> Any:
    """The first page of a server whose every word is this one."""
    model = {"name": name, "digest": name, "task": name, "classes": [name, name], "ready": True, "predict": "/x"}
    figure = {"metric": name, "value": 1, "low": None, "high": None}
    release = {"key": "1", "version": 1, "aliases": [name], "digest": name, "made": name, "role": "stable"}
    release |= {"readable": True, "verdicts": [], "model": name, "figures": [figure]}
    screen.page.route("**/models", lambda route: route.fulfill(json={"models": [model]}))
    screen.page.route("**/releases", lambda route: route.fulfill(json={"releases": [release]}))
    return screen.go("models")


def test_names_are_never_obeyed(screen: Screen) -> None:
    name = "<img src=x onerror=window.broken=1>"
    page = stub(screen, name)
    assert page.locator(".model h2").inner_text() == name
    assert page.locator("main img").count() == 0
    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize("screen", [NARROW, {}], indirect=True)
def test_long_names_stay_in_their_place(screen: Screen) -> None:
    stub(screen, "supercalifragilistic" * 8)
    assert screen.overflow == []
    screen.go("releases")
    assert screen.overflow == []
