"""Encoders fitted to a table's columns, and restored from what a bundle keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from modelyard.core import digest, events, threads
from modelyard.core.errors import BundleError, RecipeError
from modelyard.core.featuring import (
    Crossed,
    Encoder,
    FittedEncoder,
    FittedStep,
    Joining,
    Narrow,
    Noted,
    State,
    Step,
    Tallied,
)
from modelyard.core.registry import Family, settings_of
from modelyard.core.types import Column, Kind
from modelyard.data import values
from modelyard.features import keeping
from modelyard.features.reading import Reading

if TYPE_CHECKING:
    import polars as pl

    from modelyard.core.blocks import Block
    from modelyard.core.types import Floats, Json, Schema, Table, Values

Joint: TypeAlias = "Callable[[Sequence[Values]], list[Block]]"

ENCODERS: Family[Encoder] = Family("modelyard.features.encoders", Encoder, "name")
STEPS: Family[Step] = Family("modelyard.features.steps", Step, "step")
PIECE = 1 << 16  # rows of a table that are encoded at once
SOME = 1000  # rows from which it pays to look for values that are the same
CELL = 64.0  # bytes that a value takes while it is looked at
TALL = 100_000  # rows from which columns are fitted side by side
PLAIN = frozenset({Kind.NUMBER, Kind.CATEGORY, Kind.BOOLEAN, Kind.TIME})
CHEAP = frozenset({Kind.NUMBER, Kind.TEXT})  # whose values are read at once, or are seldom the same


@dataclass(frozen=True)
class Making:
    """How a schema's columns become blocks: the `steps` in their order, then what `choose` names for each column."""

    choose: Callable[[Column], tuple[str, Encoder]]
    steps: Sequence[tuple[str, Step]] = ()
    seed: int = 0


@dataclass(frozen=True)
class Features:
    """The fitted steps, and the fitted encoders of the columns that they leave: rows in, a model's inputs out."""

    names: Mapping[str, str]  # column -> the encoder's name
    fitted: Mapping[str, FittedEncoder]
    steps: Sequence[tuple[str, FittedStep]] = ()
    notes: tuple[str, ...] = ()  # of what the steps did to the training rows; a bundle does not keep them

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Block]:
        """Prepare and encode: values [rows] by column name to blocks of as many rows."""
        columns = self.prepared(columns)
        alone, joined = self._groups
        blocks = {name: encode(columns[name]) for name, encode in alone.items()}
        for names, encode in joined:
            blocks.update(zip(names, encode([columns[name] for name in names]), strict=True))
        return {name: blocks[name] for name in self.fitted}

    def prepared(self, columns: Mapping[str, Values]) -> Mapping[str, Values]:
        """What the steps make of columns of values [rows]: those that are encoded."""
        for _, step in self.steps:
            columns = step(columns)
        return columns

    def of_table(self, table: Table) -> dict[str, Block]:
        """Encode a table's feature columns, a piece at a time: what encoding needs beside its blocks stays small."""
        pieces = partial(self._pieces, table)
        return keeping.blocks(table.kept, lambda: keeping.state_key(*self.state()), pieces, len(table))

    def _pieces(self, table: Table) -> Iterator[dict[str, Block]]:
        """The blocks of a table's rows, a piece after the other, of which a few are worked at together."""
        frames = (table.frame.slice(start, PIECE) for start in range(0, max(len(table), 1), PIECE))
        holding = CELL * min(len(table), PIECE) * len(table.schema.features)
        return threads.each(partial(self._of_frame, table.schema), frames, holding)

    def _of_frame(self, schema: Schema, frame: pl.DataFrame) -> dict[str, Block]:
        """Encode a frame's feature columns: what no step looks at, and holds few different values, by these alone."""
        apart: dict[str, Block] = {}
        columns: dict[str, Values] = {}
        for column in schema.features:
            series = frame[column.name]
            if column.name in self._untouched and column.kind not in CHEAP and len(series) >= SOME:
                few, places = values.distinct(series)
                if len(few) * 4 < len(series):
                    known = values.from_series(few.extend_constant(None, 1), column)
                    apart[column.name] = self.fitted[column.name](known).take(places)
                    continue
            columns[column.name] = values.from_series(series, column)
        blocks = apart | replace(self, fitted={n: e for n, e in self.fitted.items() if n not in apart})(columns)
        return {name: blocks[name] for name in self.fitted}

    @cached_property
    def _untouched(self) -> frozenset[str]:
        """The columns that every step hands on as they are, and an encoder reads."""
        touched = {name for _, step in self.steps if isinstance(step, Narrow) for name in step.reads}
        narrow = all(isinstance(step, Narrow) for _, step in self.steps)
        return frozenset(self.fitted) - touched if narrow else frozenset()

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
        """What a bundle keeps: JSON, one entry a step and one a column, and the files that it names."""
        entries: list[Json] = []
        files: dict[str, bytes] = {}
        for place, (name, step) in enumerate(self.steps):
            entries.append({"step": name, "state": _kept(step.state(), f"steps/{place}", files)})
        for place, (column, encoder) in enumerate(self.fitted.items()):
            kept = _kept(encoder.state(), f"encoders/{place}", files)
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
        steps: list[tuple[str, FittedStep]] = []
        for entry in entries:
            try:
                state = {
                    key: files[value["file"]] if isinstance(value, dict) and "file" in value else value
                    for key, value in entry["state"].items()
                }
                if "step" in entry:
                    steps.append((str(entry["step"]), STEPS.part(str(entry["step"])).fitted.restore(state)))
                    continue
                column, name = str(entry["column"]), str(entry["encoder"])
                fitted[column] = ENCODERS.part(name).fitted.restore(state)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise BundleError("an encoder cannot be restored", "encoders.json", "train again") from error
            names[column] = name
        return cls(names, fitted, steps)


def fit(table: Table, target: Floats | None, making: Making) -> Features:
    """Fit the steps to the training rows, and then an encoder to each feature column that they leave.

    What was fitted to kept rows is found again.

    Raises:
        DataError, RecipeError: a step or an encoder cannot learn from a column, or no column is left.
    """
    return keeping.fitted(
        table.kept, lambda: _key(table.schema, making), partial(_fit, table, target, making), _dump, _load
    )


def _dump(made: Features) -> tuple[list[Json], dict[str, bytes]]:
    """What a bundle would keep, and the notes before it."""
    entries, files = made.state()
    return [{"notes": list(made.notes)}, *entries], files


def _load(entries: list[Any], files: Mapping[str, bytes]) -> Features:
    head, *rest = entries
    return replace(Features.restore(rest, files), notes=tuple(head["notes"]))


def _key(schema: Schema, making: Making) -> str:
    """The digest of how columns are made into blocks; where a step makes columns, of all encoders that may be asked."""
    asked = [*schema.features, *(Column(str(kind), kind) for kind in Kind)]
    chosen = [[column.name, name, settings_of(part)] for column in asked for name, part in [making.choose(column)]]
    return digest.of_json([chosen, [[name, settings_of(step)] for name, step in making.steps], making.seed])


def _fit(table: Table, target: Floats | None, making: Making) -> Features:
    schema: Schema = table.schema
    known = {column.name: column for column in schema.features}
    read: Mapping[str, Values] = Reading(table, known)
    steps: list[tuple[str, FittedStep]] = []
    for done, (name, step) in enumerate(making.steps):
        events.step("preparing", done, len(making.steps), name)
        fitted_step = step.fit(read, known, target, making.seed)
        read = read.after(fitted_step) if isinstance(read, Reading) else fitted_step(read)
        known = {name: column for name, column in known.items() if name in read}
        known |= {column.name: column for column in fitted_step.made}
        steps.append((name, fitted_step))
    if not known:
        raise RecipeError(
            "the steps leave no column to learn from", "prepare", "leave out the one that selects columns"
        )
    chosen = {name: making.choose(column) for name, column in known.items()}

    def one(column: Column) -> FittedEncoder:
        return _fitted(chosen[column.name][1], column, read, target)

    # Side by side where there are many rows; one after the other where an encoder works long and tells of it.
    plain = len(table) >= TALL and all(column.kind in PLAIN for column in known.values())
    fitted: dict[str, FittedEncoder] = {}
    made = threads.each(one, known.values(), CELL * len(table)) if plain else map(one, known.values())
    for column, encoder in zip(known.values(), made, strict=True):
        fitted[column.name] = encoder
        events.step("encoding", len(fitted), len(known), column.name)
    names = {name: encoder for name, (encoder, _) in chosen.items()}
    notes = [note for _, step in steps if isinstance(step, Noted) for note in step.notes]
    return Features(names, fitted, steps, tuple(notes))


def _fitted(encoder: Encoder, column: Column, read: Mapping[str, Values], target: Floats | None) -> FittedEncoder:
    """An encoder fitted to a column, by counts where these are all that it looks at."""
    counts = read.counts(column.name) if isinstance(encoder, Tallied) and isinstance(read, Reading) else None
    if isinstance(encoder, Tallied) and counts is not None:
        return encoder.fit_counts(counts, column)
    return encoder.fit(read[column.name], column, target)


def crossed(table: Table, target: Floats, making: Making, features: Features) -> dict[str, Block]:
    """What the training rows themselves are to a model in columns whose encoders look at the target: out of fold.

    The `table` and the `target` [rows] are those that `features` were fitted to.
    """
    known = {column.name: column for column in table.schema.features}
    known |= {column.name: column for _, step in features.steps for column in step.made}
    chosen = {name: making.choose(known[name])[1] for name in features.fitted}
    crossing = {name: encoder for name, encoder in chosen.items() if isinstance(encoder, Crossed)}
    if not crossing:
        return {}
    prepared = features.prepared(Reading(table, {column.name: column for column in table.schema.features}))
    return {
        name: encoder.crossed(prepared[name], known[name], target, making.seed) for name, encoder in crossing.items()
    }


def _kept(state: State, place: str, files: dict[str, bytes]) -> dict[str, Json]:
    """A state as JSON; bytes are put among the files, and named."""
    kept: dict[str, Json] = {}
    for key, value in state.items():
        if isinstance(value, bytes):
            files[f"{place}.{key}"] = value
            kept[key] = {"file": f"{place}.{key}"}
        else:
            kept[key] = value
    return kept
