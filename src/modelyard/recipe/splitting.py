"""What a recipe may say of how rows are dealt out."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from modelyard.core.amounts import span

NAMING = frozenset({"group", "time"})  # ways that look at a column


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names, json_schema_input_type=str | list[str])]
Gap = Annotated[float, BeforeValidator(span, json_schema_input_type=float | str), Field(ge=0)]


class Splitting(BaseModel):
    """How rows are dealt out; `by` is stratified for classes and random for numbers where it is not said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["random", "stratified", "group", "time"] | None = Field(default=None, description="how rows are dealt")
    column: Names = Field(
        default=(), description="whose values are the groups, or the times; no value of any of several is in two parts"
    )
    group: Names = Field(default=(), description="for time: whose rows of an earlier part later parts lose")
    gap: Gap = Field(
        default=0.0, description="for time: left out before each later part, such as 36h or 7d; or a number's own units"
    )
    valid: float = Field(default=0.2, gt=0, lt=1, description="share of the rows by which choices are made")
    test: float = Field(default=0.2, gt=0, lt=1, description="share of the rows that the report is of")
    folds: int | None = Field(default=None, ge=2, le=100, description="in which the model is fitted and measured anew")
    repeats: int = Field(default=1, ge=1, le=100, description="how often the rows are dealt into folds")
    nested: Literal[True] = Field(default=True, description="all choices are made anew inside each fold, always")

    @model_validator(mode="after")
    def _leaves_rows_to_train_on(self) -> Self:
        if self.valid + self.test >= 1:
            raise ValueError(f"valid ({self.valid}) and test ({self.test}) leave no rows to train on")
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        timed = self.by == "time"
        wrong = {
            f"by: {self.by} needs a column": self.by in NAMING and not self.column,
            "column is for by: group and by: time": self.by not in NAMING and bool(self.column),
            "by: time takes one column": timed and len(self.column) > 1,
            "group is for by: time; groups without times are by: group, column: ...": not timed and bool(self.group),
            "gap is for by: time": not timed and self.gap > 0,
            "repeats is for folds": self.repeats > 1 and self.folds is None,
            "folds by time are the same each time, so there are no repeats": self.repeats > 1 and timed,
        }
        told = [problem for problem, is_so in wrong.items() if is_so]
        if told:
            raise ValueError("; ".join(told))
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that a split looks at, each once."""
        return tuple(dict.fromkeys((*self.column, *self.group)))

    def filled(self) -> dict[str, Any]:
        """With every default that has a meaning here: a gap where there is an order, repeats where there are folds."""
        idle = set() if self.by in NAMING else {"column"}
        idle |= set() if self.by == "time" else {"group", "gap"}
        idle |= {"folds", "repeats", "nested"} if self.folds is None else set()
        return self.model_dump(mode="json", exclude=idle)
