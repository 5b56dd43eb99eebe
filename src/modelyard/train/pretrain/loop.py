"""The loop of pretraining: killed at any moment it goes on, and ends as if it had never been killed.

All chance of a step comes from the seed and the step's number, so that a checkpoint holds no state of chance.
"""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor, nn

from modelyard.core import deadline, events, order, seeds
from modelyard.core.errors import ModelyardError
from modelyard.train import batches, state, steps
from modelyard.train.seeded import deterministic

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from modelyard.core.training import Training
    from modelyard.core.types import Ints
    from modelyard.train.pretrain.pieces import Pieces

PAUSE = 60.0  # seconds between two checkpoints within an epoch
FIRST = 10  # steps after which it is known how long one takes
SAFE = 0.95  # of the time that is left


class Objective(Protocol):
    """What is learnt, by a module."""

    @property
    def module(self) -> nn.Module:
        """What learns."""

    def loss(self, rows: Ints, random: np.random.Generator) -> tuple[Tensor, int]:
        """The mean loss of what some pieces [rows] ask, and how much they ask."""


@dataclass(frozen=True)
class Stand:
    """How far a training is: of `total` steps; `losses` are the means of the epochs that have ended."""

    total: int
    before: float = math.nan  # held-out loss of the weights that it began with
    step: int = 0
    seconds: float = 0.0
    summed: float = 0.0  # losses of this epoch's steps
    losses: tuple[float, ...] = ()


class Loop:
    """One training, step by step."""

    def __init__(self, objective: Objective, pieces: Pieces, how: Training, place: Path, seed: int) -> None:
        """The checkpoint is the file `place`; where it is there, the training goes on from it."""
        self.objective, self.pieces, self.how, self.place, self.seed = objective, pieces, how, place, seed
        self.length = pieces.tokens.lengths()
        self.batch_size = how.batch_size or batches.usual_size(len(pieces.train))
        self.per_epoch = math.ceil(len(pieces.train) / self.batch_size)
        self.halved = steps.halves()  # many steps pay for the conversions of a small network too
        self.optimizer = steps.optimizer(objective.module, how)
        self.planned = how.epochs * self.per_epoch
        self.stand = Stand(self.planned)

    def run(self, seconds: float | None) -> tuple[Stand, float]:
        """Learn for as many epochs or `seconds` as there are; how it went, and the held-out loss at the end."""
        with deterministic(self.seed):
            saved = state.load(self.place)
            if saved is None:
                self.stand = replace(self.stand, before=self.held())
            else:
                state.restore(self.objective.module, self.optimizer, saved[0])
                self.stand = Stand(**{**saved[1], "losses": tuple(saved[1]["losses"])})
                events.note(f"going on from step {self.stand.step} of {self.stand.total}")
            with deadline.within(math.inf if seconds is None else seconds - self.stand.seconds):
                self._learn()
            return self.stand, self.held()

    def held(self) -> float:
        """The mean loss on the pieces held out, each masked or paired as at every other time."""
        self.objective.module.eval()
        rows, total, asked = self.pieces.held, 0.0, 0
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.halved):
            for number, chosen in enumerate(order.in_order(len(rows), self.length[rows], self.batch_size)):
                loss, count = self.objective.loss(rows[chosen], seeds.generator(self.seed, "held", str(number)))
                total, asked = total + float(loss) * count, asked + count
        return total / max(asked, 1)

    def _learn(self) -> None:
        self.objective.module.train()
        clock, epoch = _Clock(self.stand), -1
        rows: list[Ints] = []
        while self.stand.step < self.stand.total and not deadline.passed():
            now, place = divmod(self.stand.step, self.per_epoch)
            if now != epoch:
                epoch, rows = now, self._batches(now)
            self._advance(rows[place], clock)
            ended = place + 1 == len(rows)
            if ended:
                mean = self.stand.summed / self.per_epoch
                self.stand = replace(self.stand, summed=0.0, losses=(*self.stand.losses, mean))
            if clock.steps == FIRST:
                self._hurry(clock)
            elif ended or clock.due():
                self._hurry(clock)
                self._save()
                clock.saved = time.monotonic()
        self._save()

    def _advance(self, rows: Ints, clock: _Clock) -> None:
        loss = self._step(rows)
        clock.steps, clock.texts = clock.steps + 1, clock.texts + len(rows)
        done, seconds = self.stand.step + 1, clock.before + clock.here()
        self.stand = replace(self.stand, step=done, seconds=seconds, summed=self.stand.summed + loss)
        told = f"epoch {(done - 1) // self.per_epoch + 1}, loss {loss:.3f}, {clock.told(self.stand.total - done)}"
        events.step("pretraining", done, self.stand.total, told)

    def _batches(self, epoch: int) -> list[Ints]:
        """An epoch's batches of pieces, always the same."""
        rows = self.pieces.train
        random = seeds.generator(self.seed, "batches", str(epoch))
        return [rows[some] for some in batches.shuffled(len(rows), self.length[rows], self.batch_size, random)]

    def _step(self, rows: Ints) -> float:
        """Learn from one batch; its loss."""
        torch.manual_seed(seeds.derive(self.seed, "dropout", str(self.stand.step)))
        share = steps.rate((self.stand.step + 0.5) / self.stand.total, self.how.schedule, self.how.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = self.how.learning_rate * share
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.halved):
            loss, _ = self.objective.loss(rows, seeds.generator(self.seed, "masks", str(self.stand.step)))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.objective.module.parameters(), self.how.max_grad_norm)
        self.optimizer.step()
        told = float(loss.detach())
        if not math.isfinite(told):
            raise ModelyardError("pretraining diverged: the loss is no number", "learning_rate", "lower it")
        return told

    def _hurry(self, clock: _Clock) -> None:
        """Where the deadline would come before the schedule's end, let that end be earlier: its last steps matter."""
        if math.isfinite(left := deadline.left()):
            possible = self.stand.step + max(int(SAFE * left / clock.pace()), 1)
            self.stand = replace(self.stand, total=min(self.planned, possible))

    def _save(self) -> None:
        state.save(self.place, state.of(self.objective.module, self.optimizer), asdict(self.stand))


class _Clock:
    """How fast this process is, and how long those before it took."""

    def __init__(self, stand: Stand) -> None:
        self.before, self.began, self.saved = stand.seconds, time.monotonic(), time.monotonic()
        self.steps = self.texts = 0

    def here(self) -> float:
        return time.monotonic() - self.began

    def due(self) -> bool:
        return time.monotonic() - self.saved > PAUSE

    def pace(self) -> float:
        """Seconds a step."""
        return self.here() / max(self.steps, 1)

    def told(self, steps: int) -> str:
        left = self.pace() * steps
        return f"{self.texts / max(self.here(), 1e-9):.0f} texts/s, {left // 60:.0f}:{left % 60:02.0f} left"
