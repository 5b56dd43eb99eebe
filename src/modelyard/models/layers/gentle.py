"""What regularisation leaves alone."""

from __future__ import annotations

from torch import nn


class Gentle(nn.Module):
    """A module whose own parameters are no matrices that mix units: tables, scales, biases.

    Neither l1 nor weight decay draws them to nothing, as a level or a bin that is rarely seen would be forgotten.
    """


def matrices(module: nn.Module) -> list[nn.Parameter]:
    """The parameters that l1 and weight decay are for: not biases, norms and embeddings (Loshchilov 2019)."""
    gentle = {
        id(parameter)
        for part in module.modules()
        if isinstance(part, (Gentle, nn.Embedding))
        for parameter in part.parameters(recurse=False)
    }
    return [p for p in module.parameters() if p.requires_grad and p.ndim > 1 and id(p) not in gentle]
