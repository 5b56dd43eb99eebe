"""What a recipe may say. Frozen; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PrivateAttr, model_validator

from modelyard.core import energy
from modelyard.core.explaining import Way
from modelyard.core.finish import Calibration
from modelyard.core.training import Optimizer, Precision, Schedule, Transform
from modelyard.core.types import Kind, Role, Task
from modelyard.core.urls import ending
from modelyard.economics import cost
from modelyard.recipe.endings import SOURCES, unnamed
from modelyard.recipe.joins import HowJoined
from modelyard.recipe.places import Place, locate
from modelyard.recipe.splitting import Splitting


class Section(BaseModel):
    """A part of a recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PartSpec(Section):
    """A part's name and its settings, as a recipe gives them."""

    name: str
    settings: dict[str, JsonValue] = {}


def _spec(key: str) -> BeforeValidator:
    """Read `name`, or `{key: name, setting: value, ...}`."""
    return BeforeValidator(lambda value: _part(value, key), json_schema_input_type=str | dict[str, Any])


def _part(value: object, key: str) -> object:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, Mapping):
        if not isinstance(value.get(key), str):
            raise ValueError(f"a part is a name, or a mapping whose key '{key}' is the name")
        rest = {str(k): v for k, v in value.items() if k != key}
        return {"name": value[key], "settings": rest}
    return value


ModelSpec = Annotated[PartSpec, _spec("name")]
EncoderSpec = Annotated[PartSpec, _spec("name")]
MetricSpec = Annotated[PartSpec, _spec("name")]
AugmentSpec = Annotated[PartSpec, _spec("augment")]
MitigationSpec = Annotated[PartSpec, _spec("mitigation")]
GateSpec = Annotated[PartSpec, _spec("gate")]
CleanSpec = Annotated[PartSpec, _spec("clean")]
StepSpec = Annotated[PartSpec, _spec("step")]
CheckSpec = Annotated[PartSpec, _spec("check")]
PerturbationSpec = Annotated[PartSpec, _spec("perturbation")]


class OtherSpec(PartSpec):
    """A model that the recipe's own is compared with; `shown` is its name there, if it has one of its own."""

    shown: str | None = None


def _other(value: object) -> object:
    """Read a model as `model:` does, with `as` among its settings."""
    if not isinstance(value, Mapping) or "as" not in value:
        return _part(value, "name")
    shown = value["as"]
    if not isinstance(shown, str) or not shown.strip():
        raise ValueError("'as' is the name that a compared model is shown by, a text")
    part = _part({key: inner for key, inner in value.items() if key != "as"}, "name")
    return {**part, "shown": shown.strip()} if isinstance(part, Mapping) else part


OtherModelSpec = Annotated[OtherSpec, BeforeValidator(_other, json_schema_input_type=str | dict[str, Any])]


def _source(value: object) -> object:
    """Read a path, whose ending tells the source, or `{source: name, ...}`."""
    if isinstance(value, str):
        suffix = ending(value)
        if suffix not in SOURCES:
            raise ValueError(unnamed(value, suffix))
        return {"source": SOURCES[suffix], "path": value}
    return value


SourceSpec = Annotated[PartSpec, _spec("source"), BeforeValidator(_source, json_schema_input_type=str | dict[str, Any])]


class JoinSpec(HowJoined, Section):
    """Another table that is joined to the rows of every part."""

    data: SourceSpec = Field(description="where its rows are")


class DataSpec(Section):
    """Where the rows are: one source to split, or one for each part; and what is joined to them."""

    train: SourceSpec
    valid: SourceSpec | None = None
    test: SourceSpec | None = None
    join: tuple[JoinSpec, ...] = ()

    @property
    def every(self) -> dict[str, PartSpec]:
        """All sources by their places, those that are joined included."""
        parts = {"data.train": self.train, "data.valid": self.valid, "data.test": self.test}
        joins = {f"data.join.{place}.data": one.data for place, one in enumerate(self.join)}
        return {place: spec for place, spec in (parts | joins).items() if spec is not None}


def data_of(value: object) -> object:
    """Read one source, with `join` among its settings, or one for each part."""
    parts = isinstance(value, Mapping) and value.keys() & (DataSpec.model_fields.keys() - {"join"})
    if parts or not isinstance(value, (str, Mapping)):
        return value
    if isinstance(value, str) or "join" not in value:
        return {"train": value}
    return {"train": {key: said for key, said in value.items() if key != "join"}, "join": value["join"]}


Data = Annotated[DataSpec, BeforeValidator(data_of, json_schema_input_type=str | dict[str, Any])]


class ColumnSpec(Section):
    """What the recipe says of one column; what it leaves out is inferred."""

    kind: Kind | None = Field(default=None, description="what its values mean; inferred if not said")
    role: Role | None = Field(default=None, description="what it is used for; a feature if not said")
    encoder: EncoderSpec | None = Field(default=None, description="how it becomes what a model reads")
    clean: tuple[CleanSpec, ...] = Field(default=(), description="how written values are mended before they are read")
    levels: tuple[str, ...] | None = Field(default=None, description="all the values there are; others are refused")
    change: Way = Field(default="free", description="how a person can change it, for counterfactuals")

    @model_validator(mode="after")
    def _levels_are_categories(self) -> Self:
        if self.levels is not None and self.kind not in {None, Kind.CATEGORY}:
            raise ValueError("levels are for the kind 'category'")
        return self


class SplitSpec(Splitting, Section):
    """How rows are dealt out; `by` is stratified for classes and random for numbers where it is not said."""


class HygieneSpec(Section):
    """What becomes of rows whose texts are in the table already."""

    duplicates: Literal["remove", "keep"] = Field(default="remove", description="what becomes of copies")
    similarity: float = Field(
        default=0.8, ge=0.5, le=1, description="shared runs of characters from which a text is a copy; 1: exact ones"
    )


class ProtectSpec(Section):
    """What becomes of personal data: of what is found, and of columns by their names, before anything reads them."""

    found: Literal["report", "drop", "mask", "hash", "pseudonym"] = Field(
        default="report", description="report tells of it alone; drop leaves columns out, and masks what texts hold"
    )
    sorts: tuple[str, ...] = Field(default=(), description="of personal data that are looked for; all if none is said")
    regions: tuple[str, ...] = Field(default=("CN", "US", "GB", "DE"), description="of telephone numbers (ISO 3166)")
    key: str = Field(default="MODELYARD_PRIVACY_KEY", description="the environment variable that holds the key")
    columns: dict[str, CleanSpec] = Field(default={}, description="drop, keep, or a cleaner such as hash, by column")


class RegularisationSpec(Section):
    """What keeps a network from learning its rows by heart; what is left out is the network's own default."""

    l1: float | None = Field(default=None, ge=0, description="weight of the matrices' absolute values in the loss")
    l2: float | None = Field(default=None, ge=0, description="decay of the matrices; biases and norms are left alone")
    dropout: float | None = Field(default=None, ge=0, lt=1, description="share of hidden units that a step leaves out")


class TrainingSpec(Section):
    """How a network is trained; what is left out is the network's own default."""

    epochs: int | None = Field(default=None, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    learning_rate: float | None = Field(default=None, gt=0)
    optimizer: Optimizer | None = None
    regularisation: RegularisationSpec | None = None
    schedule: Schedule | None = None
    warmup: float | None = Field(default=None, ge=0, lt=1, description="share of the steps over which the rate rises")
    early_stopping: int | None = Field(default=None, ge=1, description="epochs without gain before stopping")
    precision: Precision | None = None
    gradient_accumulation: int | None = Field(default=None, ge=1, description="batches that a step learns from")
    max_grad_norm: float | None = Field(default=None, gt=0, description="to which a step's gradient is cut")
    layer_decay: float | None = Field(
        default=None, gt=0, le=1, description="times the rate of the layer above, for each layer of pretrained weights"
    )


ClassWeights = Literal["balanced"] | dict[str | int | bool, Annotated[float, Field(gt=0)]]


def _weights(value: object) -> object:
    """Tell in one sentence what is wrong, where pydantic would tell of each form."""
    if value is None or value == "balanced":
        return value
    if not isinstance(value, Mapping):
        raise ValueError("is 'balanced', or a number for each class such as {bad: 5, good: 1}")
    for name, factor in value.items():
        try:
            heeded = float(factor) > 0
        except (TypeError, ValueError):
            heeded = False
        if not heeded:
            raise ValueError(f"the class '{name}' needs a number above 0")
    return value


class CostsSpec(Section):
    """What a wrong decision costs; a right one is free."""

    false_negative: float = Field(gt=0, description="a row of the positive class that is not found")
    false_positive: float = Field(gt=0, description="a row that is taken for one of the positive class")


class DecisionSpec(Section):
    """What decisions are to be best by."""

    metric: MetricSpec


def _robustness(value: object) -> object:
    """Tell in one sentence what is wrong, where pydantic would tell of each form."""
    if not isinstance(value, (bool, list, tuple)):
        raise ValueError("is true, false, or a list of perturbations")
    return value


class EvidenceSpec(Section):
    """What a report measures beside its scores; `true` or `false` says it of all that is measured unasked."""

    @model_validator(mode="before")
    @classmethod
    def _all_or_nothing(cls, value: object) -> object:
        return dict.fromkeys(("weak_slices", "importance", "robustness"), value) if isinstance(value, bool) else value

    weak_slices: bool = Field(default=True, description="search the test rows for where the model is worse")
    importance: bool = Field(default=True, description="how much worse the first metric is with a column shuffled")
    learning_curve: bool = Field(
        default=False, description="fit the model on fewer rows too, to tell whether more would help"
    )
    robustness: Annotated[bool | tuple[PerturbationSpec, ...], BeforeValidator(_robustness)] = Field(
        default=True, description="what the first metric loses when test rows arrive changed; or in which ways they do"
    )


def _country(value: object) -> object:
    if isinstance(value, str) and not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise ValueError("a grid is named by the three letters of its country, such as DEU, CHN or USA")
    return value


class PricesSpec(Section):
    """What a model's work is reckoned by; watts count where the processor does not tell them itself."""

    cpu_hour: float = Field(default=cost.CPU_HOUR, gt=0, description="of an hour of one processor core")
    currency: str = Field(default="USD", min_length=1, max_length=8)
    watts: float = Field(default=energy.WATTS, gt=0, description="of one busy core")
    memory_watts: float = Field(default=energy.MEMORY, ge=0, description="of a gigabyte of memory")
    kwh: float = Field(default=cost.KWH, ge=0, description="of a kilowatt-hour, in the currency")
    grid: Annotated[str, BeforeValidator(_country)] | None = Field(
        default=None,
        description="the country whose electricity is used, such as DEU (ISO 3166); the world's average if not said",
    )


class CardSpec(Section):
    """What the card says beside what was measured, and whether it has pictures."""

    summary: str = Field(default="", description="what the model does, in a sentence for whoever uses it")
    intended_use: str = Field(default="", description="who is to use it, for what")
    not_for: str = Field(default="", description="what it must not be used for")
    limits: tuple[str, ...] = Field(default=(), description="what it cannot do, as far as is known")
    licence: str = Field(default="", description="such as apache-2.0, or proprietary")
    contact: str = Field(default="", description="whom to ask and to tell of mistakes")
    pictures: bool = True


def _inspection(value: object) -> object:
    """Tell in one sentence what is wrong, where pydantic would tell of each form."""
    if not isinstance(value, (bool, Mapping)):
        raise ValueError("is true, false, or the settings of the inspection")
    return value


InspectionSpec = Annotated[bool | dict[str, JsonValue], BeforeValidator(_inspection)]


class RiskSpec(Section):
    """Something that may go wrong, and who answers for it."""

    risk: str = Field(min_length=1)
    owner: str = Field(min_length=1, description="the person or the role that answers for it")
    response: str = Field(default="", description="what is done about it")


class Recipe(Section):
    """One YAML file: the data, the target, the model, and the gates that a release must pass."""

    version: Literal[1] = Field(description="of what a recipe may say")
    name: str = Field(
        pattern=r"^\w[\w.-]{0,63}$", description="letters, digits, '_', '.', '-'; also the release's name"
    )
    data: Data = Field(description="where the rows are: a source, or one for each part, and what is joined")
    target: str = Field(description="the column to predict")
    positive: str | int | bool | None = Field(
        default=None, description="the class that f1, precision and recall are about; the rarer one if not said"
    )
    task: Task | None = Field(default=None, description="what kind of answer; told by the target if not said")
    columns: dict[str, ColumnSpec] = Field(default={}, description="what is known of columns; the rest is inferred")
    checks: tuple[CheckSpec, ...] = Field(default=(), description="what the rows must keep, or no training begins")
    split: SplitSpec = Field(default=SplitSpec(), description="how rows are dealt into train, valid and test")
    hygiene: HygieneSpec = Field(default=HygieneSpec(), description="what becomes of copies of texts")
    protect: ProtectSpec = Field(default=ProtectSpec(), description="what becomes of personal data")
    inspect: dict[str, InspectionSpec] = Field(
        default={}, description="inspections of `modelyard check` that are switched off, or their settings"
    )
    prepare: tuple[StepSpec, ...] = Field(
        default=(), description="steps between values and encoders, in order, fitted to the training rows"
    )
    augment: tuple[AugmentSpec, ...] = Field(default=(), description="more rows to learn from, where they help")
    model: ModelSpec = Field(default=PartSpec(name="auto"), description="what learns; auto searches among all")
    training: TrainingSpec = Field(default=TrainingSpec(), description="how a network learns")
    compare: tuple[OtherModelSpec, ...] = Field(
        default=(),
        description="models that are fitted and measured beside this one, to tell whether it is worth its price",
    )
    prices: PricesSpec = Field(default=PricesSpec(), description="what work is reckoned by")
    class_weight: Annotated[ClassWeights | None, BeforeValidator(_weights)] = Field(
        default=None, description="how much more the rows of a class count in training"
    )
    calibration: Calibration = Field(default="auto", description="how probabilities are brought to what they say")
    target_transform: Transform | None = Field(default=None, description="what the target is learnt as, for numbers")
    intervals: float | None = Field(
        default=None, gt=0, lt=1, description="share of rows whose truth lies between low and high, for numbers"
    )
    costs: CostsSpec | None = Field(default=None, description="of mistakes: decisions cost as little as they can")
    decision: DecisionSpec | None = Field(default=None, description="the metric that decisions are the best by")
    mitigation: MitigationSpec | None = Field(
        default=None, description="how the groups of a column with the role slice are brought closer together"
    )
    metrics: tuple[MetricSpec, ...] = Field(default=(), description="what is measured; the task's usual if not said")
    evidence: EvidenceSpec = Field(default=EvidenceSpec(), description="what a report measures beside its scores")
    gates: tuple[GateSpec, ...] = Field(default=(), description="what a release must pass")
    risks: tuple[RiskSpec, ...] = Field(default=(), description="what may go wrong, and who answers for it")
    card: CardSpec = Field(default=CardSpec(), description="what a person says on the card")
    language: Literal["en", "zh"] = Field(default="en", description="of the card")
    keep: bool | None = Field(
        default=None, description="keep the prepared table in the yard for the next run; if not said, where it is large"
    )
    seed: int = Field(default=7, ge=0, lt=2**32, description="of all chance: one seed, one digest")

    _folder: Path = PrivateAttr(default_factory=Path)
    _file: str = PrivateAttr(default="recipe")
    _lines: dict[Place, int] = PrivateAttr(default_factory=dict)
    _raw: dict[Place, str] = PrivateAttr(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from: the recipe file's own."""
        return self._folder

    @property
    def raw(self) -> dict[Place, str]:
        """Values as written, where `${ENV}` was put in: a bundle keeps these, never what the environment held."""
        return self._raw

    def written(self, folder: Path, file: str, lines: dict[Place, int], raw: dict[Place, str]) -> Self:
        """This recipe, knowing where it was written: for paths and for error messages."""
        self._folder, self._file, self._lines, self._raw = folder, file, lines, raw
        return self

    def place(self, where: str) -> str:
        """Where a key stands: `risk.yaml:12: model.hidden`."""
        return locate(where, self._file, self._lines)
