"""A training's state on disk: one file, whole or not there, that holds tensors and what is told beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes

from modelyard.core import events
from modelyard.core.artifacts import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch
    from torch import Tensor, nn

TOLD = "told"
OPTIMIZER = "optimizer"


def save(path: Path, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> None:
    """Write tensors and JSON in one rename; no two tensors share memory."""
    whole = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    write_file(path, to_bytes(whole, {TOLD: msgspec.json.encode(told).decode()}))


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """What was saved; None where nothing was, or where it cannot be read, which is told."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            told = msgspec.json.decode((file.metadata() or {})[TOLD], type=dict)
            return {name: file.get_tensor(name) for name in file.keys()}, told  # noqa: SIM118 - it is no mapping
    except (SafetensorError, KeyError, msgspec.MsgspecError) as error:
        events.note(f"the checkpoint {path.name} cannot be read ({type(error).__name__}): begun anew")
        return None


def of(module: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The weights of a module that learn, each once, and what the optimizer remembers of them."""
    remembered = optimizer.state_dict()["state"]
    moments = {
        f"{OPTIMIZER}/{number}/{key}": value
        for number, kept in remembered.items()
        for key, value in kept.items()
        if value is not None  # a momentum that no step has made yet
    }
    return {f"weights/{name}": weight for name, weight in module.named_parameters() if weight.requires_grad} | moments


def restore(module: nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back what `of` gave."""
    for name, weight in module.named_parameters():
        if weight.requires_grad:
            weight.data.copy_(tensors[f"weights/{name}"])
    remembered: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith(f"{OPTIMIZER}/"):
            _, number, key = name.split("/")
            remembered.setdefault(int(number), {})[key] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": remembered})
