"""A pretrained transformers encoder: token ids in, one vector a text out."""

from __future__ import annotations

from typing import Literal, TypeAlias

from torch import Tensor, nn

from modelyard.features import sentences
from modelyard.features.sentences import check_length

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
    network = sentences.network(weights)
    # what the hub gave is known only now
    check_length(weights, max_length, getattr(network.config, "max_position_embeddings", None))
    return TextEncoder(network, pooling, int(network.config.hidden_size))
