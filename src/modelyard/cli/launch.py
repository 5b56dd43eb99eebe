"""`modelyard launch`: train, gate, release, serve."""

import signal

from modelyard.cli import show, words
from modelyard.cli.options import AsJson, Home, Host, Port, Quiet, RecipeWord, Sets
from modelyard.cli.serve import served
from modelyard.cli.ship import ship


def launch(
    recipe: RecipeWord,
    set_: Sets = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Train a recipe, run its gates, release the bundle and serve it: all in one."""
    from modelyard.serve import server

    path = words.recipe(recipe)
    server.check_place(host, port)
    shipped = ship(path, set_ or (), home, as_json=as_json, quiet=quiet)
    bundles = {shipped.bundle.name: shipped.bundle}

    def ready(url: str) -> None:
        if as_json:
            show.json_object({**shipped.told, "url": url})
        else:
            served(bundles, url)
        show.flush()

    if server.serve(bundles, host=host, port=port, ready=ready) == signal.SIGINT:
        raise KeyboardInterrupt
    return 0
