"""The rule by which a canary takes the champion's place, or is taken out of traffic."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import ModelyardError, YardGoneError
from modelyard.serve.counts import Counts
from modelyard.serve.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.release.ledger.acts import Act
    from modelyard.release.yard import Yard
    from modelyard.serve.deployment import Deployment
    from modelyard.serve.settings import Promotion
    from modelyard.serve.target import Target

log = logging.getLogger("modelyard.serve")
BY = "promotion rule"
CHAMPION = "champion"
FEW = 5  # failures before which nothing is said of a share of them
ENOUGH = 50  # requests of the champion that its 99th percentile is judged by

WITHDRAW = "withdraw"
ROLLBACK = "rollback"
KINDS = frozenset({WITHDRAW, ROLLBACK, "release", "promote"})
LATELY = 50  # acts in which a withdrawal is looked for


@dataclass
class Trial:
    """A canary beside a champion, and the figures of both when it began."""

    canary: Running
    stable: Running
    before: tuple[Counts, Counts]
    judged: int = 0  # requests after which it was judged last
    said: str = ""

    @classmethod
    def of(cls, canary: Running, stable: Running) -> Trial:
        """From now on."""
        return cls(canary, stable, (canary.figures.state(), stable.figures.state()))

    def figures(self) -> tuple[Counts, Counts]:
        """What the canary and the champion have done since it began."""
        mine, theirs = self.before
        return self.canary.figures.state().since(mine), self.stable.figures.state().since(theirs)


@dataclass
class Withdrawn:
    """A version that was taken out of traffic, why, and whether the yard has been told."""

    version: int
    why: str
    told: bool = False


class Rule:
    """Considers every canary of an application."""

    def __init__(self, settings: Promotion) -> None:
        """Nothing is known of any canary yet."""
        self.settings = settings
        self.trials: dict[str, Trial] = {}
        self.withdrawn: dict[str, Withdrawn] = {}
        self.given: dict[str, str] = {}  # by name: the alias whose release is the canary

    def allowed(self, name: str, yard: Yard, alias: str, version: int | None) -> int | None:
        """The version that may be a canary: none where it was taken out, by whichever process saw it fail.

        What was taken out stays out, until the alias is given anew.
        """
        self.given[name] = alias
        out = self.withdrawn.get(name)
        if out is not None and out.version != version:
            del self.withdrawn[name]
        if version is None:
            return None
        if name not in self.withdrawn:
            why = _withdrawn(yard.acts(KINDS, name, limit=LATELY), alias, version)
            if why:
                self.withdrawn[name] = Withdrawn(version, why, told=True)
        return None if name in self.withdrawn else version

    def consider(self, deployment: Deployment, yard: Yard) -> None:
        """Look at the figures of a canary, and act on them."""
        lineup, name = deployment.lineup, deployment.name
        out = self.withdrawn.get(name)
        if out is not None and not out.told:
            yard.act(WITHDRAW, name, BY, {"version": out.version, "why": out.why})
            out.told = True
        if lineup.canary is None or out is not None:
            self.trials.pop(name, None)
            return
        trial = self.trials.get(name)
        if trial is None or trial.canary is not lineup.canary or trial.stable is not lineup.stable:
            self.trials[name] = Trial.of(lineup.canary, lineup.stable)
            return
        mine, theirs = trial.figures()
        if mine.failed > max(FEW - 1, self.settings.errors * mine.asked):
            why = f"it failed {mine.failed} of {mine.asked} requests"
            self.withdrawn[name] = Withdrawn(trial.canary.target.version, why)
            log.error("%s is taken out of traffic: %s", trial.canary.target.label, why)
            self.consider(deployment, yard)
        elif self.settings.after and mine.asked >= trial.judged + self.settings.after:
            trial.judged = mine.asked
            self._judge(deployment, yard, trial, (mine, theirs))

    def told(self, deployment: Deployment) -> dict[str, Any] | None:
        """How far a canary is, as a page tells it; none where there is no rule and none was taken out."""
        out = self.withdrawn.get(deployment.name)
        trial = self.trials.get(deployment.name)
        if not self.settings.after and out is None:
            return None
        return {
            "after": self.settings.after,
            "answered": trial.figures()[0].asked if trial is not None else 0,
            "said": trial.said if trial is not None else "",
            "withdrawn": out and {"release": f"{deployment.name}@{out.version}", "problem": out.why},
        }

    def _judge(self, deployment: Deployment, yard: Yard, trial: Trial, figures: tuple[Counts, Counts]) -> None:
        target = trial.canary.target
        against = self._against(trial, *figures)
        if against:
            trial.said = against
            log.warning("%s is not promoted: %s", target.label, against)
            return
        try:
            seen = {self.given[target.name]: target.version, **_champion(trial.stable.target)}
            yard.promote(deployment.name, str(target.version), by=BY, seen=seen)
        except ModelyardError as error:  # another process was first, or the alias has moved
            trial.said = error.problem
            log.warning("%s is not promoted: %s", target.label, error.problem)
            return
        trial.said = "promoted"
        log.warning("%s is promoted after %d requests", target.label, figures[0].asked)

    def _against(self, trial: Trial, mine: Counts, theirs: Counts) -> str:
        """What speaks against a promotion, in a sentence; empty where nothing does."""
        settings = self.settings
        if mine.failed > settings.errors * mine.asked:
            return f"it failed {mine.failed} of {mine.asked} requests"
        slow, fast = mine.quantile(0.99), theirs.quantile(0.99)
        if slow is not None and fast is not None and theirs.requests >= ENOUGH and slow > settings.slower * fast:
            return f"its 99th percentile is {1000 * slow:.2f} ms, the champion's {1000 * fast:.2f} ms"
        if settings.judge is None:
            return "nobody runs the gates here"
        try:
            verdicts = settings.judge(trial.canary.bundle, trial.canary.target.home)
        except YardGoneError:
            raise
        except (ModelyardError, ImportError) as error:  # what runs gates is not in every install
            return f"its gates cannot be run here: {error}"
        return "; ".join(f"gate {each.gate}: {each.reason}" for each in verdicts if not each.passed)


def _champion(stable: Target) -> dict[str, int]:
    """What the champion must be still, where that is what a canary was compared with."""
    return {stable.alias: stable.version} if stable.alias == CHAMPION else {}


def _withdrawn(acts: Iterable[Act], alias: str, version: int) -> str:
    """Why a version was taken out since it was given the alias; empty where it was not. Acts are the newest first."""
    for act in acts:
        if act.kind == ROLLBACK and act.detail.get("before") == version:
            return "it was rolled back"
        if act.detail.get("version") != version:
            continue
        if act.kind == WITHDRAW:
            return str(act.detail.get("why"))
        if act.detail.get("alias") == alias:
            return ""
    return ""
