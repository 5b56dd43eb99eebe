"""The words of a card in the language that the recipe names.

Code says what it means in English; a table gives the same in another language, `{}` standing for what changes.
Sentences that come ready made, such as a report's notes, are found in the table by their form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Literal, TypeAlias

from modelyard.release.card.chinese import CHINESE
from modelyard.release.card.chinese_notes import NOTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.card.blocks import Line, Piece

Language: TypeAlias = Literal["en", "zh"]
TABLES: Mapping[Language, Mapping[str, str]] = {"en": {}, "zh": CHINESE}
READY: Mapping[Language, Mapping[str, str]] = {"en": {}, "zh": NOTES}
HOLE = re.compile(r"\{\}")


@dataclass(frozen=True)
class Words:
    """Says things in a language."""

    language: Language = "en"

    def __call__(self, said: str, *parts: object) -> str:
        """An English sentence in this language, with `parts` put in for each `{}`; English where the table lacks it.

        >>> Words("zh")("How good it is"), Words("en")("{} rows", 12)
        ('有多好', '12 rows')
        """
        return TABLES[self.language].get(said, said).format(*parts)

    def line(self, said: str, *parts: Piece) -> Line:
        """The same as words and numbers, one after the other: what is a number stays one.

        >>> from modelyard.release.card.blocks import Figure
        >>> Words("en").line("{} rows", Figure(1200, "count"))
        ('', Figure(value=1200, form='count', doubtful=False), ' rows')
        """
        found: list[Piece] = [""]
        unnamed = iter(range(len(parts)))
        for before, place, _, _ in Formatter().parse(TABLES[self.language].get(said, said)):
            told = [before] if place is None else [before, parts[int(place) if place else next(unnamed)]]
            for piece in told:
                last = found[-1]
                if isinstance(piece, str) and isinstance(last, str):
                    found[-1] = last + piece  # so that what is marked up stays in one piece
                else:
                    found.append(piece)
        return tuple(found)

    def note(self, said: str) -> str:
        """A ready-made sentence in this language, what changes in it kept; as it is where no form of it is known.

        >>> Words("zh").note("not defined: roc_auc on home = rent")
        '无法计算：roc_auc on home = rent'
        """
        for form, other in _forms(self.language):
            found = form.fullmatch(said)
            if found:
                return other.format(*(self.note(part) for part in found.groups()))
        return said

    def pieces(self, said: str) -> str:
        """A ready-made sentence whose pieces stand between semicolons, each put into this language."""
        between = "；" if self.language == "zh" else "; "
        return between.join(self.note(piece) for piece in said.split("; "))


@cache
def _forms(language: Language) -> list[tuple[re.Pattern[str], str]]:
    """Each form of a sentence, the longest first, and the sentence in the language."""
    ready = sorted(READY[language].items(), key=lambda pair: -len(pair[0]))
    return [(re.compile("(.+?)".join(map(re.escape, HOLE.split(form))), re.DOTALL), other) for form, other in ready]
