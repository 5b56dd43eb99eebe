"""Whether one bundle can take another's place: whoever asks must be answered in the same words as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column
    from modelyard.release.bundle import Bundle

SHOWN = 5  # columns that are told
HINT = "serve it under a name of its own, or start the server anew with it"


def check(running: Bundle, other: Bundle, release: str) -> None:
    """Refuse a bundle that would answer differently, or refuse rows that the running one takes.

    Raises:
        BundleError: all that does not fit.
    """
    found = [*_answers(running, other), *_columns(running, other)][:SHOWN]
    if found:
        raise BundleError.of(Problem(f"does not fit what is served: {told}", release, HINT) for told in found)


def _answers(running: Bundle, other: Bundle) -> Iterator[str]:
    if running.manifest.task != other.manifest.task:
        yield f"it does {other.manifest.task}, not {running.manifest.task}"
    elif running.labels != other.labels:
        yield "it answers with other classes"
    elif not set(running.numbers) <= set(other.numbers):
        yield f"it answers without {' and '.join(n for n in running.numbers if n not in other.numbers)}"


def _columns(running: Bundle, other: Bundle) -> Iterator[str]:
    asked, reads = running.signature.asked, other.signature.asked
    known = set(other.signature.known)
    for name in running.signature.known:
        if name not in known:
            yield f"it does not know the column '{name}'"
        elif name in asked and name in reads:
            yield from _column(asked[name], reads[name])
    for name, column in reads.items():
        if name not in asked and not column.nullable:
            yield f"it needs the column '{name}'"


def _column(asked: Column, reads: Column) -> Iterator[str]:
    if asked.kind != reads.kind:
        yield f"the column '{asked.name}' is read as {reads.kind}, not as {asked.kind}"
    elif asked.nullable and not reads.nullable:
        yield f"the column '{asked.name}' may no longer be missing"
    elif reads.closed and not (asked.closed and set(asked.levels) <= set(reads.levels)):
        yield f"the column '{asked.name}' allows fewer levels"
