"""The nouns of tables: columns, schemas, rows, tasks. All frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from modelyard.core import room

if TYPE_CHECKING:
    from pathlib import Path  # noqa: TC004 - as is the frame's

    import polars as pl  # noqa: TC004 - what serves never sees a frame, and starts without it

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Flags: TypeAlias = npt.NDArray[np.bool_]
# What an encoder reads, one entry a row: float64 with NaN (number, boolean), datetime64[us] with NaT (time), or objects
# that are str or None (category, text) or bytes or None (image). `modelyard.data.values` makes them, from a frame and
# from a request alike.
Values: TypeAlias = npt.NDArray[Any]


class Kind(StrEnum):
    """What a column means."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TEXT = "text"
    IMAGE = "image"
    TIME = "time"
    IDENTIFIER = "identifier"


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    TARGET = "target"
    SLICE = "slice"
    WEIGHT = "weight"
    IGNORE = "ignore"


class Task(StrEnum):
    """What is predicted."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @property
    def classifies(self) -> bool:
        """Whether an answer is one of a few classes."""
        return self is not Task.REGRESSION


Storage = Literal["string", "integer", "float", "boolean", "date", "datetime", "bytes"]


@dataclass(frozen=True)
class Cleaning:
    """A cleaner's name and its settings, settled by the training file: what is done to a value before it is read.

    One that makes something else of `text` wants the values of a file as they are written there.
    """

    name: str
    settings: dict[str, Any] = field(default_factory=dict)  # JSON
    text: bool = False

    def __hash__(self) -> int:
        """By all it says, so that what was built of it is found again."""
        return hash((self.name, repr(self.settings)))


@dataclass(frozen=True)
class Column:
    """A column and what it promises.

    `levels` are a category's known values, for the target its classes in the order of a prediction's columns (for a
    binary task the positive one last). A `closed` column promises that there are no others; any other category may
    show an unseen one. `storage` is how the source held the values, and so what an answer returns. Written values are
    mended by `clean`, one after the other, before the kind reads them.
    """

    name: str
    kind: Kind
    role: Role = Role.FEATURE
    nullable: bool = True
    levels: tuple[str, ...] = ()
    closed: bool = False
    storage: Storage = "string"
    reason: str = ""
    clean: tuple[Cleaning, ...] = ()


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in its order."""

    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        """The column called `name`."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def having(self, role: Role) -> tuple[Column, ...]:
        """The columns with one role."""
        return tuple(column for column in self.columns if column.role is role)

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that a model reads."""
        return self.having(Role.FEATURE)

    @property
    def texts(self) -> frozenset[str]:
        """The columns that the source held as text, and those that are to be mended as they are written."""
        return frozenset(c.name for c in self.columns if c.storage == "string" or any(one.text for one in c.clean))

    @property
    def target(self) -> Column:
        """The column to predict."""
        return self.having(Role.TARGET)[0]


@dataclass(frozen=True)
class Table:
    """Rows that keep a schema's promises; `kept` is the folder where they lie, and what is made of them may lie too."""

    frame: pl.DataFrame
    schema: Schema
    kept: Path | None = None

    def __len__(self) -> int:
        """How many rows."""
        return self.frame.height

    def where(self, there: npt.NDArray[np.bool_], file: Path | None = None) -> Table:
        """Some of the rows, in their order, in memory or in a `file`: [rows] bool."""
        if file is None:
            return Table(room.frame_where(self.frame, there), self.schema)
        file.parent.mkdir(parents=True, exist_ok=True)
        room.write_ipc(self.frame, file, there)
        return Table(room.read_ipc(file), self.schema)

    def take(self, rows: Ints) -> Table:
        """Some of the rows, in the order given: [rows] int."""
        return Table(room.frame_taken(self.frame, rows), self.schema)


@dataclass(frozen=True)
class Parts:
    """A table split for training, for choices along the way, and for the report; `notes` tell how it was."""

    train: Table
    valid: Table
    test: Table
    notes: tuple[str, ...] = ()
