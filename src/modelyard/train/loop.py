"""The loop that trains every network: batches, a schedule, early stopping on the valid rows, an end in time."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from modelyard.core import deadline, energy, events, order, seeds
from modelyard.core.blocks import Examples, Inputs, take
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Model, Network
from modelyard.core.registry import settings_of
from modelyard.core.training import Training
from modelyard.core.types import Ints, Kind, Task
from modelyard.features import weights
from modelyard.models.layers.gentle import matrices
from modelyard.train import batches, state, steps
from modelyard.train.checkpoint import Checkpoint
from modelyard.train.losses import Scaled
from modelyard.train.predictor import Answering, TorchPredictor
from modelyard.train.seeded import deterministic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@runtime_checkable
class Settling(Protocol):
    """A module that is simpler once it has learnt."""

    def settle(self) -> None:
        """Put away what was only there for learning; answers stay as they are."""


@dataclass(frozen=True)
class Trainable(Model):
    """A network and how it is trained: a model."""

    network: Network
    training: Training
    checkpoints: Path | None = None  # the folder, where a training that takes long is to survive its process
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
        with deterministic(seeds.derive(seed, "weights")):
            specs = {name: block.spec for name, block in train.inputs.items()}
            module = self.network.build(train, self.training)
            target = self._target(train, task)
            parts = (_Part(module, train, target), _Part(module, valid, target))
            run = _Run(module, parts, self.training, type(self.network).__name__.lower(), seed)
            run.train(self._checkpoint((train, valid), seed))
            if isinstance(module, Settling):
                module.settle()
            answering = Answering(module, target.centre, target.scale, classifies=task.classifies)
            answering.eval()
            return TorchPredictor(answering, specs)

    def _checkpoint(self, rows: tuple[Examples, Examples], seed: int) -> Checkpoint | None:
        """Where there is a folder, and no clock decides how much is learnt."""
        if self.checkpoints is None or math.isfinite(deadline.left()):
            return None
        name, settings = type(self.network).__name__, settings_of(self.network)
        grown = weights.fingerprint(str(settings["weights"])) if settings.get("weights") else ""
        return Checkpoint(self.checkpoints, [name, settings, grown, repr(self.training), seed], rows)

    def _target(self, train: Examples, task: Task) -> Scaled:
        if task.classifies:
            return Scaled(task, self.network.goal())
        centre, scale = float(np.average(train.target, weights=train.weight)), float(train.target.std()) or 1.0
        return Scaled(task, self.network.goal(), centre, scale)


@dataclass
class _Standing:
    """How far a training has come."""

    epoch: int = 0
    batch: int = 0  # of the epoch, the next one
    done: int = 0  # batches
    best_loss: float = math.inf
    right: float | None = None  # share of the valid rows whose class was answered, at the last look
    since: int = 0  # epochs without a gain
    seconds: float = 0.0


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
        return self._loss(self.raw(rows), rows)

    def raw(self, rows: Ints) -> Tensor:
        """What the module answers some rows, [rows] int."""
        feeds = self.feeds(rows)
        if self.features is not None and isinstance(self.module, Frozen):
            return self.module.answer(self.features.index_select(0, torch.from_numpy(rows)), feeds)
        answers: Tensor = self.module(**feeds)
        return answers

    def _loss(self, raw: Tensor, rows: Ints) -> Tensor:
        chosen = torch.from_numpy(rows)
        return self.scaled.loss(raw, self.target[chosen], None if self.weight is None else self.weight[chosen])

    def judged(self) -> tuple[float, float | None]:
        """The mean loss of all rows when nothing is learnt; for classes the share of right answers."""
        self.module.eval()
        total = right = weight = 0.0
        with torch.inference_mode():
            for rows in order.in_order(len(self), self.length, order.BATCH if self.length is not None else ANSWERED):
                share = float(len(rows)) if self.weight is None else float(self.weight[rows].sum())
                raw = self.raw(rows)
                total += float(self._loss(raw, rows)) * share
                weight += share
                if self.scaled.task.classifies:
                    right += float((raw.argmax(dim=-1) == self.target[torch.from_numpy(rows)]).sum())
        return total / max(weight, 1e-12), right / max(len(self), 1) if self.scaled.task.classifies else None


class _Run:
    """One training, epoch by epoch."""

    def __init__(self, module: nn.Module, parts: tuple[_Part, _Part], how: Training, name: str, seed: int) -> None:
        """`parts` are those to learn from and to judge by."""
        self.module, self.how, self.name = module, how, name
        self.random = seeds.generator(seed, "batches")
        self.order = self.random.bit_generator.state  # from which the epoch's batches are drawn
        self.rows, self.valid = parts
        self.batch_size = how.batch_size or batches.usual_size(len(self.rows))
        self.per_epoch = math.ceil(len(self.rows) / self.batch_size)
        self.total = how.epochs * self.per_epoch
        self.at = _Standing()
        self.best = self._weights()
        self.began = time.monotonic()
        self.matrices = matrices(module)
        self.halved = steps.halved(module, how)
        self.optimizer = steps.optimizer(module, how)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]

    def train(self, checkpoint: Checkpoint | None) -> None:
        """Learn to the end; where a checkpoint was left, from there."""
        if checkpoint is not None and (kept := checkpoint.load()) is not None:
            self._resume(*kept)
        self.began = time.monotonic() - self.at.seconds
        while self.at.epoch < self.how.epochs:
            self._epoch(checkpoint)
            self._judge()
            self._hurry()
            if self.at.since >= self.how.early_stopping or self._over():
                break
        told = f"best valid loss {self.at.best_loss:.4f}"
        events.step(f"training {self.name}", self.total, self.total, told)
        if math.isinf(self.at.best_loss):
            raise RecipeError(
                "training diverged: the valid loss was never a number", "training.learning_rate", "lower it"
            )
        self.module.load_state_dict(self.best, strict=False)
        if checkpoint is not None:
            checkpoint.done()

    def _epoch(self, checkpoint: Checkpoint | None) -> None:
        self.module.train()
        self.order = self.random.bit_generator.state
        shuffled = list(batches.shuffled(len(self.rows), self.rows.length, self.batch_size, self.random))
        start, seen = time.perf_counter(), 0
        for number in range(self.at.batch, len(shuffled)):
            rows = shuffled[number]
            last = number + 1 == len(shuffled) or (number + 1) % self.how.gradient_accumulation == 0
            loss = self._step(rows, move=last)
            self.at.batch = number + 1
            seen += len(rows)
            self._tell(loss, seen / max(time.perf_counter() - start, 1e-9))
            if self.at.done == FIRST:
                self._hurry()
            if self._over():
                break
            if checkpoint is not None and checkpoint.due and last:
                checkpoint.save(*self._state())
        self.at.epoch, self.at.batch = self.at.epoch + 1, 0

    def _judge(self) -> None:
        """Keep the weights if they answer the valid rows better than any before."""
        with self._precision():
            loss, right = self.valid.judged()
        self.at.right = right
        if loss < self.at.best_loss:
            self.best, self.at.best_loss, self.at.since = self._weights(), loss, 0
        else:
            self.at.since += 1

    def _tell(self, loss: float, speed: float) -> None:
        told = f"epoch {self.at.epoch + 1}, loss {loss:.3f}, {speed:.0f} rows/s"
        if math.isfinite(self.at.best_loss):
            told += f", best valid loss {self.at.best_loss:.4f}"
        if self.at.right is not None:
            told += f", valid accuracy {self.at.right:.3f}"
        if (used := energy.so_far()) is not None:
            told += f", {energy.told(used)}"
        events.step(f"training {self.name}", self.at.done - 1, self.total, told)

    def _step(self, rows: Ints, *, move: bool) -> float:
        """Learn from one batch; weights move when enough of them are seen. Its loss."""
        with self._precision():
            loss = self.rows.loss(rows)
        if self.how.regularisation.l1 > 0:
            loss = loss + self.how.regularisation.l1 * sum(matrix.abs().sum() for matrix in self.matrices)
        (loss / self.how.gradient_accumulation).backward()  # type: ignore[no-untyped-call]
        if move:
            nn.utils.clip_grad_norm_(self.module.parameters(), self.how.max_grad_norm)
            share = steps.rate((self.at.done + 0.5) / self.total, self.how.schedule, self.how.warmup)
            for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
                group["lr"] = rate * share
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
        self.at.done += 1
        return float(loss.detach())

    def _precision(self) -> torch.autocast:
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.halved)

    def _hurry(self) -> None:
        """Where the deadline would come before the schedule's end, let that end be earlier: its last steps matter."""
        if math.isfinite(left := deadline.left()):
            a_step = (time.monotonic() - self.began) / self.at.done
            self.total = min(self.total, self.at.done + max(int(SAFE * left / a_step), 1))

    def _over(self) -> bool:
        return deadline.passed() or self.at.done >= self.total

    def _weights(self) -> dict[str, Tensor]:
        """A copy of all that may change."""
        frozen = {name for name, parameter in self.module.named_parameters() if not parameter.requires_grad}
        return {name: each.clone() for name, each in self.module.state_dict().items() if name not in frozen}

    def _state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        self.at.seconds = time.monotonic() - self.began
        tensors = {**state.of(self.module, self.optimizer), "chance": torch.get_rng_state()}
        tensors |= {f"best/{name}": tensor for name, tensor in self.best.items()}
        # as text: JSON has no infinity, and its readers no integers of 128 bits
        return tensors, {"at": json.dumps(asdict(self.at)), "order": json.dumps(self.order)}

    def _resume(self, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> None:
        state.restore(self.module, self.optimizer, tensors)
        torch.set_rng_state(tensors["chance"])
        self.random.bit_generator.state = json.loads(told["order"])
        best = {name.removeprefix("best/"): tensor for name, tensor in tensors.items() if name.startswith("best/")}
        self.best, self.at = best, _Standing(**json.loads(told["at"]))
        events.note(f"training {self.name} goes on from epoch {self.at.epoch + 1}, batch {self.at.batch + 1}")


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
