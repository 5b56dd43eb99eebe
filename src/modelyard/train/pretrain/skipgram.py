"""Skip-gram with negative sampling: a token's vector foretells the tokens around it.

For a token w with a neighbour c within a window, and k tokens n drawn from the frequencies to the power 3/4, vectors v
and context vectors u minimise (Mikolov 2013b, eq. 4)

    loss = -log sigmoid(u_c . v_w) - sum over n of log sigmoid(-u_n . v_w)

A frequent token is left out with the chance 1 - sqrt(t / f(w)) before pairs are made (eq. 5), and each token's window
is drawn between one and the widest, so that near neighbours count more. The negatives of a step are drawn once for all
its pairs, more than k and weighed down to k: the same mean, at the price of one product of matrices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from modelyard.core import seeds

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Tokens
    from modelyard.core.types import Floats, Ints
    from modelyard.train.pretrain.spec import PretrainSpec

FREQUENT = 1e-3  # share of all tokens from which a token is thinned; words are rarer than parts of words, and take 1e-5
POWER = 0.75
SHARED = 128  # negatives that all pairs of a step share


class Vectors(nn.Module):
    """A vector for each token, and one for each token as a neighbour: [vocabulary, width] both."""

    def __init__(self, vocabulary: int, width: int) -> None:
        """Small random vectors, and neighbours at nothing, as word2vec begins."""
        super().__init__()
        self.token, self.neighbour = nn.Embedding(vocabulary, width), nn.Embedding(vocabulary, width)
        nn.init.uniform_(self.token.weight, -0.5 / width, 0.5 / width)
        nn.init.zeros_(self.neighbour.weight)


class SkipGram:
    """The objective for pieces of text."""

    def __init__(self, module: Vectors, tokens: Tokens, spec: PretrainSpec) -> None:
        """`tokens` are all pieces, no token of which stands for anything but text."""
        self.module, self.tokens, self.window, self.negatives = module, tokens, spec.window, spec.negatives
        count = np.bincount(tokens.ids, minlength=tokens.vocabulary).astype(np.float64)
        share = count / max(count.sum(), 1.0)
        self.keep: Floats = np.minimum(1.0, np.sqrt(FREQUENT / np.maximum(share, 1e-12)))
        drawn = count**POWER
        self.drawn: Floats = np.cumsum(drawn / drawn.sum())

    def loss(self, rows: Ints, random: np.random.Generator) -> tuple[Tensor, int]:
        """The mean loss over the pairs of pieces [rows], and how many there are."""
        centre, near = self.pairs(rows, random)
        if len(centre) == 0:
            return self.module.token.weight.sum() * 0.0, 0
        others = np.minimum(np.searchsorted(self.drawn, random.random(SHARED)), len(self.drawn) - 1)
        v = self.module.token(torch.from_numpy(centre))  # [pairs, width]
        u = self.module.neighbour(torch.from_numpy(near))
        n = self.module.neighbour(torch.from_numpy(others))  # [shared, width]
        true = nn.functional.logsigmoid((v * u).sum(dim=1).float())
        false = nn.functional.logsigmoid(-(v @ n.T).float()).mean(dim=1) * self.negatives
        return -(true + false).mean(), len(centre)

    def vectors(self) -> Tensor:
        """[vocabulary, width] float32: what tells tokens from each other, 1 long in the mean; zeros where none occurs.

        What all vectors share says nothing of a token and drowns the rest: the mean of those that occur is taken away,
        and their first width / 100 principal directions (Mu and Viswanath 2018, algorithm 1).
        """
        occurs = torch.from_numpy(np.unique(self.tokens.ids)).long()
        learnt = self.module.token.weight.detach()[occurs]
        apart = learnt - learnt.mean(dim=0)
        _, directions = torch.linalg.eigh(apart.T @ apart)  # the largest come last
        shared = directions[:, -max(round(learnt.shape[1] / 100), 1) :]
        apart = apart - apart @ shared @ shared.T
        whole = torch.zeros_like(self.module.token.weight)
        whole[occurs] = apart / apart.norm(dim=1).mean().clamp(min=1e-12)
        return whole

    def pairs(self, rows: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
        """Tokens and neighbours of theirs, both [pairs]: those within a token's window in its own piece."""
        some = self.tokens.take(rows)
        piece = np.repeat(np.arange(len(rows)), some.lengths())
        kept = random.random(len(some.ids)) < self.keep[some.ids]
        ids, piece = some.ids[kept].astype(np.int64), piece[kept]
        reach = random.integers(1, self.window + 1, len(ids))
        centres, neighbours = [], []
        for step in range(1, self.window + 1):
            same = piece[step:] == piece[:-step]
            left, right = ids[:-step], ids[step:]
            ahead, back = same & (reach[:-step] >= step), same & (reach[step:] >= step)
            centres += [left[ahead], right[back]]
            neighbours += [right[ahead], left[back]]
        return np.concatenate(centres), np.concatenate(neighbours)


def network(vocabulary: int, spec: PretrainSpec) -> Vectors:
    """Where learning begins."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeds.derive(spec.seed, "weights"))
        return Vectors(vocabulary, spec.width)


def unlearnt(vocabulary: int, spec: PretrainSpec) -> Tensor:
    """[vocabulary, width] float32 as a network of texts would begin with unasked: by chance, 1 long in the mean."""
    random = torch.Generator().manual_seed(seeds.derive(spec.seed, "unlearnt"))
    vectors: Tensor = torch.randn(vocabulary, spec.width, generator=random) * spec.width**-0.5
    return vectors


def save(vectors: Tensor, folder: Path) -> None:
    """As a folder that models of texts take as their `embeddings`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": vectors.contiguous()}, folder / "embeddings.safetensors")
