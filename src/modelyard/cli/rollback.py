"""`modelyard rollback`: the champion goes back to what it was before."""

from dataclasses import asdict

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, NameWord, Quiet, Who


def rollback(name: NameWord, by: Who = None, home: Home = None, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Let the champion be the version that it was before its last move; servers follow within two seconds."""
    with progress.shown(quiet=quiet):
        made = words.place(home).rollback(name, words.who(by))
    if as_json:
        show.json_object(asdict(made))
    else:
        show.line(f"{made.name} version {made.version} is the champion again", "bold")
    return 0
