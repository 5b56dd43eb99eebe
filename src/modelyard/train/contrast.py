"""The loop that trains a network by pairs of texts: alike where their classes are, and then a line between the classes.

Of a batch of n texts every pair is compared, so n readings teach n (n - 1) / 2 pairs: with unit vectors u and classes y
the loss is the mean of (u_i u_j - [y_i = y_j])^2 over pairs of one class and over pairs of two, each counting half
(Tunstall 2022, with pairs formed inside the batch).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from modelyard.core import deadline, events, order, seeds
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Learns, Model, Network
from modelyard.core.training import Training
from modelyard.core.types import Floats, Ints, Kind, Task
from modelyard.train import batches, steps
from modelyard.train.predictor import Answering, TorchPredictor
from modelyard.train.seeded import deterministic

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from modelyard.core.blocks import Examples
    from modelyard.core.protocols import Settings

MOST = 120  # steps: of more texts, a part is enough to bend the encoder, and the line is fitted on all of them
FEWEST = 2  # texts of a class in a batch, so that there is a pair
READ = 64  # texts read at once where nothing is learnt
ABSENT = -30.0  # the logit of a class that no row shows


class Paired(Protocol):
    """A module that compares rows, and answers by a line."""

    head: nn.Linear

    def vectors(self, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, width] of unit length: what is compared."""

    def read(self, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, width of the head]: what the line is fitted on."""


@dataclass(frozen=True)
class Contrastive(Model):
    """A network that learns from pairs: a model."""

    network: Network
    training: Training
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    learns: ClassVar[Learns] = "pairs"
    paced: ClassVar[bool] = True

    def encoders(self) -> Mapping[Kind, Settings]:
        """Those that the network wants."""
        return self.network.encoders()

    def memory(self, rows: Examples) -> float:
        """Of each row what the line reads, some hundred numbers, and what its solver holds of them."""
        return 16.0 * 1024 * len(rows)

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> TorchPredictor:  # noqa: ARG002
        """Bend the encoder by pairs of `train`, then fit the line on all of it; there is nothing that `valid` chooses.

        Raises:
            RecipeError: the network does not read these blocks, or the loss is no number.
        """
        with deterministic(seeds.derive(seed, "weights")):
            module: Any = self.network.build(train, self.training)
            feeds = batches.Feeds(train.inputs, list(train.inputs))
            _bend(module, feeds, train, self.training, seed)
            _fit_head(module, _read(module, feeds, train), train)
        answering = Answering(module, 0.0, 1.0, classifies=True)
        answering.eval()
        return TorchPredictor(answering, {name: block.spec for name, block in train.inputs.items()})


class Drawn:
    """Balanced batches of rows, by seed: as many of each class as there is room for, heavier rows more often."""

    def __init__(self, train: Examples, size: int, seed: int) -> None:
        """Of rows that have a weight; `size` is that of a batch."""
        self.random = seeds.generator(seed, "pairs")
        weight = np.ones(len(train)) if train.weight is None else train.weight
        heavy = np.flatnonzero(weight > 0)
        rows = [heavy[train.target[heavy] == one] for one in np.unique(train.target[heavy])]
        self.shares = [(some, weight[some] / weight[some].sum()) for some in rows]
        self.size = max(size, 2 * FEWEST)

    def __call__(self) -> Ints:
        """The rows of a batch, [rows] int; where there are too many classes for it, some of them."""
        room = min(len(self.shares), self.size // FEWEST)
        classes = self.random.permutation(len(self.shares))[:room]
        each = self.size // max(room, 1)
        drawn = [self._of(one, each) for one in classes.tolist()]
        return np.concatenate(drawn) if drawn else np.zeros(0, np.int64)

    def _of(self, one: int, wanted: int) -> Ints:
        rows, share = self.shares[one]
        chosen: Ints = self.random.choice(rows, size=min(wanted, len(rows)), replace=False, p=share)
        return chosen


def pair_loss(vectors: Tensor, target: Tensor) -> Tensor:
    """The loss of all pairs of [rows, width] unit vectors with classes [rows]; 0 where there is no pair."""
    alike = vectors @ vectors.T
    upper = torch.ones_like(alike, dtype=torch.bool).triu(1)
    same = target[:, None] == target[None, :]
    halves = [((alike - 1) ** 2)[upper & same], (alike**2)[upper & ~same]]
    there = [half.mean() for half in halves if len(half)]
    return torch.stack(there).mean() if there else alike.sum() * 0


def _bend(module: Any, feeds: batches.Feeds, train: Examples, how: Training, seed: int) -> None:  # noqa: ANN401 - Paired
    """Let the encoder learn which rows are alike."""
    size = how.batch_size or 16
    drawn = Drawn(train, size, seed)
    total = min(how.epochs * math.ceil(len(train) / size), MOST)
    if len(drawn.shares) < 2 or not total:
        return
    target = torch.from_numpy(np.asarray(train.target))
    optimizer, halved = steps.optimizer(module, how), steps.halved(module, how)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: steps.rate((step + 0.5) / total, how.schedule, how.warmup)
    )
    module.train()
    for step in range(total):
        if deadline.passed():
            break
        rows = drawn()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=halved):
            vectors = module.vectors(feeds(rows))
        loss = pair_loss(vectors.float(), target[torch.from_numpy(rows)])
        if not math.isfinite(float(loss.detach())):
            raise RecipeError("training diverged: the loss is no number", "training.learning_rate", "lower it")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        events.step("comparing pairs", step + 1, total, f"loss {float(loss.detach()):.4f}")
    events.step("comparing pairs", total, total)


def _read(module: Any, feeds: batches.Feeds, train: Examples) -> Floats:  # noqa: ANN401 - Paired
    """What the line is fitted on, [rows, width] float32."""
    module.eval()
    out = np.zeros((len(train), module.head.in_features), dtype=np.float32)
    done = 0
    with torch.inference_mode():
        for rows in order.in_order(len(train), order.lengths(train.inputs), READ):
            out[rows] = module.read(feeds(rows)).numpy()
            done += len(rows)
            events.step("embedding", done, len(train))
    return out


def _fit_head(module: Paired, read: Floats, train: Examples) -> None:
    """Logistic regression, written into the module's head."""
    heavy = np.ones(len(train), bool) if train.weight is None else train.weight > 0
    target: npt.NDArray[Any] = np.asarray(train.target)[heavy]
    there = np.unique(target)
    weights = np.zeros((module.head.out_features, read.shape[1]))
    bias = np.full(len(weights), ABSENT)
    bias[there] = 0.0
    if len(there) > 1:
        weight = None if train.weight is None else train.weight[heavy]
        line = LogisticRegression(max_iter=1000).fit(read[heavy].astype(np.float64), target, sample_weight=weight)
        told = there[-1:] if len(there) == 2 else there  # of two classes the second alone has a line
        weights[told], bias[told] = line.coef_, line.intercept_
    with torch.no_grad():
        module.head.weight.copy_(torch.from_numpy(weights))
        module.head.bias.copy_(torch.from_numpy(bias))
