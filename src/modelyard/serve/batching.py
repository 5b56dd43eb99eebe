"""Requests of one moment answered together: one run of a graph for many rows costs little more than for one.

No request waits for others to come. What has come by the time that the event loop turns is answered at once; only
while long work is under way do further long requests wait, and they are the next batch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modelyard.serve.exchange import Asked, Exchange
from modelyard.serve.wire import OverloadedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from modelyard.serve.settings import Limits

SPAN = 0.05  # seconds that a batch of several requests may take: longer ones gain little, and the last one waits


@dataclass(slots=True, eq=False)
class Waiting:
    """One request: at most so many `rows`, `asked` once it was read. Work fills in `answer` or `error`."""

    exchange: Exchange
    body: bytes
    headers: Mapping[bytes, bytes]
    rows: float
    done: asyncio.Future[bytes]
    asked: Asked | None = None
    answer: bytes = b""
    error: Exception | None = None


class Line:
    """Requests one behind the other, and the rows that they hold."""

    def __init__(self) -> None:
        """Nobody waits."""
        self.waiting: deque[Waiting] = deque()
        self.rows = 0.0

    def __len__(self) -> int:
        """How many wait."""
        return len(self.waiting)

    def add(self, one: Waiting) -> None:
        """Behind all others."""
        self.waiting.append(one)
        self.rows += one.rows

    def take(self, most: float) -> list[Waiting]:
        """The first of them: one, and as many more as `most` rows allow. Who gave up is left out."""
        batch: list[Waiting] = []
        room = most
        while self.waiting and (not batch or self.waiting[0].rows <= room):
            one = self.waiting.popleft()
            self.rows -= one.rows
            if not one.done.done():
                batch.append(one)
                room -= one.rows
        if not self.waiting:
            self.rows = 0.0  # rather than what sums of fractions leave
        return batch


class Batches:
    """What waits for one bundle. A request that is short by itself is never kept waiting by long ones."""

    def __init__(self, work: Callable[[list[Waiting]], None], lanes: int, limits: Limits) -> None:
        """`work` answers a batch; at most `lanes` batches are under way in threads at once."""
        self.work, self.lanes, self.limits = work, lanes, limits
        self.seconds_per_row = 0.0
        self.most = limits.batch  # rows of several requests that are answered at once
        self._loop: asyncio.AbstractEventLoop | None = None
        self._short, self._long = Line(), Line()
        self._due = False
        self.busy = 0

    def learn(self, seconds_per_row: float) -> None:
        """What a row costs, and so how many a batch may hold."""
        self.seconds_per_row = seconds_per_row
        self.most = max(1, min(self.limits.batch, int(SPAN / seconds_per_row)))

    def is_quick(self, rows: float) -> bool:
        """Whether so many rows are answered within the patience."""
        return rows * self.seconds_per_row <= self.limits.patience

    async def ask(self, one: Waiting, pool: Executor) -> bytes:
        """The answer to a request.

        Raises:
            OverloadedError: more work waits than would be done in time.
            Exception: what its own rows are refused with, never another's.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # the one before has ended, and took along what waited
            self._forget(loop)
        line = self._short if self.is_quick(one.rows) else self._long
        if line:
            self._admit()
        line.add(one)
        if not self._due:
            self._due = True
            loop.call_soon(self._flush, pool)
        return await one.done

    def _admit(self) -> None:
        """Refuse what would wait for too long, rather than let all wait."""
        seconds = (self._short.rows + self._long.rows) * self.seconds_per_row / self.lanes
        if seconds > self.limits.wait or len(self._short) + len(self._long) >= self.limits.queue:
            raise OverloadedError(
                "has more to answer than it can", "", "ask again in a few seconds, or start more workers"
            )

    def _flush(self, pool: Executor) -> None:
        """Begin all that can begin: long work in a thread of its own, short work here."""
        self._due = False
        while self._long and self.busy < self.lanes:
            self._begin(self._long.take(self.most), pool)
        while self._short and self.busy < self.lanes and not self.is_quick(self._short.rows):
            self._begin(self._short.take(self.most), pool)
        if self._short:
            batch = self._short.take(min(self.most, self.limits.patience / max(self.seconds_per_row, 1e-9)))
            failure: Exception | None = None
            try:
                self.work(batch)
            except Exception as error:  # noqa: BLE001 - nobody may wait for ever
                failure = error
            _settle(batch, failure)
        if self._short and not self._due:  # others come first: the loop reads what has come meanwhile
            self._due = True
            asyncio.get_running_loop().call_soon(self._flush, pool)

    def _begin(self, batch: list[Waiting], pool: Executor) -> None:
        """Answer a batch in a thread, and the next one after it."""
        if batch:
            self.busy += 1
            under_way = asyncio.get_running_loop().run_in_executor(pool, self.work, batch)
            under_way.add_done_callback(partial(self._end, batch, pool))

    def _end(self, batch: list[Waiting], pool: Executor, under_way: asyncio.Future[None]) -> None:
        self.busy -= 1
        failure = asyncio.CancelledError() if under_way.cancelled() else under_way.exception()
        _settle(batch, failure)
        self._flush(pool)

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._short, self._long = Line(), Line()
        self._due = False
        self.busy = 0


def _settle(batch: list[Waiting], failure: BaseException | None = None) -> None:
    """Tell every request of a batch what came of it."""
    for one in batch:
        if one.done.done():  # its client gave up meanwhile
            continue
        error = one.error or failure
        if error is None:
            one.done.set_result(one.answer)
        else:
            one.done.set_exception(error)
