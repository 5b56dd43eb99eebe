"""A model must not cost too much, in money or in energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.core.report import Report, Verdict
from modelyard.release.judge import at_most, unknown

if TYPE_CHECKING:
    from modelyard.core.evidence import Cost, Energy

THOUSANDS = 1000  # in a million


@part
class Frugal(Gate):
    """At most `bound`: the `price` of a million predictions, their `energy` in kWh, or the energy of `training` in kWh.

    The price is in the currency of the recipe's `prices`. Energy is an estimate; with `strict`, the upper end of what
    is plausible is judged.
    """

    bound: float = Field(ge=0)
    of: Literal["price", "energy", "training"] = "price"
    strict: bool = Field(default=False, description="judge energy by the upper end of its estimate")

    @model_validator(mode="after")
    def _of_an_estimate(self) -> Self:
        if self.strict and self.of == "price":
            raise ValueError(
                "strict judges an estimate of energy, and a price has none: say of: energy, or leave it out"
            )
        return self

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by what was measured."""
        cost = candidate.cost
        if cost is None:
            return unknown("frugal", "the report does not tell what the model costs: train again", self.bound)
        if self.of == "price":
            told = f"a million predictions cost {cost.million:.3g} {cost.currency}"
            return at_most("frugal", cost.million, self.bound, told, f"{self.bound:g} {cost.currency}")
        return self._energy(cost)

    def _energy(self, cost: Cost) -> Verdict:
        one: Energy = cost.training if self.of == "training" else cost.thousand
        times = 1 if self.of == "training" else THOUSANDS
        value, low, high = (times * kwh for kwh in (one.kwh, one.low, one.high))
        what = "training took" if self.of == "training" else "a million predictions take"
        told = f"{what} {value:.3g} kWh (estimated, {low:.3g} to {high:.3g})"
        verdict = at_most("frugal", high if self.strict else value, self.bound, told, f"{self.bound:g} kWh")
        return Verdict("frugal", verdict.passed, verdict.reason, value, self.bound, low, high)
