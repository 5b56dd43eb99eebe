"""Low-rank adapters: a few new weights beside each matrix that stays as it was (Hu 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peft import LoraConfig
from peft.tuners.lora import LoraLayer, LoraModel

if TYPE_CHECKING:
    from torch import nn

DROPOUT = 0.05


def adapt(network: nn.Module, rank: int, alpha: float) -> None:
    """Put an adapter beside every linear layer, in place: W x becomes W x + (alpha / rank) B A x; only A and B learn.

    B starts at zero, so that the network answers as before.
    """
    told = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=DROPOUT, target_modules="all-linear")
    LoraModel(network, told, "default")


def merge(network: nn.Module) -> None:
    """Add every adapter to its matrix, in place: the network has its own layers again, and answers the same."""
    for name, layer in list(network.named_modules()):
        if isinstance(layer, LoraLayer):
            adapted: Any = layer
            adapted.merge()
            parent, _, last = name.rpartition(".")
            setattr(network.get_submodule(parent), last, adapted.get_base_layer())
