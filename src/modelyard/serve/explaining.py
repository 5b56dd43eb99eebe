"""`/explain`: why a model answers so, by the explainers that work offline, with an end to the work."""

from __future__ import annotations

import asyncio
import copy
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.routing import Route

from modelyard.core.errors import DataError, Problems, UsageError, nearest
from modelyard.serve import media, wire
from modelyard.serve.exchanges import plain
from modelyard.serve.guard import read_body

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from modelyard.core.types import Floats
    from modelyard.release.bundle import Bundle
    from modelyard.serve.infer import Served
    from modelyard.serve.settings import Explaining
    from modelyard.serve.state import State

METHODS = ("shapley", "lime", "counterfactual")  # of those that there are, what a bundle alone can do
COSTLY = ("permutations", "exact", "samples", "pieces", "beam")  # settings that decide how much work it is
MOST = 100  # settings, and columns that one names
NOTHING = msgspec.Raw()


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """A request: one `record`, or `records`."""

    record: msgspec.Raw = NOTHING
    records: msgspec.Raw = NOTHING
    method: str = "shapley"
    of: str | int | float | bool | None = None
    settings: dict[str, Any] = {}


QUESTION = msgspec.json.Decoder(Question)
ANY = msgspec.json.Decoder()


class Late(Exception):  # noqa: N818 - no error of anyone's: the time is up
    """The work has taken as long as it may."""


class Explain:
    """`POST`: rows in, reasons out, worked out in threads of their own."""

    def __init__(self, state: State) -> None:
        """Of these models."""
        self.state, self.limits = state, state.settings.explaining
        self.pool = ThreadPoolExecutor(self.limits.workers, thread_name_prefix="modelyard-explain")
        self.under_way = 0
        self.body = replace(state.settings.limits, body=min(self.limits.body, state.settings.limits.body))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        deployment = self.state.deployment(scope["path_params"].get("name"), scope["path"])
        scope["modelyard.model"] = deployment.name
        body = await read_body(scope, receive, self.body)
        served = deployment.choose(scope)
        if not served.ready:
            raise wire.NotReadyError("is warming up", served.name, "ask /readyz, and come back")
        media.check(dict(scope["headers"]))
        answer = await self.worked_out(served, body)
        await wire.reply(send, answer, 200, [(b"content-type", b"application/json"), *served.marks])

    async def worked_out(self, served: Served, body: bytes) -> bytes:
        """The answer to a body.

        Raises:
            BadJsonError, DataError, UsageError: what is wrong with the question.
            BusyError: as many are under way as may be.
            LateError: it took too long.
        """
        if self.under_way >= self.limits.under_way:
            problem = f"{self.under_way} explanations are under way"
            raise wire.BusyError(problem, served.name, "come back in a second")
        self.under_way += 1
        end = time.monotonic() + self.limits.seconds
        work = asyncio.get_running_loop().run_in_executor(self.pool, answer, served, body, self.limits, end)
        work.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(work), self.limits.seconds)
        except (TimeoutError, Late):
            problem = f"took longer than {self.limits.seconds:g} seconds"
            raise wire.LateError(problem, served.name, "ask for fewer rows, or with smaller settings") from None

    def _done(self, work: asyncio.Future[bytes]) -> None:
        """The place is free once the thread is."""
        self.under_way -= 1
        if not work.cancelled():
            work.exception()  # looked at, though its client may have left


def answer(served: Served, body: bytes, limits: Explaining, end: float) -> bytes:
    """A question's answer, as the command line gives it.

    Raises:
        BadJsonError, DataError, UsageError: what is wrong with the question.
        Late: the time is up.
    """
    from modelyard.release import explained

    asked = plain.decoded(QUESTION, body)
    _check(asked, limits)
    single, rows = _rows(asked, limits)
    bundle = bounded(served.bundle, end)
    told = bundle.explain(rows, asked.method, of=asked.of, **asked.settings)
    return wire.encode(explained.of_one(bundle, told) if single else explained.of_many(bundle, told, each=True))


def bounded(bundle: Bundle, end: float) -> Bundle:
    """The same bundle, which answers until the time is up, and on one core."""
    _ = bundle.summaries, bundle.ways, bundle.signature  # read once, and by every copy
    limited = copy.copy(bundle)
    limited.workers = 1

    def batch(inputs: dict[str, Any]) -> Floats:
        if time.monotonic() > end:
            raise Late
        return bundle.batch(inputs)

    limited.batch = batch  # type: ignore[method-assign] # a copy of its own
    return limited


def _check(asked: Question, limits: Explaining) -> None:
    """The method is one of ours, and its settings cost no more than they may.

    Raises:
        UsageError: they do not; all that is wrong at once.
    """
    from modelyard.release import explaining

    if asked.method not in METHODS:
        raise UsageError("no such method", "method", nearest(asked.method[: plain.SHOWN], METHODS))
    if isinstance(asked.of, str) and len(asked.of) > plain.SHOWN:
        raise UsageError("no such class", "of")
    if _long(asked.settings):
        raise UsageError(f"holds more than {MOST} names or values", "settings", "name fewer")
    explainer = explaining.built(asked.method, {name[: plain.SHOWN]: said for name, said in asked.settings.items()})
    found = Problems(UsageError)
    for name in COSTLY:
        said, most = getattr(explainer, name, None), getattr(limits, name)
        if said is not None and said > most:
            found.add(f"is more than {most:,}", f"settings.{name}", f"at most {most:,} over HTTP")
    found.raise_any()


def _long(settings: dict[str, Any]) -> bool:
    """Whether settings hold more, or longer names, than any explainer takes."""
    parts = [settings, *(said for said in settings.values() if isinstance(said, (list, dict)))]
    names = [word for part in parts for word in part if isinstance(word, str)]
    return any(len(part) > MOST for part in parts) or any(len(name) > plain.SHOWN for name in names)


def _rows(asked: Question, limits: Explaining) -> tuple[bool, list[Any]]:
    """Whether it is one record alone, and the records."""
    if bool(bytes(asked.record)) == bool(bytes(asked.records)):
        raise DataError("holds no rows, or both of record and records", "body", 'send {"record": {column: value, ...}}')
    if bytes(asked.record):
        given = plain.decoded(ANY, asked.record, "record")
        if not isinstance(given, dict):
            raise DataError("expected an object", "record", "a record is {column: value, ...}")
        return True, [given]
    given = plain.decoded(ANY, asked.records, "records")
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise DataError("expected a list of objects", "records", "a record is {column: value, ...}")
    if not given:
        raise DataError("there are no rows to explain", "records")
    plain.within(len(given), limits.rows)
    return False, given


def routes(state: State) -> list[Route]:
    """All paths."""
    explain = Explain(state)
    return [
        Route("/explain", explain, methods=["POST"]),
        Route("/models/{name}/explain", explain, methods=["POST"]),
    ]
