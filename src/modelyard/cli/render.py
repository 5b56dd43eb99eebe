"""`modelyard render`: a recipe with every default in its place."""

from modelyard.cli import show, words
from modelyard.cli.options import AsJson, Quiet, RecipeWord, Sets


def render(recipe: RecipeWord, set_: Sets = None, as_json: AsJson = False, quiet: Quiet = False) -> int:  # noqa: ARG001 - every verb takes it
    """Print a recipe with every default in its place, as YAML that is the same recipe."""
    from modelyard import filling
    from modelyard.assemble import assemble
    from modelyard.recipe import fill

    filled = filling.filled(assemble(words.recipe(recipe), set_ or ()))
    if as_json:
        show.json_object(filled)
    else:
        show.document(fill.to_yaml(filled))
    return 0
