"""The same work on several things at once, where it lets go of the interpreter: columns of frames, pieces of arrays."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from modelyard.core import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    """What `work` makes of each thing, in their order; no more is begun than there are cores, and one that waits.

    >>> list(each(abs, [-1, 2]))
    [1, 2]
    """
    workers = cores.mine()
    if workers == 1:
        yield from map(work, things)
        return
    with ThreadPoolExecutor(workers) as pool:
        begun: deque[Future[R]] = deque()
        for thing in things:
            begun.append(pool.submit(work, thing))
            if len(begun) > workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
