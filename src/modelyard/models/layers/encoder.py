"""A pretrained transformers encoder: token ids in, one vector a text out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import torch
from torch import Tensor, nn
from transformers import AutoModel
from transformers.utils import logging as chatter

from modelyard.core.errors import RecipeError
from modelyard.features import weights as pretrained

if TYPE_CHECKING:
    from collections.abc import Iterator

# What stands for a text: the mean of its tokens (Reimers 2019), or the first token, which BERT calls [CLS].
Pooling: TypeAlias = Literal["mean", "cls"]


class TextEncoder(nn.Module):
    """[rows, length] token ids and mask to [rows, width] float32."""

    def __init__(self, network: nn.Module, pooling: Pooling, width: int) -> None:
        """`network` is a transformers encoder whose hidden states are `width` wide."""
        super().__init__()
        self.network, self.pooling, self.width = network, pooling, width

    @property
    def layers(self) -> nn.ModuleList | None:
        """The network's layers, the lowest first; None where it does not keep them as a list."""
        found = (part for part in self.network.modules() if isinstance(part, nn.ModuleList) and len(part) > 1)
        return next(found, None)

    def depths(self) -> dict[str, int]:
        """How many layers lie above each parameter, by its name; embeddings lie below the lowest layer."""
        layers = list(self.layers or [])
        place = {id(p): len(layers) - height for height, part in enumerate(layers) for p in part.parameters()}
        lowest = {id(p) for p in self.network.get_input_embeddings().parameters()} if layers else set()  # type: ignore[operator]
        below = {name.rpartition(".")[0].rpartition(".")[0] for name, p in self.named_parameters() if id(p) in lowest}
        found: dict[str, int] = {}
        for name, parameter in self.named_parameters():
            if id(parameter) in place:
                found[name] = place[id(parameter)]
            elif any(name.startswith(f"{stem}.") for stem in below):
                found[name] = len(layers) + 1
        return found

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The mean over a text's own tokens, or its first token."""
        hidden: Tensor = self.network(input_ids=ids, attention_mask=mask).last_hidden_state  # [rows, length, width]
        if self.pooling == "cls":
            return hidden[:, 0]
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        pooled: Tensor = (hidden * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1)
        return pooled


def load(weights: str, max_length: int, pooling: Pooling = "mean") -> TextEncoder:
    """The encoder of some weights.

    Raises:
        RecipeError: the weights cannot be had or read, or they read fewer than `max_length` tokens.
        MissingExtraError: the package that carries them is not installed.
    """
    folder = pretrained.folder(weights)
    try:
        with quiet():
            network: Any = AutoModel.from_pretrained(
                folder, local_files_only=True, attn_implementation="sdpa", dtype=torch.float32
            )
    except (OSError, ValueError) as error:
        hint = "a folder that AutoModel.from_pretrained reads: config.json and model.safetensors"
        raise RecipeError("the weights cannot be read", f"weights '{weights}'", hint) from error
    # what the hub gave is known only now
    check_length(weights, max_length, getattr(network.config, "max_position_embeddings", None))
    if hasattr(network, "pooler"):
        network.pooler = None  # a layer on the first token that is for another task, and is not read here
    return TextEncoder(network, pooling, int(network.config.hidden_size))


def check_length(weights: str, max_length: int, longest: int | None) -> None:
    """The weights read as many tokens as a recipe says; `longest` is the most that they read, where that is known.

    Raises:
        RecipeError: they read fewer.
    """
    if longest is not None and max_length > longest:
        hint = f"say max_length: {longest}, or less"
        raise RecipeError(f"'{weights}' reads at most {longest} tokens", "model.max_length", hint)


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' own progress bars and load reports: ours tells how far it is."""
    shown, level = chatter.is_progress_bar_enabled(), chatter.get_verbosity()
    chatter.disable_progress_bar()
    chatter.set_verbosity_error()
    try:
        yield
    finally:
        chatter.set_verbosity(level)
        if shown:
            chatter.enable_progress_bar()
