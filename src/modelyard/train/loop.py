"""The loop that trains every network: batches, a schedule, early stopping on the valid rows, an end in time."""

from __future__ import annotations

import copy
import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from modelyard.core import deadline, events, order, seeds
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Model, Network
from modelyard.core.training import Training
from modelyard.core.types import Examples, Inputs, Ints, Kind, Task, take
from modelyard.models.layers.gentle import matrices
from modelyard.train import batches, steps
from modelyard.train.losses import Scaled
from modelyard.train.predictor import Answering, TorchPredictor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelyard.core.protocols import Settings
    from modelyard.core.tuning import Space

FIRST = 10  # steps after which it is known how long one takes
SAFE = 0.9  # of the time that is left
ANSWERED = 1024  # valid rows at once, where none is ragged


@runtime_checkable
class Frozen(Protocol):
    """A module whose first half may not learn: then what it makes of the rows is computed once."""

    @property
    def encoder(self) -> nn.Module:
        """The first half."""

    def features(self, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, width] from the first half."""

    def answer(self, features: Tensor, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, outputs] from the second."""


@dataclass(frozen=True)
class Trainable(Model):
    """A network and how it is trained: a model."""

    network: Network
    training: Training
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    paced: ClassVar[bool] = True

    def encoders(self) -> Mapping[Kind, Settings]:
        """Those that the network wants."""
        return self.network.encoders()

    def variants(self) -> Sequence[Settings]:
        """As the network's."""
        return self.network.variants()

    def space(self) -> Space:
        """As the network's."""
        return self.network.space()

    def cheaper(self, times: float) -> Settings:
        """As the network's."""
        return self.network.cheaper(times)

    def memory(self, rows: Examples) -> float:
        """Targets, weights, and the order of the rows: of what else there is, batches alone are in memory."""
        return 64.0 * len(rows)

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> TorchPredictor:
        """Train until the loss on `valid` has not fallen for `early_stopping` epochs; keep the best epoch's weights.

        Raises:
            RecipeError: the network does not read these blocks, or its loss is never a number.
        """
        with _deterministic(seeds.derive(seed, "weights")):
            specs = {name: block.spec for name, block in train.inputs.items()}
            module = self.network.build(train, self.training)
            target = self._target(train, task)
            seen, held = (_Part(module, part, target) for part in (train, valid))
            _Run(module, seen, held, self.training, type(self.network).__name__.lower(), seed).train()
            answering = Answering(module, target.centre, target.scale, classifies=task.classifies)
            answering.eval()
            return TorchPredictor(answering, specs)

    def _target(self, train: Examples, task: Task) -> Scaled:
        if task.classifies:
            return Scaled(task, self.network.goal())
        centre, scale = float(np.average(train.target, weights=train.weight)), float(train.target.std()) or 1.0
        return Scaled(task, self.network.goal(), centre, scale)


class _Part:
    """Rows as the loop reads them: what does not change from epoch to epoch is made once."""

    def __init__(self, module: nn.Module, part: Examples, target: Scaled) -> None:
        self.module, self.scaled = module, target
        self.target = target(part)
        self.weight = None if part.weight is None else torch.from_numpy(part.weight).float()
        self.features: Tensor | None = None
        inputs = part.inputs
        if isinstance(module, Frozen) and not any(p.requires_grad for p in module.encoder.parameters()):
            self.features = _features(module.eval(), inputs)
            inputs = {name: block for name, block in inputs.items() if block.spec.form != "tokens"}
        self.length = order.lengths(inputs)
        self.feeds = batches.Feeds(inputs, list(part.inputs))

    def __len__(self) -> int:
        return len(self.target)

    def loss(self, rows: Ints) -> Tensor:
        """The mean loss of some rows, [rows] int."""
        feeds, chosen = self.feeds(rows), torch.from_numpy(rows)
        if self.features is not None and isinstance(self.module, Frozen):
            raw = self.module.answer(self.features.index_select(0, chosen), feeds)
        else:
            raw = self.module(**feeds)
        return self.scaled.loss(raw, self.target[chosen], None if self.weight is None else self.weight[chosen])

    def mean_loss(self) -> float:
        """The mean loss of all rows, as they are answered when nothing is learnt."""
        self.module.eval()
        total = weight = 0.0
        with torch.inference_mode():
            for rows in order.in_order(len(self), self.length, order.BATCH if self.length is not None else ANSWERED):
                share = float(len(rows)) if self.weight is None else float(self.weight[rows].sum())
                total += float(self.loss(rows)) * share
                weight += share
        return total / max(weight, 1e-12)


class _Run:
    """One training, epoch by epoch."""

    def __init__(self, module: nn.Module, train: _Part, valid: _Part, how: Training, name: str, seed: int) -> None:
        self.module, self.rows, self.valid, self.how, self.name = module, train, valid, how, name
        self.random = seeds.generator(seed, "batches")
        self.batch_size = how.batch_size or batches.usual_size(len(train))
        self.per_epoch = math.ceil(len(train) / self.batch_size)
        self.total = how.epochs * self.per_epoch
        self.done, self.began = 0, time.monotonic()
        self.matrices = matrices(module)
        self.halved = steps.halved(module, how)
        self.optimizer = steps.optimizer(module, how)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: steps.rate((step + 0.5) / self.total, how.schedule, how.warmup)
        )

    def train(self) -> None:
        best, best_loss, since = copy.deepcopy(self.module.state_dict()), math.inf, 0
        for epoch in range(self.how.epochs):
            self._epoch(epoch, best_loss)
            loss = self.valid.mean_loss()
            if loss < best_loss:
                best, best_loss, since = copy.deepcopy(self.module.state_dict()), loss, 0
            else:
                since += 1
            self._hurry()
            if since >= self.how.early_stopping or self._over():
                break
        events.step(f"training {self.name}", self.total, self.total, f"best valid loss {best_loss:.4f}")
        if math.isinf(best_loss):
            raise RecipeError(
                "training diverged: the valid loss was never a number", "training.learning_rate", "lower it"
            )
        self.module.load_state_dict(best)

    def _epoch(self, epoch: int, best_loss: float) -> None:
        self.module.train()
        start, seen = time.perf_counter(), 0
        shuffled = batches.shuffled(len(self.rows), self.rows.length, self.batch_size, self.random)
        for number, rows in enumerate(shuffled):
            loss = self._step(rows)
            seen += len(rows)
            speed = seen / max(time.perf_counter() - start, 1e-9)
            told = f"epoch {epoch + 1}, loss {loss:.3f}, {speed:.0f} rows/s"
            if math.isfinite(best_loss):
                told += f", best valid loss {best_loss:.4f}"
            events.step(f"training {self.name}", epoch * self.per_epoch + number, self.total, told)
            if self.done == FIRST:
                self._hurry()
            if self._over():
                break

    def _step(self, rows: Ints) -> float:
        """Learn from one batch; its loss."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.halved):
            loss = self.rows.loss(rows)
        if self.how.regularisation.l1 > 0:
            loss = loss + self.how.regularisation.l1 * sum(matrix.abs().sum() for matrix in self.matrices)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        self.done += 1
        self.schedule.step()
        return float(loss.detach())

    def _hurry(self) -> None:
        """Where the deadline would come before the schedule's end, let that end be earlier: its last steps matter."""
        if math.isfinite(left := deadline.left()):
            a_step = (time.monotonic() - self.began) / self.done
            self.total = min(self.total, self.done + max(int(SAFE * left / a_step), 1))

    def _over(self) -> bool:
        return deadline.passed() or self.done >= self.total


def _features(module: Frozen, inputs: Inputs) -> Tensor:
    rows, out, done = len(next(iter(inputs.values()))), None, 0
    with torch.no_grad():
        for chosen in order.in_order(rows, order.lengths(inputs)):
            part = module.features(batches.tensors(take(inputs, chosen)))
            if out is None:
                out = torch.empty(rows, part.shape[1])
            out[torch.from_numpy(chosen)] = part
            done += len(chosen)
            events.step("embedding", done, rows)
    return out if out is not None else torch.empty(0, 1)


@contextmanager
def _deterministic(seed: int) -> Iterator[None]:
    """One seed, one result; the caller's own stream of chance goes on as if nothing had happened."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(mode=True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(mode=before[0], warn_only=before[1])
