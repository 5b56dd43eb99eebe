"""What gates ask of the rows, known before anything is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import Problems, RecipeError, nearest
from modelyard.data.provenance import provenance
from modelyard.evaluate import fairness, robustness, slices

if TYPE_CHECKING:
    from modelyard.assemble import Plan
    from modelyard.core.evidence import Provenance
    from modelyard.core.types import Table
    from modelyard.data.read import Rows


def check_slices(plan: Plan, test: Table) -> None:
    """Every slice that a gate names will be measured, and the groups of every column compared.

    Raises:
        RecipeError: one has no test rows, or too few.
    """
    found = Problems(RecipeError)
    known, compared = slices.measured(test), fairness.groups(test)
    for place, gate in enumerate(plan.gates):
        for column in gate.columns():
            if column not in compared:
                few = f"fewer than two groups of '{column}' have {slices.FEWEST} test rows, and so none are compared"
                found.add(few, plan.recipe.place(f"gates.{place}.slice"), nearest("", compared))
        for part in gate.slices():
            if part not in known:
                where = plan.recipe.place(f"gates.{place}.slice")
                few = f"'{part}' is no slice with at least {slices.FEWEST} test rows"
                found.add(few, where, nearest(part, known))
    found.raise_any()


def needed(plan: Plan, rows: Rows) -> Provenance:
    """What gates need of the rows is there: columns that perturbations change, a column of times; and the rows' origin.

    Raises:
        RecipeError: it is not; said before anything is fitted.
    """
    found = Problems(RecipeError)
    schema = rows.train.schema
    applying = [name for name, part in plan.perturbations.items() if robustness.applying(schema, part)]
    newest: str | None = None
    place = ""
    for number, gate in enumerate(plan.gates):
        needs, where = gate.needs(), plan.recipe.place(f"gates.{number}")
        if "stress" in needs and not applying:
            found.add("no perturbation changes any column of this table", where, "leave the gate out")
        for name in set(needs.get("stress", ())) - set(applying) if applying else ():
            found.add(f"the perturbation '{name}' changes no column of this table", where, nearest("", applying))
        for column in needs.get("newest", ()):
            newest, place = column, plan.recipe.place(f"gates.{number}.column")
    found.raise_any()
    known = provenance(rows, plan.sources.values(), plan.recipe.folder, newest, place)
    for number, gate in enumerate(plan.gates):
        if "changed" in gate.needs() and not known.changed:
            hint = "name a column of times: {gate: fresh, column: ...}"
            found.add("the rows lie in no file whose age could be told", plan.recipe.place(f"gates.{number}"), hint)
    found.raise_any()
    return known
