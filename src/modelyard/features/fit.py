"""Encoders fitted to a table's columns, and restored from what a bundle keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from modelyard.core import events
from modelyard.core.blocks import stacked
from modelyard.core.errors import BundleError
from modelyard.core.protocols import Encoder, FittedEncoder, Joining
from modelyard.core.registry import Family
from modelyard.data import values

if TYPE_CHECKING:
    from modelyard.core.blocks import Block
    from modelyard.core.types import Column, Floats, Json, Schema, Table, Values

Joint: TypeAlias = "Callable[[Sequence[Values]], list[Block]]"

ENCODERS: Family[Encoder] = Family("modelyard.features.encoders", Encoder, "name")
PIECE = 1 << 16  # rows of a table that are encoded at once


@dataclass(frozen=True)
class Features:
    """The fitted encoders of a schema's feature columns: rows in, a model's inputs out."""

    names: Mapping[str, str]  # column -> the encoder's name
    fitted: Mapping[str, FittedEncoder]

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Block]:
        """Encode: values [rows] by column name to blocks of as many rows."""
        alone, joined = self._groups
        blocks = {name: encode(columns[name]) for name, encode in alone.items()}
        for names, encode in joined:
            blocks.update(zip(names, encode([columns[name] for name in names]), strict=True))
        return {name: blocks[name] for name in self.fitted}

    def of_table(self, table: Table) -> dict[str, Block]:
        """Encode a table's feature columns, a piece at a time: what encoding needs beside its blocks stays small."""
        columns = table.schema.features
        frames = (table.frame.slice(start, PIECE) for start in range(0, max(len(table), 1), PIECE))
        pieces = (self({c.name: values.from_series(frame[c.name], c) for c in columns}) for frame in frames)
        return stacked(pieces, len(table))

    @cached_property
    def _groups(self) -> tuple[dict[str, FittedEncoder], list[tuple[list[str], Joint]]]:
        """The encoders that work alone, and those that join, by their class."""
        alone: dict[str, FittedEncoder] = {}
        joining: dict[type[Joining], dict[str, FittedEncoder]] = {}
        for name, encoder in self.fitted.items():
            group = joining.setdefault(type(encoder), {}) if isinstance(encoder, Joining) else alone
            group[name] = encoder
        return alone, [(list(group), cls.joined(list(group.values()))) for cls, group in joining.items()]

    def state(self) -> tuple[list[Json], dict[str, bytes]]:
        """What a bundle keeps: JSON, one entry a column, and the files that it names."""
        entries: list[Json] = []
        files: dict[str, bytes] = {}
        for place, (column, encoder) in enumerate(self.fitted.items()):
            kept: dict[str, Json] = {}
            for key, value in encoder.state().items():
                if isinstance(value, bytes):
                    file = f"encoders/{place}.{key}"
                    files[file] = value
                    kept[key] = {"file": file}
                else:
                    kept[key] = value
            entries.append({"column": column, "encoder": self.names[column], "state": kept})
        return entries, files

    @classmethod
    def restore(cls, entries: list[Any], files: Mapping[str, bytes]) -> Features:
        """The same encoders again.

        Raises:
            BundleError: an entry is not what an encoder wrote.
        """
        names: dict[str, str] = {}
        fitted: dict[str, FittedEncoder] = {}
        for entry in entries:
            try:
                column, name = str(entry["column"]), str(entry["encoder"])
                state = {
                    key: files[value["file"]] if isinstance(value, dict) and "file" in value else value
                    for key, value in entry["state"].items()
                }
                fitted[column] = ENCODERS.part(name).fitted.restore(state)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise BundleError("an encoder cannot be restored", "encoders.json", "train again") from error
            names[column] = name
        return cls(names, fitted)


def fit(table: Table, target: Floats | None, choose: Callable[[Column], tuple[str, Encoder]]) -> Features:
    """Fit an encoder to each feature column of the training rows; `choose` names it.

    Raises:
        DataError, RecipeError: an encoder cannot learn from a column.
    """
    schema: Schema = table.schema
    names: dict[str, str] = {}
    fitted: dict[str, FittedEncoder] = {}
    for done, column in enumerate(schema.features):
        events.step("encoding", done, len(schema.features), column.name)
        names[column.name], encoder = choose(column)
        fitted[column.name] = encoder.fit(values.from_series(table.frame[column.name], column), column, target)
    events.step("encoding", len(schema.features), len(schema.features))
    return Features(names, fitted)
