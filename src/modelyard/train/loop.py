"""The loop that trains every network: AdamW, a warm-up and a cosine, early stopping on the valid rows."""

from __future__ import annotations

import copy
import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from modelyard.core import events, order, seeds
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Model, Network
from modelyard.core.training import Training
from modelyard.core.types import Examples, Inputs, Json, Kind, Task, take
from modelyard.train import batches
from modelyard.train.predictor import Answering, TorchPredictor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@runtime_checkable
class Frozen(Protocol):
    """A module whose first half may not learn: then what it makes of the rows is computed once."""

    encoder: nn.Module

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

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Those that the network wants."""
        return self.network.encoders()

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> TorchPredictor:
        """Train until the loss on `valid` has not fallen for `early_stopping` epochs; keep the best epoch's weights.

        Raises:
            RecipeError: the network does not read these blocks, or its loss is never a number.
        """
        with _deterministic(seeds.derive(seed, "weights")):
            specs = {name: block.spec for name, block in train.inputs.items()}
            module = self.network.build(train, self.training)
            centre, scale = _target_scale(train, task)
            data = _Data(module, train, valid, task, centre, scale)
            _Run(module, data, self.training, type(self.network).__name__.lower(), seed).train()
            answering = Answering(module, centre, scale, classifies=task.classifies)
            answering.eval()
            return TorchPredictor(answering, specs)


class _Data:
    """Both parts as the loop reads them, what a frozen encoder makes of them computed once."""

    def __init__(
        self, module: nn.Module, train: Examples, valid: Examples, task: Task, centre: float, scale: float
    ) -> None:
        self.module, self.train, self.valid = module, train, valid
        self.classifies, self.centre, self.scale = task.classifies, centre, scale
        self.length = order.lengths(train.inputs)
        self.cached: dict[int, Tensor] = {}
        if isinstance(module, Frozen) and not any(p.requires_grad for p in module.encoder.parameters()):
            module.eval()
            self.cached = {id(part): _features(module, part.inputs) for part in (train, valid)}
            self.length = None

    def loss(self, part: Examples, rows: Any) -> Tensor:  # noqa: ANN401 - [rows] int
        """The mean loss of some rows."""
        chosen = part.take(rows)
        if self.cached and isinstance(self.module, Frozen):
            others = {name: block for name, block in chosen.inputs.items() if block.spec.form != "tokens"}
            feeds = self._placed(part.inputs, others)
            raw = self.module.answer(self.cached[id(part)][torch.from_numpy(rows)], feeds)
        else:
            raw = self.module(**batches.tensors(chosen.inputs))
        if self.classifies:
            each = functional.cross_entropy(raw, torch.from_numpy(chosen.target), reduction="none")
        else:
            scaled = (torch.from_numpy(chosen.target) - self.centre) / self.scale
            each = functional.mse_loss(raw[:, 0], scaled.to(raw.dtype), reduction="none")
        if chosen.weight is None:
            return each.mean()
        weight = torch.from_numpy(chosen.weight).to(each.dtype)
        return (each * weight).sum() / weight.sum().clamp(min=1e-12)

    @staticmethod
    def _placed(inputs: Inputs, others: Inputs) -> dict[str, Tensor]:
        """Feeds of some blocks under the names that they have among all."""
        feeds: dict[str, Tensor] = {}
        for place, name in enumerate(inputs):
            if name in others:
                arrays = others[name].arrays()
                feeds |= {f"x{place}_{half}": torch.from_numpy(np.ascontiguousarray(a)) for half, a in arrays.items()}
        return feeds

    def valid_loss(self) -> float:
        """The mean loss of the valid rows."""
        self.module.eval()
        total = weight = 0.0
        length = None if self.cached else order.lengths(self.valid.inputs)
        with torch.inference_mode():
            for rows in order.in_order(len(self.valid), length):
                share = float(len(rows)) if self.valid.weight is None else float(self.valid.weight[rows].sum())
                total += float(self.loss(self.valid, rows)) * share
                weight += share
        return total / max(weight, 1e-12)


class _Run:
    """One training, epoch by epoch."""

    def __init__(self, module: nn.Module, data: _Data, how: Training, name: str, seed: int) -> None:
        self.module, self.data, self.how, self.name = module, data, how, name
        self.random = seeds.generator(seed, "batches")
        self.per_epoch = math.ceil(len(data.train) / how.batch_size)
        self.optimizer = _optimizer(module, how)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)

    def train(self) -> None:
        best, best_loss, since = copy.deepcopy(self.module.state_dict()), math.inf, 0
        for epoch in range(self.how.epochs):
            self._epoch(epoch, best_loss)
            loss = self.data.valid_loss()
            if loss < best_loss:
                best, best_loss, since = copy.deepcopy(self.module.state_dict()), loss, 0
            else:
                since += 1
            if since >= self.how.early_stopping:
                break
        total = self.how.epochs * self.per_epoch
        events.step(f"training {self.name}", total, total, f"best valid loss {best_loss:.4f}")
        if math.isinf(best_loss):
            raise RecipeError(
                "training diverged: the valid loss was never a number", "training.learning_rate", "lower it"
            )
        self.module.load_state_dict(best)

    def _epoch(self, epoch: int, best_loss: float) -> None:
        self.module.train()
        start, seen = time.perf_counter(), 0
        shuffled = batches.shuffled(len(self.data.train), self.data.length, self.how.batch_size, self.random)
        for number, rows in enumerate(shuffled):
            loss = self.data.loss(self.data.train, rows)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
            self.optimizer.step()
            self.schedule.step()
            seen += len(rows)
            speed = seen / max(time.perf_counter() - start, 1e-9)
            told = f"epoch {epoch + 1}, loss {float(loss.detach()):.3f}, {speed:.0f} rows/s"
            if math.isfinite(best_loss):
                told += f", best valid loss {best_loss:.4f}"
            events.step(
                f"training {self.name}", epoch * self.per_epoch + number, self.how.epochs * self.per_epoch, told
            )

    def _rate(self, step: int) -> float:
        """The share of the learning rate at a step: a linear rise, then half a cosine down to a hundredth."""
        total = self.how.epochs * self.per_epoch
        rise = self.how.warmup * total
        if step < rise:
            return (step + 1) / (rise + 1)
        turn = (step - rise) / max(total - rise, 1)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(turn, 1.0)))


def _optimizer(module: nn.Module, how: Training) -> torch.optim.Optimizer:
    """Weight decay on matrices alone: not on biases, norms and embeddings (Loshchilov 2019)."""
    embeddings = {id(p) for m in module.modules() if isinstance(m, nn.Embedding) for p in m.parameters()}
    learning = [p for p in module.parameters() if p.requires_grad]
    decayed = [p for p in learning if p.ndim > 1 and id(p) not in embeddings]
    plain = [p for p in learning if p.ndim <= 1 or id(p) in embeddings]
    groups = [{"params": decayed, "weight_decay": how.regularisation.l2}, {"params": plain, "weight_decay": 0.0}]
    groups = [group for group in groups if group["params"]]
    if how.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=how.learning_rate, momentum=0.9, nesterov=True)
    kind = torch.optim.AdamW if how.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=how.learning_rate)


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


def _target_scale(train: Examples, task: Task) -> tuple[float, float]:
    if task.classifies:
        return 0.0, 1.0
    return float(np.average(train.target, weights=train.weight)), float(train.target.std()) or 1.0


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
