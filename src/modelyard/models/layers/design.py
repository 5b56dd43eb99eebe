"""Blocks side by side as one matrix: what a linear model is fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from modelyard.core.blocks import Bag, Codes, Numbers
from modelyard.core.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.blocks import Block, Inputs
    from modelyard.core.types import Floats
    from modelyard.models.layers.splines import Splines

FEW = 1000  # columns up to which a dense matrix is quicker than a sparse one, however many zeros it holds
LARGE = 1 << 27  # cells from which they are float32: a gigabyte in float64


def width_of(block: Block, splines: Splines | None) -> int:
    """How many columns a block becomes."""
    return block.spec.size + (0 if splines is None else len(splines.columns))


def design(inputs: Inputs, splines: Mapping[str, Splines]) -> Any:  # noqa: ANN401 - scipy's sparse array or a dense one
    """The blocks side by side, [rows, columns]: dense where they are few, else sparse.

    Raises:
        RecipeError: a block is of tokens.
    """
    widths = [width_of(block, splines.get(name)) for name, block in inputs.items()]
    parts = (_columns(block, splines.get(name)) for name, block in inputs.items())
    if sum(widths) > FEW and not all(isinstance(block, Numbers) for block in inputs.values()):
        return sp.hstack(list(parts), format="csr", dtype=np.float64)
    rows = len(next(iter(inputs.values())))
    whole = np.empty((rows, sum(widths)), np.float32 if rows * sum(widths) > LARGE else np.float64)
    for end, width, columns in zip(np.cumsum(widths), widths, parts, strict=True):
        whole[:, end - width : end] = columns if isinstance(columns, np.ndarray) else columns.toarray()
    return whole


def _columns(block: Block, splines: Splines | None) -> Floats | sp.csr_array:
    rows = len(block)
    if isinstance(block, Numbers):
        return block.values if splines is None else splines(block.values)
    if isinstance(block, Codes):
        return sp.csr_array((np.ones(rows), block.codes, np.arange(rows + 1)), shape=(rows, block.levels))
    if isinstance(block, Bag):
        return sp.csr_array((block.weights.astype(np.float64), block.ids, block.offsets), shape=(rows, block.size))
    raise RecipeError("'linear' does not read tokens", "model", "use the encoder ngrams, or the model pretrained")
