"""Plans fitted to the parts of one table: the recipe's model, those it is compared with, and the simple ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modelyard import learners
from modelyard.core.types import Parts, Task
from modelyard.release.yard import Yard
from modelyard.train import augmented
from modelyard.train.fit import BARE, Trained, fit

if TYPE_CHECKING:
    from modelyard.assemble import Plan
    from modelyard.core.finish import Finish
    from modelyard.core.protocols import Model
    from modelyard.core.types import Table


@dataclass(frozen=True)
class Fitting:
    """What fits a plan: to these parts, for this task; the yard keeps what is under way."""

    parts: Parts
    task: Task
    yard: Yard

    def __call__(self, plan: Plan, parts: Parts | None = None) -> Trained:
        """The plan's model with all that the recipe wishes of it; on other parts, where they are given.

        Raises:
            DataError, RecipeError: a column or a model cannot be fitted.
        """
        some = parts or self.parts
        learner = learners.learner(plan.model, plan.training, plan.recipe, self.yard)
        fit_with = partial(self._fit, plan, learner, some, plan.finish)
        return augmented.fit(fit_with, some, plan.augments, plan.recipe.seed)

    def bare(self, plan: Plan, model: Model) -> Trained:
        """Another model on the plan's columns, with the usual encoders and no wishes."""
        return self._fit(plan.without_encoders(), model, self.parts, BARE)

    def _fit(self, plan: Plan, model: Model, parts: Parts, finish: Finish, more: Table | None = None) -> Trained:
        return fit(model, parts, self.task, plan.making(model), plan.recipe.seed, finish, more)
