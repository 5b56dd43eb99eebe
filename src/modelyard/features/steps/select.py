"""The columns that say something of the target, told from chance; the others are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from modelyard.core.errors import RecipeError
from modelyard.core.featuring import FittedStep, Noted, State, Step
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import choosing
from modelyard.features.relevance import binned, mutual, permuted, rates, stable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.features.relevance.binned import Binned

NAMED = 20  # columns that a note names


@dataclass(frozen=True)
class FittedSelect(FittedStep, Noted):
    """The columns that are left out, and why."""

    dropped: tuple[str, ...]
    told: tuple[str, ...]

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of the columns that stay."""
        return {name: found for name, found in columns.items() if name not in self.dropped}

    @property
    def made(self) -> tuple[Column, ...]:
        """Nothing new."""
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and why."""
        return self.told

    def state(self) -> State:
        """The names, and what is told."""
        return {"dropped": list(self.dropped), "told": list(self.told)}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From names."""
        kept: Any = state
        return cls(tuple(map(str, kept["dropped"])), tuple(map(str, kept["told"])))


@dataclass(frozen=True)
class _Judged:
    """Whether each of some columns stays, [columns] bool, its rank, the larger the better, and what is told of it."""

    kept: Values
    rank: Floats
    told: list[str]
    rule: str


@part
class Select(Step):
    """Columns are kept `by` what each tells by itself, by its importance in a model, or by how steadily it is taken.

    Of the columns that the first two keep, at most the share `fdr` tell nothing, in expectation; of all that the last
    keeps, at most `falsely` columns. Texts stay, and so do the columns of `keep`.
    """

    fitted: ClassVar[type[FittedStep]] = FittedSelect

    by: Literal["mutual_information", "permutation", "stability"] = "mutual_information"
    columns: tuple[str, ...] = Field(default=(), description="those that are judged; all but texts if not said")
    keep: tuple[str, ...] = Field(default=(), description="columns that stay whatever they tell")
    fdr: float = Field(default=0.05, gt=0, lt=1, description="share of what is kept that may tell nothing")
    threshold: float = Field(default=0.75, gt=0.5, le=1, description="share of the halves that a stable column is of")
    falsely: float = Field(default=1.0, gt=0, description="columns that stability may keep and that tell nothing")
    most: int | None = Field(default=None, ge=1, description="columns that are kept, the best of them")

    def fit(
        self, columns: Mapping[str, Values], known: Mapping[str, Column], target: Floats | None, seed: int
    ) -> FittedSelect:
        """Judge the columns by the training rows.

        Raises:
            RecipeError: a column is not there or is a text, or there is no target.
        """
        asked = choosing.columns(self.columns, known, binned.READ, "select")
        choosing.columns(self.keep, known, frozenset(Kind), "select")
        judged = [name for name in asked if name not in self.keep]
        if target is None:
            raise RecipeError("needs a target to select by", "prepare: select", "leave it out")
        if not judged or not len(target):
            return FittedSelect((), ())
        found = self._judge(binned.of(judged, columns, known, target, seed), seed)
        kept = self._few(found, alone=len(judged) == len(known))
        dropped = tuple(name for name, stays in zip(judged, kept, strict=True) if not stays)
        return FittedSelect(dropped, self._told(judged, kept, found))

    def _judge(self, rows: Binned, seed: int) -> _Judged:
        if self.by == "stability":
            share = stable.shares(rows, self.threshold, self.falsely, seed)
            told = [f"taken on {one:.0%} of the halves" for one in share]
            rule = f"at least {self.threshold:.0%} of the halves, at most {self.falsely:g} falsely"
            return _Judged(share >= self.threshold, share, told, rule)
        way = mutual if self.by == "mutual_information" else permuted
        found, p = way.p_values(rows, self.fdr, seed)
        q = rates.adjusted(p)
        rule = f"at most {self.fdr:.0%} false discoveries"
        return _Judged(q <= self.fdr, found, [f"q = {one:.2g}" for one in q], rule)

    def _few(self, found: _Judged, *, alone: bool) -> Values:
        """At most `most` of them; where nothing else is left, the best one stays."""
        kept = found.kept.copy()
        order = np.argsort(-found.rank, kind="stable")
        if self.most is not None:
            best = [place for place in order if kept[place]][: self.most]
            kept = np.isin(np.arange(len(kept)), best)
        if alone and not kept.any():
            kept[order[0]] = True
        return kept

    def _told(self, names: list[str], kept: Values, found: _Judged) -> tuple[str, ...]:
        gone = [place for place in range(len(names)) if not kept[place]]
        if not gone:
            return (f"select by {self.by}: all of {len(names)} columns stay ({found.rule})",)
        shown = ", ".join(f"{names[place]} ({self._why(found, place)})" for place in gone[:NAMED])
        more = f" and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
        head = f"select by {self.by}: {len(gone)} of {len(names)} columns are left out ({found.rule}): {shown}{more}"
        saved = [names[place] for place in np.flatnonzero(kept & ~found.kept)]
        rescued = f"; none tells more than chance does, and {saved[0]} stays as the last" if saved else ""
        return (head + rescued,)

    def _why(self, found: _Judged, place: int) -> str:
        return f"beyond the best {self.most}" if found.kept[place] else found.told[place]
