"""How a network is trained, and what a model of numbers minimises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

# What a model of numbers minimises, and so what it foretells: the mean, the median, what lies between them, a quantile.
Loss: TypeAlias = Literal["squared", "absolute", "huber", "quantile"]
Optimizer: TypeAlias = Literal["adamw", "adam", "sgd", "momentum", "adagrad"]
Schedule: TypeAlias = Literal["cosine", "linear", "constant"]
Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]


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
    """How a network is trained. A network names its own defaults; a recipe's `training:` overrides them one by one."""

    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: Optimizer = "adamw"
    regularisation: Regularisation = Regularisation()
    schedule: Schedule = "cosine"
    warmup: float = 0.1
    early_stopping: int = 5
    precision: Precision = "auto"
