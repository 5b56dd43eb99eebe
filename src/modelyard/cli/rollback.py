"""`modelyard rollback`: the champion goes back to what it was before."""

from dataclasses import asdict

from modelyard.cli import show, words
from modelyard.cli.options import AsJson, Home, NameWord, Who


def rollback(name: NameWord, by: Who = None, home: Home = None, as_json: AsJson = False) -> int:
    """Let the champion be the version that it was before its last move; servers follow within two seconds."""
    made = words.place(home).rollback(name, words.who(by))
    if as_json:
        show.json_object(asdict(made))
    else:
        show.line(f"{made.name} version {made.version} is the champion again", "bold")
    return 0
