"""The rule by which a canary takes the champion's place, or is taken out of traffic."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import ModelyardError
from modelyard.core.report import Verdict
from modelyard.release.bundle import Bundle
from modelyard.serve.counts import Counts
from modelyard.serve.running import Running

if TYPE_CHECKING:
    from modelyard.release.yard import Yard
    from modelyard.serve.deployment import Deployment
    from modelyard.serve.settings import Promotion

log = logging.getLogger("modelyard.serve")
BY = "promotion rule"
FEW = 5  # failures before which nothing is said of a share of them
ENOUGH = 50  # requests of the champion that its 99th percentile is judged by

# What the gates of a bundle's recipe say of it beside the champion of its name; a bundle and the yard's home in.
Judge = Callable[[Bundle, str], Sequence[Verdict]]


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


class Rule:
    """Considers every canary of an application."""

    def __init__(self, settings: Promotion, judge: Judge | None) -> None:
        """`judge` runs the gates; without one nothing is promoted."""
        self.settings, self.judge = settings, judge
        self.trials: dict[str, Trial] = {}
        self.withdrawn: dict[str, tuple[int, str]] = {}  # by name: the version, and why

    def allowed(self, deployment: Deployment, version: int | None) -> int | None:
        """The version that may be a canary: none where it has failed; once the alias has moved on it is forgotten."""
        out, _why = self.withdrawn.get(deployment.name, (None, ""))
        if out is None or out != version:
            self.withdrawn.pop(deployment.name, None)
            return version
        return None

    def consider(self, deployment: Deployment, yard: Yard) -> None:
        """Look at the figures of a canary, and act on them."""
        lineup, name = deployment.lineup, deployment.name
        if lineup.canary is None:
            self.trials.pop(name, None)
            return
        trial = self.trials.get(name)
        if trial is None or trial.canary is not lineup.canary or trial.stable is not lineup.stable:
            self.trials[name] = Trial.of(lineup.canary, lineup.stable)
            return
        mine, theirs = trial.figures()
        if mine.failed > max(FEW - 1, self.settings.errors * mine.asked):
            self._withdraw(deployment, yard, trial, f"it failed {mine.failed} of {mine.asked} requests")
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
            "withdrawn": out and {"release": f"{deployment.name}@{out[0]}", "problem": out[1]},
        }

    def _withdraw(self, deployment: Deployment, yard: Yard, trial: Trial, why: str) -> None:
        target = trial.canary.target
        self.withdrawn[deployment.name] = (target.version, why)
        log.error("%s is taken out of traffic: %s", target.label, why)
        yard.act("withdraw", target.label, BY, why)

    def _judge(self, deployment: Deployment, yard: Yard, trial: Trial, figures: tuple[Counts, Counts]) -> None:
        target = trial.canary.target
        against = self._against(trial, *figures)
        if against:
            trial.said = against
            log.warning("%s is not promoted: %s", target.label, against)
            return
        try:
            yard.promote(deployment.name, str(target.version), by=BY)
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
        if self.judge is None:
            return "nobody runs the gates here"
        verdicts = self.judge(trial.canary.bundle, trial.canary.target.home)
        return "; ".join(f"gate {each.gate}: {each.reason}" for each in verdicts if not each.passed)
