"""`modelyard prepare`: a recipe's rows, read, checked, mended, split and encoded, kept for the trainings to come."""

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, Quiet, RecipeWord, Sets


def prepare(
    recipe: RecipeWord, set_: Sets = None, home: Home = None, as_json: AsJson = False, quiet: Quiet = False
) -> int:
    """Read, check, split and encode a recipe's rows once, so that its trainings begin at once."""
    with progress.shown(quiet=quiet):
        from modelyard import run

        ready = run.prepare(words.recipe(recipe), set_ or (), home)
    if as_json:
        show.json_object({"rows": dict(ready.rows), "columns": list(ready.columns), "folder": str(ready.folder)})
        return 0
    show.line("rows: " + ", ".join(f"{count:,} in {part}" for part, count in ready.rows.items()))
    show.line(f"columns: {len(ready.columns)}")
    show.line(f"kept in: {ready.folder}")
    return 0
