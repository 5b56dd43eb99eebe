"""Masked language modelling: tokens of a text are hidden, and a network fills them in from both sides.

Of the tokens of each text a share m (15%) is chosen anew at every step. A chosen token is replaced by [MASK] in 80 of
100 cases, by a random token in 10, and stays in 10. With x' the text so altered and C the chosen places the network
minimises (Devlin 2019, section 3.1)

    loss = -1/|C| sum over i in C of log p(x_i | x')

Choosing anew at every step is called dynamic masking (Liu 2019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import AutoModelForMaskedLM, BertConfig, BertForMaskedLM

from modelyard.core import seeds
from modelyard.core.errors import UsageError
from modelyard.features import weights as pretrained
from modelyard.features.sentences import quiet

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from modelyard.core.blocks import Tokens
    from modelyard.core.types import Ints
    from modelyard.train.pretrain.spec import PretrainSpec

MASKS = ("[MASK]", "<mask>")
HIDDEN, SWAPPED = 0.8, 0.9  # below the first a chosen token is hidden, from there to the second another stands for it
HEADS = ("cls", "lm_head")  # what families call the layers that turn a hidden state into logits


class Masked:
    """The objective for pieces of text."""

    def __init__(self, module: nn.Module, tokens: Tokens, tokenizer: Tokenizer, share: float) -> None:
        """`tokens` are all pieces; `share` of their tokens is chosen.

        Raises:
            UsageError: the tokenizer has no token that hides others.
        """
        self.module, self.tokens, self.share = module, tokens, share
        self.mask = mask_of(tokenizer)
        special = [number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special]
        self.ordinary = np.setdiff1d(np.arange(tokens.vocabulary), special)
        self.usual = np.isin(np.arange(tokens.vocabulary), self.ordinary)

    def loss(self, rows: Ints, random: np.random.Generator) -> tuple[Tensor, int]:
        """The mean loss over the chosen tokens of pieces [rows], and how many there are."""
        feeds = self.tokens.take(rows).arrays()
        seen, chosen = self.masked(feeds["ids"], feeds["mask"], random)
        places = torch.from_numpy(np.flatnonzero(chosen))
        logits = self._logits(torch.from_numpy(seen), torch.from_numpy(feeds["mask"]), places)
        wanted = torch.from_numpy(feeds["ids"][chosen])
        return nn.functional.cross_entropy(logits.float(), wanted), len(wanted)

    def masked(
        self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64], random: np.random.Generator
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """What is shown, [rows, length], and which tokens are to be filled in; never special ones, and at least one."""
        able = self.usual[ids] & (mask == 1)
        chosen = able & (random.random(ids.shape) < self.share)
        if not chosen.any():
            chosen.flat[np.flatnonzero(able)[:1]] = True
        lot = random.random(ids.shape)
        others = random.choice(self.ordinary, ids.shape)
        seen = np.where(chosen & (lot < HIDDEN), self.mask, ids)
        return np.where(chosen & (lot >= HIDDEN) & (lot < SWAPPED), others, seen), chosen

    def _logits(self, ids: Tensor, mask: Tensor, places: Tensor) -> Tensor:
        """[chosen, vocabulary]: a network's last layers are the dearest, and are asked for the chosen tokens alone."""
        network: Any = self.module
        head = next((getattr(network, name) for name in HEADS if hasattr(network, name)), None)
        if head is None:
            everywhere: Tensor = network(input_ids=ids, attention_mask=mask).logits
            return everywhere.flatten(0, 1)[places]
        hidden: Tensor = network.base_model(input_ids=ids, attention_mask=mask).last_hidden_state
        answers: Tensor = head(hidden.flatten(0, 1)[places])
        return answers


def network(spec: PretrainSpec, tokenizer: Tokenizer) -> nn.Module:
    """A BERT with random weights, or the masked language model that the settings name.

    Raises:
        UsageError: the weights cannot be read, or read fewer tokens than a piece has.
    """
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seeds.derive(spec.seed, "weights"))
        if spec.weights is None:
            begun: nn.Module = BertForMaskedLM(_config(spec, tokenizer))
            return begun
        return _known(spec.weights, spec.max_length)


def save(module: nn.Module, folder: Any) -> None:  # noqa: ANN401 - a path
    """As a transformers folder."""
    saving: Any = module
    with quiet():
        saving.save_pretrained(folder)


def mask_of(tokenizer: Tokenizer) -> int:
    """The token that hides others.

    Raises:
        UsageError: there is none.
    """
    found = next((n for token in MASKS if (n := tokenizer.token_to_id(token)) is not None), None)
    if found is None:
        hint = "choose weights of an encoder that was pretrained by masking, such as BERT's"
        raise UsageError(f"the tokenizer has neither {' nor '.join(MASKS)}", "weights", hint)
    return int(found)


def _config(spec: PretrainSpec, tokenizer: Tokenizer) -> BertConfig:
    """A BERT without dropout: masks differ at every step, and a small network on few texts has nothing to spare.

    Lan 2020, section 4.8, found it to hurt masked language models of any size.
    """
    return BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=spec.width,
        num_hidden_layers=spec.layers,
        num_attention_heads=spec.heads,
        intermediate_size=4 * spec.width,
        max_position_embeddings=spec.max_length,
        pad_token_id=tokenizer.token_to_id("[PAD]"),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def _known(weights: str, longest: int) -> nn.Module:
    folder = pretrained.folder(weights)
    try:
        module: nn.Module = AutoModelForMaskedLM.from_pretrained(
            folder, local_files_only=True, attn_implementation="sdpa", dtype=torch.float32
        )
    except (OSError, ValueError) as error:
        hint = "a transformers folder of a masked language model: config.json and model.safetensors"
        raise UsageError("the weights cannot be read", f"weights '{weights}'", hint) from error
    most = pretrained.longest(weights)
    if most is not None and longest > most:
        raise UsageError(f"'{weights}' reads at most {most} tokens", "max_length", f"say {most}, or less")
    return module
