"""Follows the aliases of yards: when one moves, the release that it names is opened and warmed, and takes the place."""

from __future__ import annotations

import logging
import time
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from modelyard.core import clock
from modelyard.core.errors import ModelyardError, YardGoneError
from modelyard.serve import rules
from modelyard.serve.deployment import Refusal
from modelyard.serve.lineup import Lineup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelyard.release.yard import Yard
    from modelyard.serve.deployment import Deployment
    from modelyard.serve.opening import Opening
    from modelyard.serve.promotion import Rule
    from modelyard.serve.running import Running
    from modelyard.serve.settings import Traffic

log = logging.getLogger("modelyard.serve")
GRACE = 10.0  # seconds for a bundle that is being opened when it stops: a thread must not outlive the interpreter
LONGEST = 5.0  # seconds between tries while a yard does not answer
DOUBLED = 10  # times at most: no number is large enough for the powers of two of a long outage
AGAIN = 5.0  # seconds until a release that was refused is tried again


class Place:
    """A yard that is followed."""

    def __init__(self, home: str) -> None:
        """By its home; nothing runs from it yet."""
        from modelyard.release.yard import Yard  # SQLAlchemy, which a folder is served without

        self.yard = Yard(home)
        self.deployments: list[Deployment] = []
        self.failures = 0  # since it answered last
        self.next_try = 0.0  # monotonic seconds

    @property
    def up(self) -> bool:
        """Whether it answered when it was asked last."""
        return not self.failures


class Watcher:
    """Looks at the yards of some deployments, in a thread of its own once it is started."""

    def __init__(self, deployments: Iterable[Deployment], opening: Opening, rule: Rule, traffic: Traffic) -> None:
        """Of those that are releases; others stay as they are."""
        self.opening, self.rule, self.traffic = opening, rule, traffic
        self.places: dict[str, Place] = {}
        for deployment in deployments:
            home = deployment.stable.target.home
            if home and home not in self.places:
                self.places[home] = Place(home)
            if home:
                self.places[home].deployments.append(deployment)
        self._tried: dict[tuple[str, str], tuple[int, float]] = {}  # by name and role: the version refused, and when
        self._woken, self._stopped = Event(), Event()
        self._looking = Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Look until it is stopped."""
        if self.places and self._thread is None:
            self._thread = Thread(target=self._run, name="modelyard-watcher", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(GRACE)

    def wake(self) -> None:
        """Look now."""
        for place in self.places.values():
            place.next_try = 0.0
        self._woken.set()

    def yard(self, deployment: Deployment) -> Yard | None:
        """The yard that a deployment's releases are of."""
        place = self.places.get(deployment.stable.target.home)
        return None if place is None else place.yard

    def look(self) -> None:
        """Once: bring every deployment to what its yard says. Nothing that goes wrong goes further than the log."""
        with self._looking:
            for place in self.places.values():
                if time.monotonic() >= place.next_try:
                    self._look_at(place)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._woken.wait(self.traffic.poll)
            self._woken.clear()

    def _look_at(self, place: Place) -> None:
        try:
            named = place.yard.aliases()
            for deployment in place.deployments:
                self._arrange(deployment, place.yard, named.get(deployment.name, {}))
                self.rule.consider(deployment, place.yard)
        except Exception as error:  # noqa: BLE001 - drivers raise what they like, and serving goes on without the yard
            place.failures += 1
            place.next_try = time.monotonic() + min(self.traffic.poll * 2 ** min(place.failures, DOUBLED), LONGEST)
            if place.failures == 1:
                log.warning("the yard does not answer (%s): what runs goes on", type(error).__name__)
        else:
            if place.failures:
                log.warning("the yard answers again")
            place.failures, place.next_try = 0, 0.0

    def _arrange(self, deployment: Deployment, yard: Yard, named: Mapping[str, int]) -> None:
        """The lineup that the aliases ask for, as far as it can be had."""
        before = deployment.lineup
        target = before.stable.target
        wanted = named.get(target.alias, target.version) if target.alias else target.version
        stable = self._role(deployment, yard, "champion", wanted) or before.stable
        if not stable.ready:  # at the start: it is warmed first
            return
        after = Lineup(stable)
        canary = rules.of(self.traffic.canaries, deployment.name)
        shadow = rules.of(self.traffic.shadows, deployment.name)
        if canary is not None:
            version = self.rule.allowed(deployment.name, yard, canary.alias, named.get(canary.alias))
            running = self._role(deployment, yard, "canary", version, but=stable)
            after = Lineup(stable, running, canary.share if running is not None else 0.0)
        if shadow is not None:
            running = self._role(deployment, yard, "shadow", named.get(shadow.alias), but=stable)
            after = Lineup(after.stable, after.canary, after.share, running)
        if after != before:
            deployment.keep(after)
            _tell(before, after)

    def _role(
        self, deployment: Deployment, yard: Yard, role: str, version: int | None, but: Running | None = None
    ) -> Running | None:
        """What runs in a role: the release of a version, if it can; none where it is `but`, which runs anyway."""
        if version is None or (but is not None and version == but.target.version):
            deployment.refused.pop(role, None)
            return None
        lineup = deployment.lineup
        for running in (lineup.stable, lineup.canary, lineup.shadow):
            if running is not None and running.target.version == version:
                deployment.refused.pop(role, None)
                return running
        key = (deployment.name, role)
        refused, when = self._tried.get(key, (0, 0.0))
        if refused == version and role in deployment.refused and time.monotonic() < when + AGAIN:
            return None
        release = yard.find(f"{deployment.name}@{version}")
        try:
            running = self.opening.warm(deployment, yard, release)
        except YardGoneError:
            raise
        except (ModelyardError, OSError, MemoryError) as error:
            self._tried[key] = (version, time.monotonic())
            _refuse(deployment, role, f"{deployment.name}@{version}", error)
            return None
        deployment.refused.pop(role, None)
        return running


def _refuse(deployment: Deployment, role: str, release: str, error: Exception) -> None:
    problem = "; ".join(p.problem for p in error.problems) if isinstance(error, ModelyardError) else str(error)
    before = deployment.refused.get(role)
    if before is not None and (before.release, before.problem) == (release, problem):
        return
    at = clock.now()
    deployment.refused[role] = Refusal(release, problem, at)
    log.error("%s is refused as the %s (%s): what runs goes on", release, role, problem)


def _tell(before: Lineup, after: Lineup) -> None:
    name = after.stable.name
    if after.stable is not before.stable:
        log.warning("%s: %s answers now, before it %s", name, after.stable.target.label, before.stable.target.label)
    if after.canary is not before.canary:
        share = f"{100 * after.share:g}%"
        told = "there is none" if after.canary is None else f"{after.canary.target.label} gets {share}"
        log.warning("%s: the canary: %s", name, told)
    if after.shadow is not before.shadow:
        told = f"{after.shadow.target.label} gets copies" if after.shadow is not None else "there is none"
        log.warning("%s: the shadow: %s", name, told)
