"""`modelyard demo`: two recipes on real data, from rows to answers over HTTP."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelyard.cli import asking, show
from modelyard.cli.options import AsJson, Home, Port, Quiet
from modelyard.cli.serve import served
from modelyard.cli.ship import ship
from modelyard.core.errors import UsageError

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle

HOST = "127.0.0.1"
DAY = 86_400  # seconds
# What each model is asked; where nothing is said, its bundle's own example.
QUESTIONS: dict[str, Any] = {
    "customer-risk": None,
    "review-sentiment": [
        {"review": "The best coffee I have had in years: rich and smooth. I will buy it again and again."},
        {"review": "Stale and bitter, and half of it was broken. I threw it away and want my money back."},
    ],
}
BRIEFLY = ("compare=[]",)  # whether another model would do as well takes minutes to tell
Once = Annotated[bool, typer.Option("--once", metavar="", help="End after the answers instead of going on serving.")]
Recipes = Annotated[
    Path, typer.Option(metavar="DIR", help="Where the two recipes are: the folder 'recipes' of a checkout.")
]


def demo(
    once: Once = False,
    port: Port = 8080,
    recipes: Recipes = Path("recipes"),
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Train two models on real data, pass their gates, release and serve them, and ask each for an answer."""
    from modelyard.serve import server

    paths = _paths(recipes)
    server.check_place(HOST, port)
    shipped = {}
    for name, path in paths.items():
        shipped[name] = ship(path, BRIEFLY, home, as_json=as_json, quiet=quiet)
        if not as_json:
            show.line("")
    bundles = {name: one.bundle for name, one in shipped.items()}
    targets = {name: one.target for name, one in shipped.items()}
    with server.background(targets, host=HOST, port=port) as url:
        answers = {name: _ask(url, bundle, QUESTIONS[name]) for name, bundle in bundles.items()}
        if as_json:
            show.json_object({"url": url, "models": [{**shipped[name].told, **answers[name]} for name in bundles]})
        else:
            for name in bundles:
                _told(name, answers[name])
        if not once:
            if not as_json:
                served(targets, url)
            show.flush()
            _wait_for_ctrl_c()
    return 0


def _paths(folder: Path) -> dict[str, Path]:
    """The recipes by name.

    Raises:
        UsageError: they are not there.
    """
    paths = {name: folder / f"{name}.yaml" for name in QUESTIONS}
    missing = [path.name for path in paths.values() if not path.is_file()]
    if missing:
        hint = "run it at the top of a checkout of Modelyard, or name the folder: --recipes DIR"
        raise UsageError(f"has no {' and no '.join(missing)}", str(folder), hint)
    return paths


def _ask(url: str, bundle: "Bundle", question: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """What a model is asked over HTTP, and what it answers."""
    from modelyard.serve.openapi import path_of

    asked = bundle.example if question is None else question
    return {"asked": asked, "answered": asking.post(f"{url}{path_of(bundle.name)}", asked)}


def _told(name: str, exchange: dict[str, Any]) -> None:
    asked, answered = exchange["asked"], exchange["answered"]
    show.line(f"{name} was asked over HTTP:", "bold")
    pairs = [(asked, answered)] if isinstance(asked, dict) else zip(asked, answered["predictions"], strict=True)
    for question, answer in pairs:
        shares = ", ".join(f"{level} {share:.2f}" for level, share in answer["probabilities"].items())
        show.indented(json.dumps(question, ensure_ascii=False))
        show.indented(f"-> {answer['prediction']} ({shares})", "green")


def _wait_for_ctrl_c() -> None:
    """Sleep until KeyboardInterrupt; a sleep hears it also where polars has put its own handler before Python's."""
    while True:
        time.sleep(DAY)
