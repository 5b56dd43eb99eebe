"""The card's sections, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.release.card import conduct, people, quality, use
from modelyard.release.card.blocks import Figure, Section, text

if TYPE_CHECKING:
    from modelyard.release.card.blocks import Block
    from modelyard.release.card.told import Told


def opening(told: Told) -> tuple[Block, ...]:
    """What stands before the first heading: whether the figures mean anything, what it does, what matters most."""
    words, report = told.words, told.report
    doubt = (text(words("Beware: {}.", words.note(report.doubt)), warning=True),) if report.doubt else ()
    rows = (Figure(report.rows[part], "count") for part in ("train", "valid", "test"))
    about = words.line(
        "Predicts `{}` ({}) with the model `{}`, from {} columns. Trained on {} rows, choices made on {}, measured on "
        "{} rows that no choice has seen.",
        told.schema.target.name,
        words(report.task),
        report.model,
        str(len(told.schema.features)),
        *rows,
    )
    summary = (text(told.card.summary),) if told.card.summary else ()
    return (*doubt, *summary, text(*about), *use.by_group(told), quality.glance(told))


def sections(told: Told) -> tuple[Section, ...]:
    """Each section that has something to say."""
    said = [
        use.purpose(told),
        quality.section(told),
        people.section(told),
        conduct.stress(told),
        conduct.importance(told),
        conduct.cost(told),
        _worth(told),
        use.data(told),
        use.limits(told),
        use.use(told),
    ]
    return tuple(section for section in said if section is not None)


def _worth(told: Told) -> Section | None:
    """Where models were compared, the page that tells of it."""
    if not told.compared:
        return None
    words = told.words
    said = text(
        words(
            "Other models were fitted beside it: [worth.md](worth.md) tells how well each answers, what it takes and "
            "what it costs. Times are of one machine and one day, so that page is outside the bundle's digest."
        )
    )
    return Section("worth", words("Is it worth its price?"), (said,))
