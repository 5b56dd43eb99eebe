"""What it is for and not for, whose risk it is, what it reads, and how to use it and make it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.release.card.blocks import Block, Code, Figure, Line, Points, Section, Table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.release.card.told import Told

LOAD = """\
import modelyard

bundle = modelyard.load(".")  # this folder
print(bundle.predict(bundle.example))"""


def purpose(told: Told) -> Section:
    """What whoever made it says of it; what they left unsaid is told too."""
    words, card = told.words, told.card
    said = {
        "Intended use": card.intended_use,
        "Not for": card.not_for,
        "Licence": card.licence,
        "Contact": card.contact,
    }
    lines: list[Line] = [(words(head), words(": "), value) for head, value in said.items() if value]
    missing = [words(head) for head, value in said.items() if not value]
    if missing:
        lines.append((words("Not said by whoever made it: {}", words(", ").join(missing)),))
    return Section("purpose", words("What it is for"), (Points(tuple(lines)),))


def limits(told: Told) -> Section:
    """What the recipe says that it cannot do, what was noticed, and the risks with who answers for each."""
    words, report = told.words, told.report
    lines: list[Line] = [*((limit,) for limit in told.card.limits), *((words.note(note),) for note in report.others)]
    blocks: list[Block] = [Points(tuple(lines))] if lines else []
    if told.risks:
        heads = (words("risk"), words("who answers for it"), words("what is done about it"))
        rows = tuple(((one.risk,), (one.owner,), (one.response or "-",)) for one in told.risks)
        blocks.append(Table(heads, rows, wordy=True))
    else:
        blocks.append(text(words("The recipe names no risks and nobody who answers for them.")))
    return Section("limits", words("Limits and risks"), tuple(blocks))


def data(told: Told) -> Section:
    """The rows that it was made from, and what it reads."""
    words, found = told.words, told.report.data
    blocks: list[Block] = [text(words("Data digest: "), f"`{told.data_digest}`")]
    if found is not None and found.newest:
        blocks.append(text(words("The newest row is of {} ({}).", found.newest, found.column)))
    rows = [
        ((column.name,), (words(column.kind),), (words("yes" if column.nullable else "no"),))
        for column in told.schema.features
    ]
    if told.group:
        rows.append(((told.group,), (words(told.schema[told.group].kind),), (words("yes"),)))
    blocks.append(Table((words("column"), words("kind"), words("may be missing")), tuple(rows)))
    blocks += by_group(told)
    return Section("data", words("What it was made from and what it reads"), tuple(blocks))


def by_group(told: Told) -> tuple[Block, ...]:
    """That one more column is asked for, where decisions are made by its groups."""
    if not told.group:
        return ()
    words = told.words
    said = words(
        "The model does not read `{}`, but who asks gives it as well: each of its groups has a threshold of its own.",
        told.group,
    )
    return (text(said),)


def use(told: Told) -> Section:
    """How to ask it, and how to make it again."""
    words = told.words
    again = words("To reproduce: `modelyard train recipe.yaml` on the same data gives the same digest.")
    return Section("use", words("How to use it"), (Code("python", LOAD), *_served(told), text(again), *_private(told)))


def _served(told: Told) -> Iterator[Block]:
    yield text(told.words("or `modelyard serve .` and `POST /predict`."))


def _private(told: Told) -> Iterator[Block]:
    if told.report.epsilon is not None:
        yield text(told.words("Trained with differential privacy: epsilon "), Figure(told.report.epsilon, "short"), ".")
