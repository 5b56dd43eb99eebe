"""A time limit for every request, at a tenth of what a timer each would cost."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from modelyard.serve.access.errors import OverdueError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

OFTEN = 0.25  # seconds between looks; no more than a tenth of the limit


class Deadlines:
    """Requests under way in the order in which they began: all have the same limit, so the first one is due first.

    One timer looks at them, and only while there are any.
    """

    def __init__(self, seconds: float) -> None:
        """For each request."""
        self.seconds = seconds
        self._every = min(OFTEN, seconds / 10)
        self._under_way: dict[asyncio.Task[None], float] = {}
        self._overdue: set[asyncio.Task[None]] = set()
        self._looking = False

    async def within(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a request within the time.

        Raises:
            OverdueError: it took longer, and was cancelled.
        """
        task = asyncio.current_task()
        if task is None:  # no loop that we know runs without one
            await app(scope, receive, send)
            return
        self._under_way[task] = monotonic()
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(self._every, self._look)
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if task not in self._overdue or task.uncancel() > 0:  # the server stops
                raise
            problem = f"took longer than {self.seconds:g} seconds"
            raise OverdueError(problem, "", "send fewer rows at once, or come back later") from None
        finally:
            del self._under_way[task]
            self._overdue.discard(task)

    def _look(self) -> None:
        """Cancel what is due."""
        due = monotonic() - self.seconds
        for task, began in self._under_way.items():
            if began > due:
                break
            if task not in self._overdue:
                self._overdue.add(task)
                task.cancel()
        self._looking = bool(self._under_way)
        if self._looking:
            asyncio.get_running_loop().call_later(self._every, self._look)
