"""The encoding of a text file: certain by its marks or because UTF-8 fits, else by clear evidence or not at all."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelyard.core.errors import DataError

if TYPE_CHECKING:
    from modelyard.core.types import Ints

    Bytes = npt.NDArray[np.uint8]

AUTO = "auto"
UTF_8 = "utf-8"
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LEAST = 20  # characters beyond ASCII that are any evidence
MOST = 1 << 20  # bytes that are looked at
# The letters beyond ASCII of languages that cp1252 is for; those of others, read as cp1252, are in no single set.
LETTERS = (
    "äöüßÄÖÜ",
    "éèêëàâçùûüîïôœæÉÈÀÂÇÊÎÔ",
    "áéíóúñüÁÉÍÓÚÑ¿¡",
    "ãõáâàéêíóôúçÃÕÁÂÀÉÊÍÓÔÚÇ",
    "åäöæøéÅÄÖÆØ",
    "àèéìòùÀÈ",
)
SIGNS = "€…“”„•—«»°§·£©®\xa0\u201a\u2018\u2019\u2013\xb4"  # the last ones look like ASCII


def of(head: bytes) -> str | None:
    r"""The encoding of a file that begins so, or of a part of one that is no ASCII; None where it is not clear.

    UTF-8 may be cut at the end.

    >>> of("Straße".encode()), of("Straße".encode("utf-16")), of(b"Stra\xdfe")
    ('utf-8', 'utf-16', None)
    """
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder(UTF_8)().decode(head)
    except UnicodeDecodeError:
        return _evident(head[:MOST])
    return UTF_8


def codec(said: str, name: str) -> str:
    """The encoding that a recipe names, checked.

    Raises:
        DataError: there is none such.
    """
    if said == AUTO:
        return AUTO
    try:
        "".encode(said)
    except LookupError as error:
        raise DataError(f"no encoding called '{said}'", name, "such as utf-8, gb18030, latin-1") from error
    return UTF_8 if said.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig"} else said


def _evident(head: bytes) -> str | None:
    """The one encoding that fits by far better than the others."""
    content = np.frombuffer(head[: head.rfind(b"\n") + 1] or head, np.uint8)
    fits = [name for name, test in (("gb18030", _gb), ("big5", _big5), ("cp1252", _western)) if test(content)]
    return fits[0] if len(fits) == 1 else None


def _gb(content: Bytes) -> bool:
    """Pairs whose first byte is that of a frequent character, in all its range: Korean ends at C8.

    Signs and full-width letters, as in `\uffe5` or `\uff36\uff29\uff30`, tell nothing of a language.
    """
    first, second = _pairs(content)
    signs = ((first == 0xA1) | (first == 0xA3)) & (second >= 0xA1)
    first, second = first[~signs], second[~signs]
    frequent = (first >= 0xB0) & (first <= 0xD7) & (second >= 0xA1)
    return _share(frequent, 0.8) and _share(frequent & (first > 0xC8), 0.15) and _decodes(content, "gb18030")


def _big5(content: Bytes) -> bool:
    """Pairs of frequent characters, a third of whose second bytes are ASCII, as no pair of GB 2312 has them."""
    first, second = _pairs(content)
    frequent = (first >= 0xA4) & (first <= 0xC6) & (((second >= 0x40) & (second < 0x7F)) | (second >= 0xA1))
    return _share(frequent, 0.8) and _share(frequent & (second < 0x7F), 0.15) and _decodes(content, "big5")


def _western(content: Bytes) -> bool:
    """Single letters among ASCII ones, all of one language."""
    high = np.flatnonzero(content >= 0x80)
    if len(high) < LEAST or np.count_nonzero(np.diff(high) == 1) > 0.2 * len(high):
        return False
    beyond = content[high].tobytes().decode("cp1252", "replace")
    letters = [letter for letter in beyond if letter not in SIGNS]
    return len(letters) >= LEAST and any(
        sum(letter in of_language for letter in letters) >= 0.98 * len(letters) for of_language in LETTERS
    )


def _pairs(content: Bytes) -> tuple[Bytes, Bytes]:
    """Both bytes of the characters of two, each begun by a high byte: [characters] each."""
    if len(content) < 2:
        return content[:0], content[:0]
    starts = _starts(np.flatnonzero(content[:-1] >= 0x81))
    return content[starts], content[starts + 1]


def _starts(high: Ints) -> Ints:
    """The high bytes that begin a pair: in a run of neighbours, every other one."""
    if not len(high):
        return high
    run = np.concatenate(([0], np.cumsum(np.diff(high) != 1)))
    begins = np.searchsorted(run, run)  # where each one's run begins
    starts: Ints = high[(np.arange(len(high)) - begins) % 2 == 0]
    return starts


def _share(of_pairs: npt.NDArray[np.bool_], least: float) -> bool:
    return len(of_pairs) >= LEAST and float(of_pairs.mean()) >= least


def _decodes(content: Bytes, name: str) -> bool:
    """Whether all of it is of the encoding, but for a character that is cut at the end."""
    try:
        codecs.getincrementaldecoder(name)().decode(content.tobytes())
    except UnicodeDecodeError:
        return False
    return True
