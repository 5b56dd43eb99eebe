"""A bundle that answers requests: a body in, a body out."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from modelyard.core.blocks import UNSEEN_CODE, Block, Codes
from modelyard.core.errors import BundleError
from modelyard.serve.exchange import Answered
from modelyard.serve.exchanges.native import Native
from modelyard.serve.wire import encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from modelyard.release.bundle import Bundle
    from modelyard.serve.exchange import Exchange
    from modelyard.serve.settings import Limits
    from modelyard.serve.telemetry import Telemetry

MANY = 32  # rows that tell what one row costs in a larger request
TRIES = 3
NATIVE = Native()


class Served:
    """One bundle behind a path."""

    def __init__(self, name: str, bundle: Bundle, limits: Limits, telemetry: Telemetry) -> None:
        """Not ready before `warm_up`."""
        self.name, self.bundle, self.limits, self.telemetry = name, bundle, limits, telemetry
        self.ready = False
        self.marks = [(b"x-modelyard-bundle", bundle.digest[:12].encode())]
        self.seconds_per_row = self.bytes_per_row = 0.0

    def warm_up(self) -> None:
        """Answer the bundle's own example, and learn what a row costs.

        Raises:
            BundleError: it does not.
        """
        example = encode(self.bundle.example)
        try:
            once = self._seconds(example, 1)
            self.seconds_per_row = once if once > self.limits.patience else self._seconds(example, MANY) / MANY
        except Exception as error:
            raise BundleError("does not answer its own example", self.name, "train again") from error
        self.bytes_per_row = float(len(example))
        self.ready = True

    def is_quick(self, body: bytes) -> bool:
        """Whether a request is done within the patience, by its bytes and by the most rows that it can hold."""
        rows = max(body.count(b"{"), len(body) / self.bytes_per_row)
        return rows * self.seconds_per_row <= self.limits.patience

    async def reply(self, exchange: Exchange, body: bytes, headers: Mapping[bytes, bytes], pool: Executor) -> bytes:
        """The answer to a body, worked out where it keeps no one waiting.

        Raises:
            BadJsonError, DataError, TooLargeError: as the exchange raises them; all that is wrong at once.
        """
        loop = asyncio.get_running_loop()
        try:
            if self.is_quick(body):
                return self.answer(exchange, body, headers)
            return await loop.run_in_executor(pool, self.answer, exchange, body, headers)
        except msgspec.ValidationError as error:
            raise await loop.run_in_executor(pool, exchange.explain, self, body, error) from None

    def answer(self, exchange: Exchange, body: bytes, headers: Mapping[bytes, bytes]) -> bytes:
        """A body in, a body out.

        Raises:
            ValidationError: it is not what the signature reads; `Exchange.explain` tells why.
            BadJsonError, DataError, TooLargeError: as the exchange raises them.
        """
        asked = exchange.read(self, body, headers)
        if not asked.records:
            width = len(self.bundle.names or self.bundle.numbers)
            return exchange.write(self, asked, Answered(np.empty((0, width), dtype=np.float32)))
        columns = self.bundle.signature.columns(asked.records)
        inputs = self.bundle.features(columns)
        answered = Answered(self.bundle.run(inputs), self.bundle.groups(columns))
        self._count(inputs, len(asked.records))
        return exchange.write(self, asked, answered)

    def _count(self, inputs: dict[str, Block], rows: int) -> None:
        self.telemetry.predicted(self.name, rows)
        for column, block in inputs.items():
            if isinstance(block, Codes) and (values := block.codes.tolist().count(UNSEEN_CODE)):
                self.telemetry.unseen(self.name, column, values)

    def _seconds(self, example: bytes, rows: int) -> float:
        """How long so many rows take: the best of a few tries."""
        taken = []
        for _ in range(TRIES):
            started = time.perf_counter()
            records = NATIVE.read(self, example, {}).records
            columns = self.bundle.signature.columns(records * rows)
            encode(self.bundle.records(self.bundle.ask(columns), self.bundle.groups(columns)))
            taken.append(time.perf_counter() - started)
        return min(taken)
