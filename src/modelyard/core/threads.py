"""The same work on several things at once, where it lets go of the interpreter: columns of frames, pieces of arrays."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from modelyard.core import cores, memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

SHARE = 1 / 4
T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], things: Iterable[T], holding: float = 0.0) -> Iterator[R]:
    """What `work` makes of each thing, in their order; no more are worked at than there are cores, or room.

    One takes so many bytes while it is under way, `holding`; together they are to take a quarter of what is free.

    >>> list(each(abs, [-1, 2]))
    [1, 2]
    """
    workers = cores.mine()
    if holding and workers > 1:
        workers = min(workers, max(int(SHARE * memory.available() / holding), 1))
    if workers == 1:
        yield from map(work, things)
        return
    with ThreadPoolExecutor(workers) as pool:
        begun: deque[Future[R]] = deque()
        for thing in things:
            begun.append(pool.submit(work, thing))
            if len(begun) > workers:  # one more waits, so that none idles while a result is looked at
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
