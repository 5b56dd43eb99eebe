"""A name that strangers ask, and the releases that answer it now."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import ModelyardError
from modelyard.serve.exchange import Witness
from modelyard.serve.lineup import Lineup
from modelyard.serve.shadow import Copy, Shadow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from starlette.types import Scope

    from modelyard.serve.exchange import Exchange
    from modelyard.serve.figures import Figures
    from modelyard.serve.running import Running

log = logging.getLogger("modelyard.serve")
KEPT = 16  # releases of a name whose figures are kept


@dataclass(frozen=True)
class Refusal:
    """A release that was to run and does not: what is wrong with it, and since when (ISO, UTC)."""

    release: str
    problem: str
    at: str


class Deployment:
    """The release, or releases, behind a name."""

    def __init__(self, stable: Running, shadow: Shadow) -> None:
        """Answered by `stable`; copies for a shadow release are given to `shadow`."""
        self.lineup = Lineup(stable)
        self.shadow = shadow
        self.figures: dict[str, Figures] = {stable.target.label: stable.figures}
        self.refused: dict[str, Refusal] = {}  # by role: champion, canary, shadow

    @property
    def name(self) -> str:
        """What it is asked by."""
        return self.stable.name

    @property
    def stable(self) -> Running:
        """What answers every request but a canary's."""
        return self.lineup.stable

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return self.stable.ready

    @property
    def running(self) -> tuple[Running, ...]:
        """All that answers requests now, the stable one first."""
        return self.lineup.running

    def choose(self, scope: Scope) -> Running:
        """What answers this request; the same one for all of it."""
        return self.lineup.choose(scope)

    async def reply(
        self, chosen: Running, exchange: Exchange, body: bytes, headers: Mapping[bytes, bytes], pool: Executor
    ) -> tuple[Running, bytes]:
        """The answer to a body, and which release gave it: `chosen`, or the stable one where a canary fails.

        Raises:
            BadJsonError, DataError, TooLargeError: as the exchange raises them; all that is wrong at once.
        """
        try:
            return chosen, await self._asked(chosen, exchange, body, headers, pool)
        except Exception as error:
            lineup = self.lineup
            if chosen is lineup.stable or not is_failure(error):
                raise
            log.warning("%s failed with %s: answered by %s", chosen.target.label, type(error).__name__, self.name)
            return lineup.stable, await self._asked(lineup.stable, exchange, body, headers, pool)

    def keep(self, lineup: Lineup) -> None:
        """Answer by these releases from now on; figures of the last few are kept."""
        running = [each for each in (lineup.stable, lineup.canary, lineup.shadow) if each is not None]
        figures = dict(self.figures)
        for each in running:
            figures.pop(each.target.label, None)
            figures[each.target.label] = each.figures
        self.figures = dict(list(figures.items())[-KEPT:])
        self.lineup = lineup

    def told(self) -> dict[str, Any]:
        """Who answers, as pages tell it."""
        lineup = self.lineup
        return {
            "release": lineup.stable.target.release or None,
            "alias": lineup.stable.target.alias or None,
            "canary": lineup.canary and {"release": lineup.canary.target.label, "share": lineup.share},
            "shadow": lineup.shadow and {"release": lineup.shadow.target.label},
            "refused": [
                {"role": role, "release": one.release, "problem": one.problem, "at": one.at}
                for role, one in self.refused.copy().items()  # the watcher changes it meanwhile
            ],
        }

    async def _asked(
        self, running: Running, exchange: Exchange, body: bytes, headers: Mapping[bytes, bytes], pool: Executor
    ) -> bytes:
        witness, figures = Witness.of(exchange), running.figures
        started = perf_counter()
        try:
            answer = await running.reply(witness, body, headers, pool)
        except Exception as error:
            (figures.failed if is_failure(error) else figures.refused)()
            raise
        figures.answered(perf_counter() - started, witness.answered)
        lineup = self.lineup
        if lineup.shadow is not None and running is lineup.stable and witness.answered is not None:
            self.shadow.offer(Copy(lineup.shadow, witness.exchange, body, headers, witness.answered, running))
        return answer


def is_failure(error: Exception) -> bool:
    """Whether it is the release that failed: neither the client's fault nor a want of room."""
    return not isinstance(error, ModelyardError) or error.http_status == ModelyardError.http_status
