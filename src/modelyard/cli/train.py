"""`modelyard train`: a recipe becomes a bundle and a report."""

import shlex
from dataclasses import asdict

from modelyard.cli import board, progress, show, unequal, words
from modelyard.cli.options import AsJson, Home, Quiet, RecipeWord, Sets


def train(
    recipe: RecipeWord, set_: Sets = None, home: Home = None, as_json: AsJson = False, quiet: Quiet = False
) -> int:
    """Train a recipe, measure it and pack a bundle."""
    with progress.shown(quiet=quiet):
        from modelyard import run

        made = run.train(words.recipe(recipe), set_ or (), home)
    if as_json:
        told = show.trained(made.bundle, made.report, made.leaderboard)
        show.json_object(told | {"alternatives": [asdict(line) for line in made.alternatives], "worth": made.worth})
        return 0
    board.leaderboard(made.leaderboard)
    show.report(made.report)
    unequal.tell(made.report)
    board.alternatives(made.alternatives, made.worth)
    show.line(f"bundle: {made.bundle.folder}")
    show.line(f"Next: modelyard release {shlex.quote(str(made.bundle.folder))}")
    return 0
