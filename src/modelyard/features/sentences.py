"""Pretrained encoders of texts: the network of some weights, and the graph of one that stays as it is.

In training alone: a bundle keeps the graph, and what serves imports this file and never calls it.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.errors import ParityError, RecipeError
from modelyard.core.registry import missing_extra
from modelyard.features import exporting
from modelyard.features import weights as pretrained

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = 1e-4  # between what the network and its graph say of a text, in vectors of length one
IDS, VECTORS = "ids", "vectors"
CHECKED = (2, 7, 12)  # tokens of the texts by which the graph is checked


def network(weights: str) -> Any:  # noqa: ANN401 - a transformers model
    """The transformers encoder of some weights, in float32.

    Raises:
        RecipeError: the weights cannot be had or read.
        MissingExtraError: a package that they need is not installed.
    """
    folder = pretrained.folder(weights)
    try:
        import torch
        from transformers import AutoModel
    except ModuleNotFoundError as error:
        raise missing_extra(error, f"weights '{weights}'") from error
    try:
        with quiet():
            found: Any = AutoModel.from_pretrained(
                folder, local_files_only=True, attn_implementation="sdpa", dtype=torch.float32
            )
    except (OSError, ValueError) as error:
        hint = "a folder that AutoModel.from_pretrained reads: config.json and model.safetensors"
        raise RecipeError("the weights cannot be read", f"weights '{weights}'", hint) from error
    if hasattr(found, "pooler"):
        found.pooler = None  # a layer on the first token that is for another task, and is not read here
    return found


def check_length(weights: str, max_length: int, longest: int | None, where: str = "model.max_length") -> None:
    """The weights read as many tokens as a recipe says; `longest` is the most that they read, where that is known.

    Raises:
        RecipeError: they read fewer.
    """
    if longest is not None and max_length > longest:
        hint = f"say max_length: {longest}, or less"
        raise RecipeError(f"'{weights}' reads at most {longest} tokens", where, hint)


def graph(weights: str, max_length: int) -> bytes:
    """Token `ids` [rows, length] int64 of texts of one length to `vectors` [rows, width] float32 of length one.

    A text is the mean of its tokens (Reimers 2019). Nothing is padded, so there is no mask.

    Raises:
        RecipeError: the weights cannot be had or read, or they read fewer than `max_length` tokens.
        ParityError: the graph does not say what the network says.
    """
    longest = pretrained.longest(str(pretrained.folder(weights)))  # what the hub gave is known only now
    check_length(weights, max_length, longest, "encoder.max_length")
    return _graph(weights, pretrained.fingerprint(weights))


@lru_cache(maxsize=2)
def _graph(weights: str, _fingerprint: str) -> bytes:
    import torch
    from torch.export import Dim

    encoder = network(weights)

    class Sentences(torch.nn.Module):
        """Pooled and scaled inside the graph."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            hidden = self.encoder(input_ids=ids).last_hidden_state  # [rows, length, width]
            # a sum by a product: the runtime takes a mean of one text in another order than that of several
            pooled = torch.matmul(torch.ones_like(hidden[:, :1, :1]) * torch.ones_like(ids[:, None, :]), hidden)
            return torch.nn.functional.normalize(pooled[:, 0], dim=1)  # so it need not be divided by the length

    module = Sentences().eval()
    example = torch.arange(15).reshape(3, 5) % int(encoder.config.vocab_size)
    free = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}
    content = exporting.written(module, {"ids": example}, {"ids": free}, [IDS], VECTORS)
    with torch.inference_mode():
        for length in CHECKED:
            ids = torch.arange(2 * length).reshape(2, length) % int(encoder.config.vocab_size)
            _check(content, ids.numpy(), module(ids).numpy(), weights)
    return content


def _check(content: bytes, ids: Any, wanted: Any, weights: str) -> None:  # noqa: ANN401 - arrays
    """The graph says what the network does.

    Raises:
        ParityError: it does not.
    """
    from modelyard.features.vectors import session

    (told,) = session(content).run([VECTORS], {IDS: ids})
    apart = float(np.abs(told - wanted).max())
    if not apart <= NEAR:
        raise ParityError(f"the graph differs from the network by {apart:.2g}", f"weights '{weights}'", "use `tokens`")


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' own progress bars and load reports: ours tells how far it is."""
    from transformers.utils import logging as chatter

    shown, level = chatter.is_progress_bar_enabled(), chatter.get_verbosity()
    chatter.disable_progress_bar()
    chatter.set_verbosity_error()
    try:
        yield
    finally:
        chatter.set_verbosity(level)
        if shown:
            chatter.enable_progress_bar()
