"""`modelyard schema`: the JSON Schema of recipes."""

import json

from modelyard.cli import show
from modelyard.cli.options import AsJson, Quiet


def schema(as_json: AsJson = False, quiet: Quiet = False) -> int:  # noqa: ARG001 - every verb takes it
    """Print the JSON Schema of recipes, every part and its settings included, for editors."""
    from modelyard.editors import json_schema

    if as_json:
        show.json_object(json_schema())
    else:
        show.document(json.dumps(json_schema(), indent=2) + "\n")
    return 0
