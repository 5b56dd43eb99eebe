"""A request that takes too long is ended, and no other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from modelyard.serve.access.deadline import Deadlines
from modelyard.serve.access.errors import OverdueError


async def sleeper(scope: Any, _receive: Any, _send: Any) -> None:
    await asyncio.sleep(scope["seconds"])


def within(deadlines: Deadlines, seconds: float, app: Any = sleeper) -> asyncio.Task[None]:
    return asyncio.ensure_future(deadlines.within(app, {"seconds": seconds}, None, None))  # type: ignore[arg-type]


def test_who_is_late_is_ended_and_who_is_not_goes_on() -> None:
    async def asked() -> list[Any]:
        deadlines = Deadlines(0.2)
        requests = [within(deadlines, seconds) for seconds in (60, 0.001, 60, 0.05)]
        return list(await asyncio.gather(*requests, return_exceptions=True))

    told = asyncio.run(asked())
    assert [type(each) for each in told] == [OverdueError, type(None), OverdueError, type(None)]
    assert told[0].problem == "took longer than 0.2 seconds"
    assert told[0].http_status == 504


def test_it_goes_on_after_a_rest() -> None:
    async def asked() -> list[Any]:
        deadlines = Deadlines(0.1)
        first = await asyncio.gather(within(deadlines, 0.0), return_exceptions=True)
        await asyncio.sleep(0.1)  # nothing is under way: nobody looks
        return [*first, *await asyncio.gather(within(deadlines, 60), return_exceptions=True)]

    assert [type(each) for each in asyncio.run(asked())] == [type(None), OverdueError]


def test_a_server_that_stops_ends_what_is_under_way_in_its_own_words() -> None:
    async def asked() -> None:
        request = within(Deadlines(60), 60)
        await asyncio.sleep(0)
        request.cancel()
        await request

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(asked())


def test_a_timeout_of_the_application_s_own_is_its_own() -> None:
    async def fails(_scope: Any, _receive: Any, _send: Any) -> None:
        raise TimeoutError("mine")

    async def asked() -> None:
        await within(Deadlines(60), 0, fails)

    with pytest.raises(TimeoutError, match="mine"):
        asyncio.run(asked())
