"""`modelyard launch`: train, gate, release, serve."""

import signal
from dataclasses import replace

from modelyard.cli import show, words
from modelyard.cli.options import AsJson, Home, Host, Port, Quiet, RecipeWord, Sets
from modelyard.cli.reach import Reach, reached
from modelyard.cli.serve import served
from modelyard.cli.ship import ship


@reached
def launch(  # noqa: PLR0913 - each is an option of the command line
    recipe: RecipeWord,
    set_: Sets = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    *,
    reach: Reach,
) -> int:
    """Train a recipe, run its gates, release the bundle and serve it: all in one."""
    from modelyard.release import yard
    from modelyard.serve import server
    from modelyard.serve.settings import Logging

    path = words.recipe(recipe)
    settings = reach.settings(str(home or yard.home_of(path.parent)))
    server.check_place(host, port, settings)
    shipped = ship(path, set_ or (), home, as_json=as_json, quiet=quiet)
    targets = {shipped.target.name: shipped.target}
    settings = replace(settings, logging=Logging(shipped.target.home))

    def ready(url: str) -> None:
        if as_json:
            show.json_object({**shipped.told, "url": url})
        else:
            served(targets, url)
        show.flush()

    if server.serve(targets, host=host, port=port, ready=ready, settings=settings) == signal.SIGINT:
        raise KeyboardInterrupt
    return 0
