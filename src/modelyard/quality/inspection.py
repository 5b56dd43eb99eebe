"""The contract of inspections, and the family of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from modelyard.core.registry import Family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.findings import Finding
    from modelyard.quality.subject import Subject


@runtime_checkable
class Inspection(Protocol):
    """A look for one sort of trouble: settings only. One that is `slow` fits models, and may be left out."""

    slow: ClassVar[bool] = False

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """What is found, the worst first; nothing where all is well."""


INSPECTIONS: Family[Inspection] = Family("modelyard.quality.inspections", Inspection, "")
