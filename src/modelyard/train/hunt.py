"""One search under way: what is tried next, what was found, and what it comes to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from optuna.trial import TrialState

from modelyard.core import deadline, events, seeds
from modelyard.core.blocks import HeldOut
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Model, Predictor, Settings
from modelyard.core.tuning import Candidate, Effort
from modelyard.core.types import Floats
from modelyard.train import board, ensemble
from modelyard.train.judging import Judging
from modelyard.train.notebook import Notebook, Record, key_of, settings_of
from modelyard.train.price import Price, price

if TYPE_CHECKING:
    import optuna

POOL = 30  # best candidates from which an ensemble is chosen
EACH = 6  # of each model, at least
ROWS = 20_000  # held-out rows on which it is chosen
TURNS = (0, 1, 0, 2)  # whose study suggests next: mostly the best model's, often the second's
FIRST = 0.4  # of the time that is left, which one candidate may take while others are to be tried
DEAR = 0.1  # how fast a candidate loses worth that is more work than all members may do
FAR = 1.1  # times the best loss, from which a model's other variants wait
HASTY = 1.3  # times the best loss, from which quick answers are not worth their haste
READ = 0.08  # microseconds of a core that a column takes to be read and encoded, among many rows
SLACK = 0.02  # of the time, for what is done besides fitting
LONGER = 1.3  # a fit on nearly all rows against one on a fold's complement


@dataclass
class Hunt:
    """Candidates tried so far, and the clock."""

    build: Callable[[str, Settings], Model]
    judging: Judging
    notebook: Notebook
    effort: Effort
    began: float  # on the monotonic clock; a search that goes on began earlier
    turns: tuple[Settings, ...] = ()  # changes with which each model's first variant is tried too
    found: dict[str, Record] = field(default_factory=dict)  # by key
    skipped: list[Candidate] = field(default_factory=list)
    fitted: dict[tuple[str, int], Predictor] = field(default_factory=dict)  # by key and fold

    def __post_init__(self) -> None:
        """Take up what an earlier start has found."""
        self.found = {record.key: record for record in self.notebook.records()}
        if self.found:
            events.note(f"the search goes on: {len(self.found)} candidates are known from before")

    def look(self) -> None:
        """Try each model's variants in turn, then what studies suggest; last, variants of what lies far behind."""
        ahead, last = list(self._variants()), list[tuple[str, Settings]]()
        while ahead:
            unknown = {name for name, _ in ahead if not self._seconds(name)}
            name, settings = ahead.pop(0)
            if self._far_behind(name):
                last.append((name, settings))
                continue
            self._try(name, settings, share=min(1 / max(len(unknown), 1), FIRST))
            self._teach(name, settings)
            ahead[:0] = self._cheaper(name, settings)
        self._tune_all()
        for name, settings in last:
            self._try(name, settings)

    def _tune_all(self) -> None:
        """What studies suggest, while there are trials and there is time."""
        names = [name for name in self.effort.models if self.effort.trials and self.build(name, {}).space()]
        studies = [_study(name, turn) for name in names for turn in ({}, *self.turns)]
        number = sum(self.notebook.tuned(study) for study in studies)
        while names and number < self.effort.trials and self._tune(names, number):
            number += 1

    def settle(self) -> ensemble.Ensemble:
        """The best mixture of what was found, its members fitted again where the preset asks for it.

        Raises:
            RecipeError: nothing could be fitted, and why.
        """
        if not self.found:
            found = "; ".join(f"{each.name}: {each.skipped}" for each in self.skipped)
            raise RecipeError(
                f"no model could be fitted ({found})", "model", "give it more time_limit, or name a model"
            )
        chosen, members = self._answering(self._chosen())
        judged, rows = self.judging.judged, self.judging.rows
        answers = ensemble.mixed([(share, record.answers) for share, record in chosen])
        weight = None if rows.weight is None else rows.weight[judged]
        held_out = HeldOut(rows.target[judged], answers, weight, judged)
        lines = board.lines(self.judging, list(self.found.values()), chosen, answers, time.monotonic() - self.began)
        events.step("searching", 1, 1, f"{len(self.found)} candidates, {len(chosen)} answer together")
        return ensemble.Ensemble(tuple(members), held_out, (*lines, *self.skipped))

    def _answering(
        self, chosen: list[tuple[float, Record]]
    ) -> tuple[list[tuple[float, Record]], list[tuple[float, tuple[Predictor, ...]]]]:
        """Members that could be fitted again, their shares summing to one, and what answers for each.

        The quick ones are fitted first, and what time they leave is the others'.

        Raises:
            RecipeError: none could be fitted; the reasons of all.
        """
        fitted: dict[str, tuple[Predictor, ...]] = {}
        ahead = sorted((record for _, record in chosen), key=lambda record: record.seconds)
        for place, record in enumerate(ahead):
            part = record.seconds / max(sum(each.seconds for each in ahead[place:]), 1e-9)
            try:
                with deadline.within(deadline.left() * part):
                    fitted[record.key] = tuple(self._copies(record))
            except Exception as error:  # noqa: BLE001 - the others answer without it
                self._skip(record.name, record.settings, f"failed when it was fitted again: {error}")
        able = [(share, record) for share, record in chosen if record.key in fitted]
        if not able:
            found = "; ".join(f"{each.name}: {each.skipped}" for each in self.skipped)
            raise RecipeError(f"no member could be fitted again ({found})", "model", "give it more time_limit")
        whole = sum(share for share, _ in able)
        able = [(share / whole, record) for share, record in able]
        return able, [(share, fitted[record.key]) for share, record in able]

    def needed(self) -> float:
        """Seconds that fitting the members again will take, from what fits took so far."""
        slack = SLACK * self.effort.seconds
        if self._kept:
            likely = sorted(self.found.values(), key=self._loss)[: self.effort.members]
            return slack + sum(each.seconds for each in likely if (each.key, 0) not in self.fitted)
        fits = [np.mean(spent) / self.judging.used for name in self.effort.models if (spent := self._seconds(name))]
        return slack + LONGER * self.effort.copies * float(np.sum(fits))

    @property
    def _kept(self) -> bool:
        """Whether the models that judged a candidate also answer for it; a search that goes on has lost them."""
        return self.effort.copies >= self.judging.used

    def _variants(self) -> Iterator[tuple[str, Settings]]:
        """The first of each model, then the second of each, and so on; without tuning, the first two of each."""
        most = None if self.effort.trials else 2
        each = [[(name, settings) for settings in self._settings(name)[:most]] for name in self.effort.models]
        for turn in zip_longest(*each):
            yield from (candidate for candidate in turn if candidate is not None)

    def _settings(self, name: str) -> list[Settings]:
        first, *others = self.build(name, {}).variants()
        return [first, *({**first, **turn} for turn in self.turns), *others]

    def _cheaper(self, name: str, settings: Settings) -> list[tuple[str, Settings]]:
        """The same for less work, where it is more than all members may do, and no other of the model does less."""
        record = self.found.get(key_of(name, settings))
        if record is None or min(map(self._work, self._of(name))) <= self._most_work:
            return []
        changes = self.build(name, settings).cheaper(self._work(record) / self._most_work)
        return [(name, {**settings, **changes})] if changes else []

    def _seconds(self, name: str) -> list[float]:
        """What each trial of a model took."""
        return [record.seconds for record in self.found.values() if record.name == name]

    @property
    def _most_work(self) -> float:
        """Microseconds of a core that a row may take in the graph: reading its columns comes before."""
        return max(self.effort.work - READ * len(self.judging.rows.inputs), self.effort.work / 2)

    @property
    def _bound(self) -> float:
        """The most work that members may do: as much as the quickest candidate needs that is not far behind."""
        best = min(map(self._loss, self.found.values()))
        near = [self._work(record) for record in self.found.values() if self._loss(record) <= HASTY * best]
        return max(self._most_work, min(near))

    def _work(self, record: Record) -> float:
        """Microseconds of a core for a row, of all that answer for a candidate."""
        return self.effort.copies * record.price.work

    def _loss(self, record: Record) -> float:
        return self.judging.mean(self.judging.losses(record.answers))[0]

    def _worth(self, record: Record) -> float:
        """What tuning minimises: the loss, and more where a candidate costs more, or more than it may."""
        work = self._work(record)
        return self._loss(record) * (1 + self.effort.price * work) * float(max(work / self._most_work, 1.0) ** DEAR)

    def _try(self, name: str, settings: Settings, share: float = 1.0, trial: optuna.Trial | None = None) -> None:
        """Judge a candidate unless it is known or there is no time; what fails is skipped, and why is said."""
        if key_of(name, settings) in self.found:
            return
        left, known = deadline.left() - self.needed(), self._seconds(name)
        if left <= 0 or (known and float(np.mean(known)) > left):
            expected = f"takes about {np.mean(known):.1f} s, and" if known else "not begun:"
            self._skip(name, settings, f"{expected} {max(left, 0):.1f} s were left")
            return
        try:
            with deadline.within(left * share):
                record = self._judge(name, settings, trial)
        except Exception as error:  # noqa: BLE001 - one candidate's failure is a line of the leaderboard
            self._skip(name, settings, f"failed: {error}")
            return
        if record is not None:
            self.notebook.write(record)
            self.found[record.key] = record

    def _skip(self, name: str, settings: Settings, why: str) -> None:
        self.skipped.append(Candidate(name, dict(settings), skipped=why))

    def _judge(self, name: str, settings: Settings, trial: optuna.Trial | None) -> Record | None:
        """Fit on each fold's complement; None where the study says that it is not worth going on."""
        model, key, used = self.build(name, settings), key_of(name, settings), self.judging.used
        answers, began, paid = list[Floats](), time.monotonic(), Price(0.0, 0, 0.0)
        for number in range(used):
            self._tell(f"{name}, fold {number + 1} of {used}")
            with deadline.within(deadline.left() / (used - number)), _notes_alone():
                predictor = self.judging.fit(model, number)
            held = self.judging.part(number)[1]
            answers.append(predictor(held.inputs))
            if self._kept:
                self.fitted[key, number] = predictor
            paid = price(predictor, held) if number == 0 else paid
            if trial is not None and number + 1 < used and self._hopeless(trial, answers):
                return None
        return Record(name, settings, np.concatenate(answers), time.monotonic() - began, paid)

    def _hopeless(self, trial: optuna.Trial, answers: list[Floats]) -> bool:
        """Whether the folds so far are worse than the median of earlier trials."""
        so_far = np.concatenate(answers)
        rows = self.judging.judged[: len(so_far)]
        trial.report(self.judging.mean(self.judging.losses(so_far, rows), rows)[0], len(answers))
        return trial.should_prune()

    def _teach(self, name: str, settings: Settings) -> None:
        """Let the model's study know what a variant came to."""
        record, space = self.found.get(key_of(name, settings)), self.build(name, {}).space()
        if record is not None and space and self.effort.trials:
            turn = {key: settings[key] for changes in self.turns for key in changes if key in settings}
            self.notebook.tell_untuned(_study(name, turn), record, space, self._worth(record))

    def _tune(self, names: list[str], number: int) -> bool:
        """One trial; False where the time is up."""
        ranked = sorted(names, key=lambda name: min(map(self._loss, self._of(name)), default=np.inf))
        name = ranked[min(TURNS[number % len(TURNS)], len(ranked) - 1)]
        if deadline.left() - self.needed() < float(np.mean(self._seconds(name) or [0.0])):
            self._skip(name, {}, f"the time was up with {self.effort.trials - number} trials of tuning left")
            return False
        turn, space = self._turn(name), self.build(name, {}).space()
        study = _study(name, turn)
        trial = self.notebook.suggest(study, space)
        settings = {**settings_of(trial, space), **turn}
        refused = len(self.skipped)
        self._try(name, settings, trial=trial)
        record = self.found.get(key_of(name, settings))
        state = TrialState.COMPLETE if record else TrialState.FAIL if len(self.skipped) > refused else TrialState.PRUNED
        self.notebook.tell(study, trial, self._worth(record) if record else None, state)
        return True

    def _far_behind(self, name: str) -> bool:
        """Whether the best candidate of a model is so much worse than that of another that its time is better spent."""
        losses = {each.name: np.inf for each in self.found.values()}
        for each in self.found.values():
            losses[each.name] = min(losses[each.name], self._loss(each))
        return losses.get(name, 0.0) > FAR * min(losses.values(), default=np.inf)

    def _turn(self, name: str) -> Settings:
        """The changes with which the model's best candidate was fitted."""
        best = min(self._of(name), key=self._loss, default=None)
        known = best.settings if best else {}
        return next((turn for turn in self.turns if turn.items() <= known.items()), {})

    def _of(self, name: str) -> list[Record]:
        return [record for record in self.found.values() if record.name == name]

    def _chosen(self) -> list[tuple[float, Record]]:
        """Members and their weights, by greedy selection on held-out answers."""
        ranked = self._pool()
        judged = self.judging.judged
        some = np.sort(seeds.generator(self.judging.seed, "weigh").permutation(len(judged))[:ROWS])

        def loss(answers: Floats) -> float:
            return self.judging.mean(self.judging.losses(answers, judged[some]), judged[some])[0]

        works = [self._work(record) for record in ranked]
        terms = ensemble.Terms(self.effort.members, self.effort.price, self._bound)
        shares = ensemble.weights([record.answers[some] for record in ranked], loss, works, terms)
        return [(float(share), record) for share, record in zip(shares, ranked, strict=True) if share > 0]

    def _pool(self) -> list[Record]:
        """The best that do no more work than they may: some of each model, as those err apart, then of any."""
        ranked = sorted(self.found.values(), key=self._loss)
        ranked = [record for record in ranked if self._work(record) <= self._bound]
        each = [[record for record in ranked if record.name == name][:EACH] for name in self.effort.models]
        some = {record.key for records in each for record in records}
        rest = [record for record in ranked if record.key not in some][: max(POOL - len(some), 0)]
        chosen = some | {record.key for record in rest}
        return [record for record in ranked if record.key in chosen]

    def _copies(self, record: Record) -> Iterator[Predictor]:
        """The models that answer for a member: those that judged it, or some fitted on nearly all rows."""
        model, copies = self.build(record.name, record.settings), min(self.effort.copies, self.judging.used)
        for number in range(copies):
            self._tell(f"fitting {record.name} again, {number + 1} of {copies}")
            with deadline.within(deadline.left() / (copies - number)), _notes_alone():
                if copies < self.judging.used:
                    yield self.judging.refit(model, number)
                else:
                    yield self.fitted.get((record.key, number)) or self.judging.fit(model, number)

    def _tell(self, detail: str) -> None:
        done = min((time.monotonic() - self.began) / self.effort.seconds, 0.999)
        events.step("searching", done, 1, detail)


def _study(name: str, turn: Settings) -> str:
    """The name of a model's study; one that learns another target has one of its own."""
    return "/".join([name, *map(str, turn.values())])


@contextmanager
def _notes_alone() -> Iterator[None]:
    """Steps of a single fit are too small to tell; notes are not."""
    with events.listening(events.notes_of(events.listener())):
        yield
