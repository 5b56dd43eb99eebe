"""Texts as vectors by a frozen network that a bundle keeps as a graph; no torch is asked."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort

from modelyard.core import cores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.blocks import Tokens
    from modelyard.core.types import Floats, Ints, Values
    from modelyard.features.tokenizing import FittedTokens

TOKENS = 4096  # that are asked at once
KEPT = 4096  # texts whose vectors are remembered: what explanations ask again, and what many rows say


@lru_cache(maxsize=2)
def session(graph: bytes) -> ort.InferenceSession:
    """What runs a graph; one for all who hold the same."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = cores.mine()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


class Vectors:
    """Vectors of length one of texts, remembered for a while.

    Texts are asked with others of as many tokens, so nothing is padded, and what is said of a text does not depend on
    what stands beside it.
    """

    def __init__(self, graph: bytes, tokens: FittedTokens) -> None:
        """By a graph that takes `ids` and gives `vectors`."""
        self.session, self.tokens = session(graph), tokens
        self.width = int(self.session.get_outputs()[0].shape[1])
        self.known: OrderedDict[str, Floats] = OrderedDict()
        self.lock = Lock()

    def __call__(self, texts: Values) -> Floats:
        """[rows] of str to [rows, width] float32."""
        wanted = dict.fromkeys(texts.tolist())
        with self.lock:
            found = {text: self.known[text] for text in wanted if text in self.known}
        new = np.array([text for text in wanted if text not in found], dtype=object)
        if len(new):
            asked = dict(zip(new.tolist(), self._asked(new), strict=True))
            self._keep(asked)
            found |= asked
        return (
            np.stack([found[text] for text in texts.tolist()]) if len(texts) else np.zeros((0, self.width), np.float32)
        )

    def _asked(self, texts: Values) -> Floats:
        block: Any = self.tokens(texts)
        out = np.empty((len(texts), self.width), dtype=np.float32)
        for rows in _alike(block.lengths()):
            some: Tokens = block.take(rows)
            ids = some.ids.astype(np.int64).reshape(len(rows), -1)
            out[rows] = self.session.run(["vectors"], {"ids": ids})[0]
        return out

    def _keep(self, asked: dict[str, Floats]) -> None:
        with self.lock:
            self.known.update(asked)
            while len(self.known) > KEPT:
                self.known.popitem(last=False)


def _alike(lengths: Ints) -> Iterator[Ints]:
    """Rows of one length, as many at once as may be."""
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        most = max(TOKENS // max(int(length), 1), 1)
        yield from np.split(rows, np.arange(most, len(rows), most))
