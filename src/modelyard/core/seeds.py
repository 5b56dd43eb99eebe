"""Seeds: one number in the recipe, an independent stream for each use of chance."""

from __future__ import annotations

import hashlib

import numpy as np


def derive(seed: int, *path: str) -> int:
    """A seed for one use of chance, so that adding a use never disturbs the others: [0, 2**31).

    >>> derive(7, "split") == derive(7, "split"), derive(7, "split") == derive(7, "model")
    (True, False)
    """
    words = "/".join([str(seed), *path]).encode()
    return int.from_bytes(hashlib.sha256(words).digest()[:4], "big") >> 1


def generator(seed: int, *path: str) -> np.random.Generator:
    """A NumPy generator for one use of chance."""
    return np.random.default_rng(derive(seed, *path))
