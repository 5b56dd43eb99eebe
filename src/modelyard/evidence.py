"""A report with all its evidence: scores beside baselines, and what the recipe wishes told beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from modelyard import learned, learners
from modelyard.assemble import Plan
from modelyard.core import deadline, events
from modelyard.core.protocols import Metric, Search
from modelyard.core.registry import settings_of
from modelyard.core.types import Floats
from modelyard.evaluate import baselines, robustness
from modelyard.evaluate.audit import audited
from modelyard.evaluate.mitigated import changes
from modelyard.evaluate.score import Measured, score
from modelyard.explain import importance
from modelyard.families import BASELINE, MODELS, ONE_TREE, TREE
from modelyard.fitting import Fitting
from modelyard.train.fit import Trained
from modelyard.train.pretrain import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelyard.core.evidence import Change, Importance, Provenance, Stress
    from modelyard.core.report import Report
    from modelyard.core.types import Parts, Table, Values

UNPRETRAINED = "before pretraining"  # the baseline that tells what pretraining gave
ONE_TREE_NAME = "one tree"  # the baseline of a linear model
BASELINE_SECONDS = 60  # after which no further penalty of it is tried


@dataclass(frozen=True)
class Evidence:
    """What is told of something trained: its `answers` [rows, outputs] to the test rows, measured by `metrics`."""

    plan: Plan
    fitting: Fitting
    trained: Trained
    answers: Floats
    metrics: Mapping[str, Metric]

    @property
    def parts(self) -> Parts:
        """The rows that were learnt from, chosen by, and measured on."""
        return self.fitting.parts

    def report(self, notes: Sequence[str], data: Provenance) -> Report:
        """The report; `notes` are what is known already, `data` is where the rows are from."""
        plan, parts, seed = self.plan, self.parts, self.plan.recipe.seed
        told = (*notes, *self.trained.notes)
        measured = Measured(parts.test, self.fitting.task, self.answers, self._baselines(), self.trained.decision, told)
        report = score(
            measured,
            self.metrics,
            name=plan.recipe.name,
            model=plan.recipe.model.name,
            rows={"train": len(parts.train), "valid": len(parts.valid), "test": len(parts.test)},
            seed=seed,
        )
        report = audited(report, measured, self.metrics, seed, weak_slices=plan.recipe.evidence.weak_slices)
        report = replace(report, data=data, changes=self._changes(measured), stress=self._stress(measured))
        if plan.recipe.evidence.importance:
            report = replace(report, importance=self._importance(measured))
        if plan.recipe.evidence.learning_curve:
            report = learned.told(report, measured, self.metrics, parts, partial(self.fitting, plan), seed)
        return report

    def _baselines(self) -> dict[str, Floats]:
        """The constant answer, a linear model or else one tree, and what pretrained weights began with."""
        plan, test = self.plan, self.parts.test
        answers = {"constant": baselines.constant(self.parts.train, self.fitting.task, len(test))}
        linear = plan.recipe.model.name == BASELINE
        simple = learners.candidate(TREE, ONE_TREE, None) if linear else learners.candidate(BASELINE, {}, None)
        with deadline.within(BASELINE_SECONDS):
            answers[ONE_TREE_NAME if linear else BASELINE] = self.fitting.bare(plan, simple)(test)
        if (before := _before(plan)) is not None:
            events.note("fitting once more, from where pretraining began, to tell what it gave")
            answers[UNPRETRAINED] = self.fitting(before)(test)
        return answers

    def _changes(self, measured: Measured) -> tuple[Change, ...]:
        """What the recipe's mitigation has changed, beside the same model without it."""
        named, mitigation = self.plan.recipe.mitigation, self.plan.mitigation
        if named is None or mitigation is None:
            return ()
        if mitigation.refits:
            events.note(f"fitting once more, without {named.name}, to tell what it changes")
            plain = self.fitting(self.plan.unmitigated())
            before = replace(measured, answers=plain(measured.table), decision=plain.decision)
        else:
            common = self.trained.decision and replace(self.trained.decision, column="", by_group={})
            before = replace(measured, decision=common)
        return changes(before, measured, self.metrics, named.name, mitigation.grouped(), self.plan.recipe.seed)

    def _importance(self, measured: Measured) -> tuple[Importance, ...]:
        """How much the first metric hangs on each column."""

        def judging(some: Table) -> Callable[[Metric, Floats], Floats]:
            return replace(measured, table=some, baselines={}).judged

        return importance.of(self.trained, self.parts.test, self.metrics, judging, self.plan.recipe.seed)

    def _stress(self, measured: Measured) -> tuple[Stress, ...]:
        """What the first metric loses when rows arrive changed, and each metric that a gate judges so."""
        plan, trained = self.plan, self.trained
        judged = [name for gate in plan.gates if "stress" in gate.needs() for name in gate.metrics()]
        told = {name: self.metrics[name] for name in dict.fromkeys([next(iter(self.metrics)), *judged])}

        def ask(columns: Mapping[str, Values]) -> Floats:
            return trained.predictor(trained.features(columns))

        subject = robustness.Subject(ask, measured, self.parts.train, told)
        return robustness.stress(subject, plan.perturbations, plan.recipe.seed)


def _before(plan: Plan) -> Plan | None:
    """The same plan with the weights that a pretraining began with; None where the model's were not pretrained here."""
    for key in lift.KEYS:
        named = getattr(plan.model, key, None)
        start = lift.before(named) if isinstance(named, str) and not isinstance(plan.model, Search) else None
        if start is not None:
            said = {**settings_of(plan.model), key: start}
            return replace(plan, model=MODELS.build(plan.recipe.model.name, said))
    return None
