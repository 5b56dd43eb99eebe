"""What a card is written from."""

from __future__ import annotations

from dataclasses import dataclass

from modelyard.core.report import Report
from modelyard.core.types import Schema
from modelyard.recipe.schema import CardSpec, RiskSpec
from modelyard.release.card.words import Words


@dataclass(frozen=True)
class Said:
    """What the recipe says for the card, and the words of the language that it is written in."""

    card: CardSpec
    risks: tuple[RiskSpec, ...]
    words: Words


PLAIN = Said(CardSpec(), (), Words())


@dataclass(frozen=True)
class Told:
    """The report, the columns, and what the recipe says; `compared` models are told of on a page of their own.

    Where decisions are made by the groups of a column, `group` names it: the model does not read it, clients give it.
    """

    report: Report
    schema: Schema
    data_digest: str
    said: Said = PLAIN
    compared: bool = False
    group: str = ""

    @property
    def card(self) -> CardSpec:
        """What the recipe says under `card`."""
        return self.said.card

    @property
    def risks(self) -> tuple[RiskSpec, ...]:
        """What the recipe says under `risks`."""
        return self.said.risks

    @property
    def words(self) -> Words:
        """The words of the card's language."""
        return self.said.words
