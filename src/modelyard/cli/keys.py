"""`modelyard keys`: who may ask a server."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelyard.cli import show, words
from modelyard.cli.options import AsJson, Home, Quiet, Who
from modelyard.core.errors import UsageError

if TYPE_CHECKING:
    from modelyard.release.keys import Key, Keys


class Action(StrEnum):
    """What is done with keys."""

    MAKE = "make"
    LIST = "list"
    REVOKE = "revoke"


Act = Annotated[Action, typer.Argument(metavar="make|list|revoke", help="What to do.", show_default=False)]
Whose = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="Whose key it is; to revoke one, its number does too.", show_default=False),
]
Scopes = Annotated[str, typer.Option(metavar="A,B", help="What it opens: some of predict, explain, feedback, admin.")]
Expires = Annotated[
    str | None, typer.Option(metavar="AGE", help="When it ends, such as 90d; never if not said.", show_default=False)
]
Rate = Annotated[
    float | None, typer.Option(metavar="N", help="Requests a second; no limit if not said.", show_default=False)
]


def keys(  # noqa: PLR0913, PLR0917 - the words of a call
    action: Act,
    name: Whose = None,
    scopes: Scopes = "predict",
    expires: Expires = None,
    rate: Rate = None,
    by: Who = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Make a key for a server's clients, show all there are, or revoke one."""
    known = words.place(home).keys
    if action is Action.LIST:
        return _list(known, as_json=as_json)
    if name is None:
        raise UsageError("a name is missing", f"keys {action}", f"such as: modelyard keys {action} billing")
    if action is Action.REVOKE:
        ended = known.revoke(name, words.who(by))
        return _say(ended, f"revoked key {ended.number}, {ended.name}", as_json=as_json)
    until = None if expires is None else _until(expires)
    allowed = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    key, token = known.make(name, allowed, until, rate, words.who(by))
    if as_json:
        show.json_object({**_plain(key), "token": token})
        return 0
    show.line(token)  # alone on standard output, so that it can be piped into a vault
    if not quiet:
        show.note(show.err(), "this is shown once and kept nowhere; clients send it as: Authorization: Bearer TOKEN")
    return 0


def _list(known: "Keys", *, as_json: bool) -> int:
    every = known.list()
    if as_json:
        show.json_object({"keys": [_plain(key) for key in every]})
        return 0
    rows = []
    for key in every:
        state = "revoked" if key.revoked else "valid" if key.lives() else "expired"
        rate = "-" if key.rate is None else f"{key.rate:g}/s"
        rows.append(
            (str(key.number), key.name, ", ".join(sorted(key.scopes)), state, key.expires or "-", rate, key.made)
        )
    show.table(rows, "number", "name", "opens", "is", "ends", "rate", "made")
    return 0


def _say(key: "Key", told: str, *, as_json: bool) -> int:
    if as_json:
        show.json_object(_plain(key))
    else:
        show.line(told, "bold")
    return 0


def _until(word: str) -> datetime:
    days = words.days(word, "--expires")
    try:
        return datetime.now(UTC) + timedelta(days=days)
    except OverflowError as error:
        raise UsageError("is after the end of time", "--expires", "such as 90d") from error


def _plain(key: "Key") -> dict[str, Any]:
    return {**asdict(key), "scopes": sorted(key.scopes), "valid": key.lives()}
