"""What may take a bundle's place: whoever asked before must be answered, in the same words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.errors import BundleError
from modelyard.core.types import Column, Kind, Role, Schema, Task
from modelyard.release.signature import Signature
from modelyard.serve import fits

if TYPE_CHECKING:
    from modelyard.run import Run

AGE = Column("age", Kind.NUMBER, nullable=False)
CITY = Column("city", Kind.CATEGORY, nullable=True)
PLAN = Column("plan", Kind.CATEGORY, levels=("basic", "plus"), closed=True)
NOTE = Column("note", Kind.TEXT, Role.IGNORE)
TARGET = Column("pays", Kind.CATEGORY, Role.TARGET, levels=("no", "yes"))


def bundle(*columns: Column, labels: tuple[str, ...] = ("no", "yes"), task: Task = Task.BINARY) -> Any:
    """What `fits` reads of a bundle."""
    schema = Schema((*columns, TARGET))
    return SimpleNamespace(signature=Signature(schema), labels=labels, numbers=(), manifest=SimpleNamespace(task=task))


RUNNING = bundle(AGE, CITY, PLAN, NOTE)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (bundle(AGE, CITY, PLAN, NOTE, labels=("no", "yes", "maybe"), task=Task.MULTICLASS), "it does multiclass"),
        (bundle(AGE, CITY, PLAN, NOTE, labels=("n", "y")), "other classes"),
        (bundle(AGE, CITY, PLAN), "does not know the column 'note'"),
        (bundle(Column("age", Kind.TEXT), CITY, PLAN, NOTE), "'age' is read as text, not as number"),
        (bundle(AGE, Column("city", Kind.CATEGORY, nullable=False), PLAN, NOTE), "'city' may no longer be missing"),
        (bundle(AGE, CITY, Column("plan", Kind.CATEGORY, levels=("basic",), closed=True), NOTE), "allows fewer levels"),
        (
            bundle(AGE, Column("city", Kind.CATEGORY, nullable=True, levels=("x",), closed=True), PLAN, NOTE),
            "allows fewer levels",
        ),
        (bundle(AGE, CITY, PLAN, NOTE, Column("more", Kind.NUMBER, nullable=False)), "it needs the column 'more'"),
        (bundle(AGE, CITY, PLAN, Column("note", Kind.TEXT, nullable=False)), "it needs the column 'note'"),
    ],
)
def test_what_would_answer_otherwise_does_not_fit(other: Any, told: str) -> None:
    with pytest.raises(BundleError, match=told) as caught:
        fits.check(RUNNING, other, "risk@2")
    assert caught.value.where == "risk@2"


@pytest.mark.parametrize(
    "other",
    [
        RUNNING,
        bundle(NOTE, PLAN, CITY, AGE),
        bundle(Column("age", Kind.NUMBER, nullable=True), CITY, PLAN, NOTE),
        bundle(AGE, CITY, Column("plan", Kind.CATEGORY, levels=("basic", "max", "plus"), closed=True), NOTE),
        bundle(AGE, CITY, Column("plan", Kind.CATEGORY, levels=("basic",)), NOTE),
        bundle(AGE, CITY, PLAN, NOTE, Column("more", Kind.NUMBER, nullable=True)),
        bundle(Column("age", Kind.NUMBER, Role.IGNORE), CITY, PLAN, NOTE),
    ],
)
def test_what_takes_all_that_was_taken_fits(other: Any) -> None:
    fits.check(RUNNING, other, "risk@2")


def test_real_bundles_of_other_questions_do_not_fit(risk: Run, price: Run) -> None:
    fits.check(risk.bundle, risk.bundle, "risk@1")
    with pytest.raises(BundleError) as caught:
        fits.check(risk.bundle, price.bundle, "house-price@1")
    assert 1 < len(caught.value.problems) <= fits.SHOWN
