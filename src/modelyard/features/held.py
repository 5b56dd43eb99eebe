"""Rows as explanations hold them: a block a column, or as they were read where steps prepare columns together.

Without steps a column is encoded once, and explanations choose among blocks. Steps mix, add and drop columns, so there
what is chosen among are the values that a client sends, and each choice is prepared and encoded as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.blocks import Raw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.blocks import Block
    from modelyard.core.explaining import Held
    from modelyard.core.types import Values
    from modelyard.features.fit import Features


def hold(features: Features, name: str, values: Values) -> Held:
    """One column's values [rows], as they are chosen among."""
    return Raw(values) if features.steps else features.fitted[name](values)


def inputs(features: Features, held: Mapping[str, Held]) -> dict[str, Block]:
    """What a model reads of chosen rows."""
    raw: dict[str, Values] = {}
    blocks: dict[str, Block] = {}
    for name, one in held.items():
        if isinstance(one, Raw):
            raw[name] = one.values
        else:
            blocks[name] = one
    return features(raw) if raw else blocks
