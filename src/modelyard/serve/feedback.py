"""`/feedback`: the truth, once it is known, to a request that was answered before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import msgspec
from starlette.routing import Route

from modelyard.core.errors import DataError, ModelyardError, Problems
from modelyard.data import values
from modelyard.serve import media, wire
from modelyard.serve.exchanges import plain
from modelyard.serve.guard import SANE_ID, read_body

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from modelyard.release.bundle import Bundle
    from modelyard.serve.state import State

SHOWN = 50  # problems of one request that are told


class NoLogError(ModelyardError):
    """Nothing is kept here that a truth could be added to."""

    code = "no_log"
    http_status = 409


class Truth(msgspec.Struct, forbid_unknown_fields=True):
    """What came of a row of a request."""

    request_id: str
    truth: str | int | float | bool
    row: Annotated[int, msgspec.Meta(ge=0)] = 0


ONE = msgspec.json.Decoder(Truth)
MANY = msgspec.json.Decoder(list[Truth])


class Feedback:
    """`POST`: one truth or a list of them; they are kept in the log beside the answers."""

    def __init__(self, state: State) -> None:
        """Of these models."""
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the truths of one request: all of them or none."""
        deployment = self.state.deployment(scope["path_params"].get("name"), scope["path"])
        scope["modelyard.model"] = deployment.name
        body = await read_body(scope, receive, self.state.settings.limits)
        media.check(dict(scope["headers"]))
        log = self.state.log
        if log is None:
            raise NoLogError(
                "this server keeps no log", deployment.name, "serve with a yard, or name a folder with --log"
            )
        loop, bundle = asyncio.get_running_loop(), deployment.stable.bundle
        told = await loop.run_in_executor(self.state.pool, read, body, bundle, self.state.settings.limits.rows)

        def keep() -> None:
            for each in told:
                log.feedback(each.request_id, deployment.name, each.row, each.truth, scope.get("modelyard.key"))

        await loop.run_in_executor(self.state.pool, keep)
        answer = wire.encode({"accepted": len(told)})
        await wire.reply(send, answer, 202, [(b"content-type", b"application/json")])


def read(body: bytes, bundle: Bundle, most: int) -> list[Truth]:
    """Truths, each as the target has it.

    Raises:
        BadJsonError: the body is no JSON.
        DataError: one is no truth of this model; all that is wrong at once.
        TooLargeError: there are too many.
    """
    many = body.lstrip(plain.SPACE).startswith(b"[")
    if many:
        plain.check_rows(body, b"{", most)
    given = plain.decoded(MANY, body) if many else [plain.decoded(ONE, body)]
    found = Problems(DataError)
    for place, each in enumerate(given):
        where = f"[{place}]." if many else ""
        if not SANE_ID.fullmatch(each.request_id.encode()):
            found.add("is no request id", f"{where}request_id", "send the x-request-id that came with the answer")
        if each.row >= most:
            found.add(f"no request holds more than {most:,} rows", f"{where}row", "the first row is 0")
        try:
            each.truth = truth_of(each.truth, bundle)
        except ValueError as error:
            found.add(str(error), f"{where}truth", _allowed(bundle))
        if len(found.found) >= SHOWN:
            break
    found.raise_any()
    return given


def truth_of(said: object, bundle: Bundle) -> str | int | float | bool:
    """A truth as the target's column holds it.

    Raises:
        ValueError: it is none of the classes, or no finite number.
    """
    if not bundle.names:
        return values.number(said)
    numbered = bundle.schema.target.storage in {"integer", "float"}
    named = values.numeral(said) if numbered and not isinstance(said, bool) else values.level(said)
    if named not in bundle.names:
        raise ValueError("is no class of this model")
    return bundle.labels[bundle.names.index(named)]


def _allowed(bundle: Bundle) -> str:
    names = bundle.names[:20]
    return f"known: {', '.join(names)}" if names else "send a number"


def routes(state: State) -> list[Route]:
    """All paths."""
    feedback = Feedback(state)
    return [
        Route("/feedback", feedback, methods=["POST"]),
        Route("/models/{name}/feedback", feedback, methods=["POST"]),
    ]
