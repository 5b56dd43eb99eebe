"""The contracts of what stands between a written value and a model: cleaners, steps, encoders, augments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeAlias, runtime_checkable

from modelyard.core.types import Task

if TYPE_CHECKING:
    import numpy as np

    from modelyard.core.augmenting import Made, Sample
    from modelyard.core.blocks import Block, Form
    from modelyard.core.types import Column, Floats, Json, Kind, Values

# What a fitted encoder or step remembers: JSON, and bytes for what deserves a file of its own in the bundle.
State = Mapping[str, "Json | bytes"]


@runtime_checkable
class Cleaner(Protocol):
    """A way to mend a written value before its column's kind reads it: settings only.

    It looks at one value at a time, and what it has mended it leaves as it is, `clean(clean(x)) == clean(x)`: rows are
    mended when they are read, and may come back mended. One that `mends` text alone passes by all else. A column that
    it has mended is of a `kind`, where that is known without looking; truth values and moments are then left alone.
    """

    kind: ClassVar[Kind | None] = None
    mends: ClassVar[Literal["text", "all"]] = "text"

    def settled(self, written: Sequence[object]) -> Self:  # noqa: ARG002 - most need not look
        """With what the recipe left open decided by the different values of the training file, `written`.

        Raises:
            DataError: they do not decide it.
        """
        return self

    @property
    def packages(self) -> tuple[str, ...]:
        """What it imports and the base install lacks, so that a bundle without it says so when it is loaded."""
        return ()

    def ready(self) -> None:
        """Tell at once, before the first value comes, that its key is not there.

        Raises:
            RecipeError: there is none, or a short one.
        """
        return  # most need none

    def __call__(self, value: Any) -> object:  # noqa: ANN401 - whatever JSON or a frame may hold, but for what is missing
        """The value mended; None where it says that it is missing.

        Raises:
            ValueError: it cannot be mended; the message tells what was expected, and never the value.
        """


@runtime_checkable
class FittedStep(Protocol):
    """A pure function of a table's columns, row by row; the very object that training used serves."""

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """The columns that go on, values [rows] of each: those that came, changed, fewer or more."""

    @property
    def made(self) -> tuple[Column, ...]:
        """What it adds, and what it changes the kind of."""

    def state(self) -> State:
        """All that `restore` needs."""

    @classmethod
    def restore(cls, state: State) -> Self:
        """The same function again."""


@runtime_checkable
class Noted(Protocol):
    """A fitted step that tells what it has done to the training rows; one that comes from a bundle has no notes.

    They are for the report, so they name no value of a row.
    """

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence each."""


@runtime_checkable
class Step(Protocol):
    """A step between values and encoders, of one column or of several: settings only."""

    fitted: ClassVar[type[FittedStep]]

    def fit(
        self, columns: Mapping[str, Values], known: Mapping[str, Column], target: Floats | None, seed: int
    ) -> FittedStep:
        """Learn from the training rows alone: values [rows] by column, what is `known` of each, and `target` [rows].

        Raises:
            RecipeError: it names a column that is not there, or is of another kind.
        """


@runtime_checkable
class FittedEncoder(Protocol):
    """A pure function, row by row; the very object that training used serves."""

    def __call__(self, values: Values) -> Block:
        """What one column's values become: [rows] in, a block of as many rows out."""

    def state(self) -> State:
        """All that `restore` needs."""

    @classmethod
    def restore(cls, state: State) -> Self:
        """The same function again."""


@runtime_checkable
class Tallied(Protocol):
    """An encoder that learns from how often each value occurs, and so need not be shown every row."""

    def fit_counts(self, counts: Mapping[str, int], column: Column) -> FittedEncoder:
        """What `fit` would learn from rows with so many of each value; those without one are not counted."""


@runtime_checkable
class Narrow(Protocol):
    """A fitted step that looks at some of the columns alone: it hands on others as they are, or does not get them."""

    @property
    def reads(self) -> frozenset[str]:
        """The columns that it looks at."""


@runtime_checkable
class Joining(Protocol):
    """A fitted encoder that can encode several columns at once, as on one row what NumPy costs is paid by the call."""

    @classmethod
    def joined(cls, encoders: Sequence[Any]) -> Callable[[Sequence[Values]], list[Block]]:
        """One function for the columns of `encoders`, all of this class: values [rows] of each to a block of each."""


@runtime_checkable
class Limited(Protocol):
    """A fitted encoder that reads no more than the beginning of a long text."""

    @property
    def limit(self) -> str:
        """How much is read, and the setting that says so: `128 tokens (max_length)`."""

    def cut(self, values: Values) -> int:
        """How many of the texts [rows] are longer than what is read."""


@runtime_checkable
class Encoder(Protocol):
    """How a column becomes a block: settings only.

    It reads `kinds`, of which `default_for` take it unasked, and `makes` blocks of one form.
    """

    kinds: ClassVar[frozenset[Kind]]
    makes: ClassVar[Form] = "numbers"
    default_for: ClassVar[frozenset[Kind]] = frozenset()
    fitted: ClassVar[type[FittedEncoder]]

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedEncoder:
        """Learn from the training rows: `values` [rows], `target` [rows] where the encoder may look at it.

        Raises:
            DataError: the column holds nothing that can be learnt from.
        """


@runtime_checkable
class Crossed(Protocol):
    """An encoder that looks at the target: the rows that it is fitted to are encoded by others than themselves.

    Else a model would learn to trust what each row's own target has told, and no row that is answered brings that.
    """

    def crossed(self, values: Values, column: Column, target: Floats, seed: int) -> Block:
        """The training rows' block: `values` [rows], each encoded by rows of folds that it is not in.

        It is of the size that the fitted encoder's blocks are.
        """


@runtime_checkable
class Augment(Protocol):
    """A way to change values of some `kinds` a little without changing what they say: settings only."""

    kinds: ClassVar[frozenset[Kind]]

    def __call__(self, values: Values, random: np.random.Generator) -> Values:
        """Changed copies of a column's values [rows]: [rows * copies], one round of the rows after the other.

        Raises:
            RecipeError: what it needs to know of words cannot be read.
        """


@runtime_checkable
class RowAugment(Protocol):
    """A way to make whole rows out of training rows: settings only.

    It makes what columns of some `kinds` hold, for answers of some `tasks`. What it `warns` of is told wherever it is
    used.
    """

    kinds: ClassVar[frozenset[Kind]]
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    warns: ClassVar[str] = ""

    def changes(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """Those of the columns that are learnt from whose values it makes, in the order that it reads them in.

        Raises:
            RecipeError: it is not for such columns, or names one that is not there.
        """
        return tuple(column.name for column in columns if column.kind in self.kinds)

    def made(self, rows: Sample, random: np.random.Generator) -> Made:
        """Rows made out of training rows.

        Raises:
            MissingExtraError: it needs a package that is not installed.
        """


Augmenter: TypeAlias = Augment | RowAugment
