"""How a network is trained, and what a model of numbers minimises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a model of numbers minimises, and so what it foretells: the mean, the median, what lies between them, a quantile.
Loss: TypeAlias = Literal["squared", "absolute", "huber", "quantile"]
# What a target is learnt as, where not as it is.
Transform: TypeAlias = Literal["log", "sqrt", "quantile"]
Optimizer: TypeAlias = Literal["adamw", "adam", "sgd", "momentum", "adagrad"]
Schedule: TypeAlias = Literal["cosine", "linear", "constant"]
Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]

# How many times AdamW's learning rate an optimizer wants, where a recipe names the one and not the other.
PACES: Mapping[Optimizer, float] = {"adamw": 1.0, "adam": 1.0, "sgd": 10.0, "momentum": 2.0, "adagrad": 10.0}


@dataclass(frozen=True)
class Goal:
    """What a network of numbers minimises; classes have their log loss.

    `huber` is squared up to 1.345 deviations of the training target, and absolute beyond.
    """

    loss: Loss = "squared"
    quantile: float = 0.5


@dataclass(frozen=True)
class Regularisation:
    """What keeps a network from learning its rows by heart.

    `l1` is the weight of the matrices' absolute values in the loss; `l2` their decay (for AdamW decoupled, Loshchilov
    2019); biases, norms and embeddings are left alone. `dropout` is the share of hidden units that a step leaves out.
    """

    l1: float = 0.0
    l2: float = 0.01
    dropout: float = 0.0


@dataclass(frozen=True)
class Training:
    """How a network is trained. A network names its own defaults; a recipe's `training:` overrides them one by one.

    Without a `batch_size` the number of rows decides. A step learns from `gradient_accumulation` batches; its gradient
    is cut to the norm `max_grad_norm` (Pascanu 2013). A layer of a pretrained network learns at `layer_decay` times the
    rate of the layer above it (Howard 2018).
    """

    epochs: int
    learning_rate: float
    batch_size: int | None = None
    optimizer: Optimizer = "adamw"
    regularisation: Regularisation = Regularisation()
    schedule: Schedule = "cosine"
    warmup: float = 0.1
    early_stopping: int = 5
    precision: Precision = "auto"
    gradient_accumulation: int = 1
    max_grad_norm: float = 1.0
    layer_decay: float = 1.0
