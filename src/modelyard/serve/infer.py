"""A bundle that answers requests: a body in, a body out."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from modelyard.core.blocks import UNSEEN_CODE, Block, Codes
from modelyard.core.errors import BundleError, DataError
from modelyard.core.types import Kind
from modelyard.serve.batching import Batches, Waiting
from modelyard.serve.exchange import Answered
from modelyard.serve.exchanges.native import Native
from modelyard.serve.wire import encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from modelyard.release.bundle import Bundle
    from modelyard.serve.exchange import Asked, Exchange
    from modelyard.serve.settings import Limits
    from modelyard.serve.telemetry import Telemetry

MANY = 32  # rows that tell what one row costs in a larger request
TRIES = 3
EARLY = 1 << 15  # bytes: a larger body is read where it is answered, off the event loop if that is there
LATE = 1.5  # patiences
NATIVE = Native()


class Served:
    """One bundle behind a path."""

    def __init__(self, name: str, bundle: Bundle, limits: Limits, telemetry: Telemetry) -> None:
        """Not ready before `warm_up`."""
        self.name, self.bundle, self.limits, self.telemetry = name, bundle, limits, telemetry
        self.ready = False
        self.asked = frozenset(column.name for column in bundle.schema.features)
        self.marks = [(b"x-modelyard-bundle", bundle.digest[:12].encode())]
        self.bytes_per_row = 1.0
        self.batches = Batches(self.work, bundle.workers, limits)

    def warm_up(self) -> None:
        """Answer the bundle's own example, learn what a row costs, and answer as many at once as ever will be.

        Raises:
            BundleError: it does not.
        """
        example = encode(self.bundle.example)
        try:
            records = NATIVE.read(self, example, {}).records
            once = self._seconds(records)
            cost = once if once > self.limits.patience else self._seconds(records * MANY) / MANY
            if any(column.kind is Kind.IMAGE for column in self.bundle.signature.features):
                cost = max(cost, LATE * self.limits.patience)  # a small file may be a large picture: in a thread, then
            self.batches.learn(cost)
            self._seconds(records * self.batches.most, 1)  # so that memory is taken before the first request
        except Exception as error:
            raise BundleError("does not answer its own example", self.name, "train again") from error
        self.bytes_per_row = float(len(example))
        self.ready = True

    async def reply(self, exchange: Exchange, body: bytes, headers: Mapping[bytes, bytes], pool: Executor) -> bytes:
        """The answer to a body, worked out with others of the moment, where it keeps no one waiting.

        Raises:
            BadJsonError, DataError, TooLargeError: as the exchange raises them; all that is wrong at once.
            OverloadedError: too much waits already.
        """
        loop = asyncio.get_running_loop()
        one = Waiting(exchange, body, headers, 0.0, loop.create_future())
        try:
            if len(body) <= EARLY:
                one.asked = exchange.read(self, body, headers)
                one.rows = len(one.asked.records)
            else:  # by its bytes, and by the most rows that it can hold
                one.rows = max(body.count(b"{"), len(body) / self.bytes_per_row)
            return await self.batches.ask(one, pool)
        except msgspec.ValidationError as error:
            raise await loop.run_in_executor(pool, exchange.explain, self, body, error) from None

    def answer(self, exchange: Exchange, body: bytes, headers: Mapping[bytes, bytes]) -> bytes:
        """The answer to a body by itself, here and now.

        Raises:
            ValidationError: it is not what the signature reads; `Exchange.explain` tells why.
            BadJsonError, DataError, TooLargeError: as the exchange raises them.
        """
        asked = exchange.read(self, body, headers)
        return exchange.write(self, asked, self._answered(asked.records))

    def work(self, batch: list[Waiting]) -> None:
        """Answer each request of a batch; what one is refused with is that one's alone."""
        asked: list[tuple[Waiting, Asked]] = []
        for one in batch:
            try:
                asked.append((one, one.asked or one.exchange.read(self, one.body, one.headers)))
            except Exception as error:  # noqa: BLE001 - whatever it is, that request hears it
                one.error = error
        self._answer(asked)

    def _answer(self, asked: list[tuple[Waiting, Asked]]) -> None:
        try:
            answered = self._answered([record for _, each in asked for record in each.records])
        except Exception as error:  # noqa: BLE001 - whatever it is, the request at fault hears it
            self._find_fault(asked, error)
            return
        start = 0
        for one, each in asked:
            end = start + len(each.records)
            try:
                one.answer = one.exchange.write(self, each, _part(answered, start, end))
            except Exception as error:  # noqa: BLE001 - as above
                one.error = error
            start = end

    def _find_fault(self, asked: list[tuple[Waiting, Asked]], error: Exception) -> None:
        """Whose rows are refused; the others are answered."""
        if len(asked) == 1:
            asked[0][0].error = error
            return
        good: list[tuple[Waiting, Asked]] = []
        for one, each in asked:
            try:
                self.bundle.signature.columns(each.records)
                good.append((one, each))
            except DataError as own:
                one.error = own
        if len(good) < len(asked):
            self._answer(good)
            return
        for single in asked:
            self._answer([single])

    def _answered(self, records: list[object]) -> Answered:
        if not records:
            return Answered(np.empty((0, len(self.bundle.names or self.bundle.numbers)), dtype=np.float32))
        columns = self.bundle.signature.columns(records)
        inputs = self.bundle.features(columns)
        answered = Answered(self.bundle.run(inputs), self.bundle.groups(columns))
        self._count(inputs, len(records))
        return answered

    def _count(self, inputs: dict[str, Block], rows: int) -> None:
        self.telemetry.predicted(self.name, rows)
        for column, block in inputs.items():
            known = column in self.asked  # what steps make of columns is nobody's to send
            if known and isinstance(block, Codes) and (values := block.codes.tolist().count(UNSEEN_CODE)):
                self.telemetry.unseen(self.name, column, values)

    def _seconds(self, records: list[object], tries: int = TRIES) -> float:
        """How long rows take: the best of a few tries."""
        taken = []
        for _ in range(tries):
            started = time.perf_counter()
            columns = self.bundle.signature.columns(records)
            encode(self.bundle.records(self.bundle.ask(columns), self.bundle.groups(columns)))
            taken.append(time.perf_counter() - started)
        return min(taken)


def _part(answered: Answered, start: int, end: int) -> Answered:
    """The answers to one request's rows."""
    if end - start == len(answered.outputs):
        return answered
    groups = None if answered.groups is None else answered.groups[start:end]
    return Answered(answered.outputs[start:end], groups)
