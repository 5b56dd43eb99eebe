"""How another table is joined to the rows: on which keys, as of when, and what is taken or reckoned of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from modelyard.core.amounts import Days

Aggregate = Literal["count", "sum", "mean", "min", "max", "first", "last"]


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_more, json_schema_input_type=str | list[str])]
Aggregates = Annotated[
    tuple[Aggregate, ...],
    BeforeValidator(_one_or_more, json_schema_input_type=Aggregate | list[Aggregate]),
    Field(min_length=1),
]


class AsOfSpec(BaseModel):
    """The times by which a row of the other table is known: those before the row's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left: str = Field(description="the column that says when a row is of: only what was known by then is joined")
    right: str = Field(description="the other table's column that says since when its row is known")
    equal: bool = Field(default=False, description="whether what became known at the very same time counts as known")


class HowJoined(BaseModel):
    """All that is said of a join beside where the other table is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: Names = Field(default=(), description="columns that both tables have, whose values must be the same")
    left_on: Names = Field(default=(), description="the rows' own key columns, where they are called otherwise")
    right_on: Names = Field(default=(), description="the other table's, in the same order")
    as_text: bool = Field(default=False, description="compare keys as they are written, whatever their types")
    how: Literal["left", "inner"] = Field(default="left", description="inner: a row without a match is left out")
    columns: Names | None = Field(default=None, description="what is taken; all but keys and time if not said")
    prefix: str = Field(default="", description="before the names of what is taken")
    as_of: AsOfSpec | None = Field(default=None, description="join what was known at the row's own time, no later")
    within: Days | None = Field(default=None, description="how old that may be, such as 30d")
    aggregate: dict[str, Aggregates] = Field(default={}, description="figures of all matches: {amount: [sum, count]}")

    @model_validator(mode="before")
    @classmethod
    def _on(cls, value: object) -> object:
        """What YAML 1.1 makes of the key `on` is true."""
        return {"on" if key is True else key: said for key, said in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.on) == bool(self.left_on or self.right_on):
            raise ValueError("says its keys either by `on`, or by `left_on` and `right_on`")
        if len(self.left_on) != len(self.right_on):
            raise ValueError("`left_on` and `right_on` are as many columns as each other")
        if self.within is not None and self.as_of is None:
            raise ValueError("`within` needs `as_of`, which says by which times")
        if self.aggregate and self.columns is not None:
            raise ValueError("takes `columns`, or figures by `aggregate`: say two joins for both")
        return self

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Each key column of the rows with that of the other table."""
        return tuple(zip(self.on or self.left_on, self.on or self.right_on, strict=True))

    def takes(self, names: tuple[str, ...]) -> dict[str, tuple[str, Aggregate | None]]:
        """The new columns by their names: which of the other table's columns `names`, and what is reckoned of it."""
        if self.aggregate:
            told = [(name, how) for name, hows in self.aggregate.items() for how in hows]
            return {f"{self.prefix}{name}_{how}": (name, how) for name, how in told}
        spare = {right for _, right in self.pairs} | ({self.as_of.right} if self.as_of else set())
        wanted = self.columns if self.columns is not None else [name for name in names if name not in spare]
        return {f"{self.prefix}{name}": (name, None) for name in wanted}

    def told(self) -> dict[str, Any]:
        """All of it as JSON, every default in its place."""
        return {key: value for key, value in HowJoined.model_dump(self, mode="json").items() if key != "data"}
