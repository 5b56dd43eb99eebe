"""A server with a model of a yard's releases and one of a folder, and a browser that looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.report import Verdict
from modelyard.release.yard import Yard
from modelyard.serve import server
from modelyard.serve.settings import Canary, Settings, Traffic
from tests.serve.releases import target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.run import Run

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-background-networking"]
GATE = Verdict("at_least", passed=True, reason="r2 is 0.99 (...)", value=0.99, bound=0.9, low=0.98, high=1.0)


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory, price: Run, dearer: tuple[Run, ...]) -> Yard:
    """Two releases of `house-price`: the champion and the challenger."""
    made = Yard(tmp_path_factory.mktemp("console") / "yard")
    made.offer(price.bundle, (GATE,))
    made.offer(dearer[0].bundle, (GATE,), "challenger")
    return made


@pytest.fixture(scope="session")
def served(yard: Yard, risk: Run) -> Iterator[str]:
    """The address of a server of `house-price` (two releases of a yard) and of 风险 (a folder)."""
    settings = Settings(traffic=Traffic((Canary("challenger", 0.5, "house-price"),)))
    with server.background({"house-price": target(yard), "风险": risk.bundle}, port=0, settings=settings) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser without a window. While it is there an event loop runs in this thread, so it ends with its module."""
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install modelyard[dev]")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Screen:
    """A page of the console, and all that went wrong on it: words in its log, and requests to anyone else."""

    page: Any
    url: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda asked: self.wrong.append(asked.url) if self._is_strange(asked.url) else None)

    def _is_strange(self, url: str) -> bool:
        return not url.startswith((self.url, "data:", "about:srcdoc"))

    def go(self, route: str) -> Any:
        """Open a page by its route, and wait until it is drawn."""
        self.page.goto(f"{self.url}/console/#/{route}")
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_selector("main:not([aria-busy]) h1")

    @property
    def overflow(self) -> list[str]:
        """What reaches over the edge of the page, or has text that reaches over its own."""
        found: list[str] = self.page.evaluate(OVERFLOW)
        return found


OVERFLOW = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const let_be = ".scroll, .diff, pre, svg, .unseen, .skip, dialog, iframe, textarea";
  if (each.closest(let_be) || !each.getClientRects().length) return false;
  const { left, right, width } = each.getBoundingClientRect();
  const clipped = getComputedStyle(each).clipPath !== "none";
  return !clipped && width > 0 && (left < -0.5 || right > document.documentElement.clientWidth + 0.5);
}).map((each) => each.outerHTML.slice(0, 160))"""


@pytest.fixture
def screen(chromium: Any, served: str, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A fresh page, in English and light where the test says nothing else."""
    said = {"locale": "en-GB", "color_scheme": "light", "viewport": {"width": 1280, "height": 860}}
    context = chromium.new_context(**said | getattr(request, "param", {}))
    made = Screen(context.new_page(), served)
    yield made
    context.close()
    assert made.wrong == []
