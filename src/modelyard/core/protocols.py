"""The contracts of the families, one to three methods each. A part names its contract as its only base class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from modelyard.core.training import Goal
from modelyard.core.types import Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    from torch import nn

    from modelyard.core.blocks import Examples, Form, HeldOut, Inputs
    from modelyard.core.decisions import Decision
    from modelyard.core.explaining import Columns, Reason, Subject
    from modelyard.core.finish import Costs
    from modelyard.core.report import Report, Verdict
    from modelyard.core.training import Training
    from modelyard.core.tuning import Candidate, Effort, Space
    from modelyard.core.types import Column, Floats, Json, Kind, Values

Settings: TypeAlias = "Mapping[str, Json]"

TABLE: frozenset[Form] = frozenset({"numbers", "codes", "bag"})  # what a model of tables reads
# What a model learns from: labelled rows, pairs of them, or no label at all.
Learns: TypeAlias = Literal["rows", "pairs", "nothing"]
# What a gate may want of a report beside metrics: perturbations by name, none for all; a column of times.
Need: TypeAlias = Literal["stress", "newest", "changed", "folds"]


@runtime_checkable
class Predictor(Protocol):
    """A fitted model: class probabilities that sum to one, or one number a row: [rows, outputs] float32."""

    def __call__(self, inputs: Inputs) -> Floats:
        """Answers, one a row."""

    def to_onnx(self, path: Path) -> None:
        """Write the graph: inputs as `core.blocks.feeds` names them with dynamic rows, one output called `answers`."""


@runtime_checkable
class Informed(Protocol):
    """A predictor that knows how it answers rows which the answering models had not learnt from."""

    @property
    def held_out(self) -> HeldOut:
        """Those answers, beside what is true; weights are those that it was given to learn from."""


@runtime_checkable
class Model(Protocol):
    """A learning algorithm: settings only. It `reads` blocks of these forms, and `needs` one of each of those.

    One that is `paced` fits its work into the time that is left; any other keeps the best it has when the time is up.
    One that `learns` from nothing is not calibrated either, as that would look at labels.
    """

    tasks: ClassVar[frozenset[Task]]
    learns: ClassVar[Learns] = "rows"
    paced: ClassVar[bool] = False
    reads: ClassVar[frozenset[Form]] = TABLE
    needs: ClassVar[frozenset[Form]] = frozenset()

    def encoders(self) -> Mapping[Kind, Settings]:
        """Encoders that this model wants for a kind where the recipe names none: `{kind: {"name": ..., settings}}`."""

    def variants(self) -> Sequence[Settings]:
        """Settings, changes to these, that a search tries as they are, the safest first; none: it is not searched."""
        return ()

    def space(self) -> Space:
        """What a search may tune further."""
        return {}

    def cheaper(self, times: float) -> Settings:  # noqa: ARG002 - most models cost what they cost
        """Changes to these settings after which a row takes about so many times less work; none: there are none."""
        return {}

    def memory(self, rows: Examples) -> float:
        """Bytes that a fit on these rows takes beside the rows themselves."""
        return 8.0 * len(rows) * sum(block.spec.size for block in rows.inputs.values() if block.spec.form != "bag")

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> Predictor:
        """Learn from `train`; `valid` serves choices such as when to stop."""


@runtime_checkable
class Network(Protocol):
    """A model that is a torch module. `reads` and `needs` are as a model's.

    What it `learns` from says who trains it: `modelyard.train.loop` by rows, `modelyard.train.contrast` by pairs of
    them; one that learns from nothing answers as it was built.
    """

    tasks: ClassVar[frozenset[Task]]
    learns: ClassVar[Learns] = "rows"
    reads: ClassVar[frozenset[Form]] = TABLE
    needs: ClassVar[frozenset[Form]] = frozenset()

    def training(self) -> Training:
        """How this network is trained where the recipe says nothing."""

    def encoders(self) -> Mapping[Kind, Settings]:
        """Encoders that this network wants for a kind where the recipe names none."""

    def variants(self) -> Sequence[Settings]:
        """As a model's."""
        return ()

    def space(self) -> Space:
        """As a model's."""
        return {}

    def cheaper(self, times: float) -> Settings:  # noqa: ARG002 - as a model's
        """As a model's."""
        return {}

    def goal(self) -> Goal:
        """What it minimises where numbers are predicted: squared errors, unless it says otherwise."""
        return Goal()

    def build(self, train: Examples, training: Training) -> nn.Module:
        """A module that takes what `feeds` names, as keywords, and returns [rows, outputs] logits or scaled values.

        While it is in training mode it may return [rows, members, outputs]: each member then has a loss of its own.
        `train` are the rows that it will learn from, whose quantiles it may want, and never learns from here.

        Raises:
            RecipeError: the blocks are not what this network reads.
        """


@runtime_checkable
class Search(Protocol):
    """A model that is found among others, by `modelyard.train.search`. `reads` and `needs` are as a model's."""

    tasks: ClassVar[frozenset[Task]]
    reads: ClassVar[frozenset[Form]] = TABLE
    needs: ClassVar[frozenset[Form]] = frozenset()

    def encoders(self) -> Mapping[Kind, Settings]:
        """Encoders that suit all the models that are tried."""

    def effort(self) -> Effort:
        """How much may be done, and which models are tried."""

    def objective(self) -> Settings:
        """Settings that every model gets which has them: what is minimised."""


@runtime_checkable
class Searched(Protocol):
    """A predictor that a search found, and how."""

    leaderboard: tuple[Candidate, ...]


@runtime_checkable
class Mitigation(Protocol):
    """A way to bring the groups of a column closer together, for two classes: settings only.

    One that `asks` must know a row's group to answer it; one that does not `refit` leaves the model as it is; one that
    does not take `searches` fits a model too often for them; one that `decides` has its threshold from costs alone.
    """

    asks: ClassVar[bool] = False
    refits: ClassVar[bool] = True
    searches: ClassVar[bool] = True
    decides: ClassVar[bool] = False

    def grouped(self) -> str:
        """The column whose groups these are."""

    def fit(self, model: Model, train: Examples, valid: Examples, *, costs: Costs | None, seed: int) -> Predictor:  # noqa: ARG002
        """Fit the model to rows that know their groups; `costs` are what the recipe says of mistakes."""
        return model.fit(train, valid, Task.BINARY, seed=seed)

    def decision(self, held_out: HeldOut, groups: npt.NDArray[Any], usual: Decision | None) -> Decision | None:  # noqa: ARG002
        """When the positive class is answered, by rows that were not learnt from and their groups [rows] of str."""
        return usual


@runtime_checkable
class Metric(Protocol):
    """A figure of quality; one that `decides` is about decisions, and so gets them, a 1 for each row's class.

    By one that is `fair`, no answers that are blind to the rows are better than the shares of the rows' classes or the
    mean of their values, but for luck: then what is better has learnt something. F1 is not, as guessing gains by it.
    One that `describes` tells what answers are like and not how good they are: neither more nor less of it is better.
    """

    tasks: ClassVar[frozenset[Task]]
    higher_is_better: ClassVar[bool]
    decides: ClassVar[bool] = False
    fair: ClassVar[bool] = False
    describes: ClassVar[bool] = False

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """The figure: `truth` [rows] codes or values, `predicted` [rows, outputs], `weight` [rows], not all zero.

        NaN where it is not defined, such as ROC AUC with one class.
        """


@runtime_checkable
class Perturbation(Protocol):
    """A way in which rows may arrive changed and yet be rows that the schema takes: settings only.

    It changes all columns at once, or each column `alone`, one after the other.
    """

    alone: ClassVar[bool] = False

    def applies(self, column: Column) -> bool:
        """Whether it changes what a column like this holds."""

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:
        """Changed copies of a column's values [rows]; `seen` are the training rows' numbers, none for other kinds."""


@runtime_checkable
class Counted(Protocol):
    """A metric that is a function of sums over the rows: its figure on many draws of them is one matrix product."""

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:
        """What each row adds to the sums where its weight is one: [rows, sums] float64."""

    def of(self, sums: Floats) -> Floats:
        """The figures [...] of sums [..., sums] over weighted rows; NaN where it is not defined."""


@runtime_checkable
class Placed(Protocol):
    """A metric that knows how far each row moves it, so that its variance needs no draw."""

    def moves(self, truth: npt.NDArray[Any], predicted: Floats) -> Floats | None:
        """By row, [rows], rows weighing the same: the variance of the figure is the sum of their squares.

        Two models' figures on the same rows differ with the variance that the differences of their moves have. None
        where the figure is not defined, or one row decides it.
        """


@runtime_checkable
class Explainer(Protocol):
    """Why a model answers as it does: settings only.

    One that `adds_up` gives shares that sum to the answer less the base. What it `asks` beside rows: the graph alone,
    which every bundle has, the fitted network, which a training has, or the truth of the rows. One that does not
    `compare` has no use for a background.
    """

    adds_up: ClassVar[bool] = False
    compares: ClassVar[bool] = True
    asks: ClassVar[Literal["graph", "network", "truth"]] = "graph"

    def __call__(self, model: Subject, rows: Columns, background: Columns) -> tuple[Reason, ...]:
        """A reason a row of `rows`, or one a column; `background` stands for what may be where a value is not known.

        Both are values [rows] by column.

        Raises:
            UsageError: the model does not have what is asked, or the settings do not fit its columns.
        """


@runtime_checkable
class Spanned(Protocol):
    """A metric that knows its own 95% interval."""

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """Low and high; None where it must be drawn."""


@runtime_checkable
class Gate(Protocol):
    """A condition that a release must pass.

    One whose figure is not in the report either refuses, and says what is missing, or raises a RecipeError where the
    recipe could have asked for it.
    """

    def metrics(self) -> tuple[str, ...]:
        """The metrics that the report must hold."""
        return ()

    def needs(self) -> Mapping[Need, tuple[str, ...]]:
        """What else the report must hold."""
        return {}

    def slices(self) -> tuple[str, ...]:
        """The slices on which it must hold them, as a report names them."""
        return ()

    def columns(self) -> tuple[str, ...]:
        """The columns between whose groups the report must tell how far its figures lie apart."""
        return ()

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:
        """Judge the candidate, beside the release in place where there is one."""
